/* sources.c - see sources.h. The table is sources.def; a name in it is a name, a range ("V2..V4"),
 * or the beginning of many ("I-...", "OQ-n"). */
#include "sources.h"

#include <stdio.h>
#include <string.h>

typedef struct source_row {
  const char *names, *what;
} source_row;

static const source_row rows[] = {
#define SOURCE(names, what) {names, what},
#include "clusrace/sources.def"
#undef SOURCE
};

static bool is_name(const char *entry, size_t n, const char *name) {
  size_t len = strlen(name);
  if (n > 3 && memcmp(entry + n - 3, "...", 3) == 0)
    return len > n - 3 && memcmp(entry, name, n - 3) == 0;
  if (n > 2 && memcmp(entry + n - 2, "-n", 2) == 0)
    return len > n - 1 && memcmp(entry, name, n - 1) == 0;
  if (n == 6 && memcmp(entry + 2, "..", 2) == 0)
    return len == 2 && name[0] == entry[0] && name[1] >= entry[1] && name[1] <= entry[5];
  return n == len && memcmp(entry, name, n) == 0;
}

/* A few rows give more names where they say what they stand for. */
static bool has_word(const char *text, const char *name) {
  static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_abcdefghijklmnopqrstuvwxyz";
  size_t n = strlen(name);
  for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
    if ((at == text || strchr(word, at[-1]) == NULL) && (at[n] == '\0' || !strchr(word, at[n])))
      return true;
  return false;
}

/* A name that two rows have stands for the monitor's page in the monitor's clauses. */
static bool is_of(const source_row *row, const char *id) {
  bool monitor = strstr(row->names, "(monitor)") != NULL;
  bool volumes = strstr(row->names, "(volumes)") != NULL;
  return !(monitor || volumes) || (strncmp(id, "RM-", 3) == 0) == monitor;
}

static bool row_has(const source_row *row, const char *name) {
  for (const char *at = row->names; *at != '\0'; at += *at == ',' ? 2 : 0) {
    size_t n = strcspn(at, ","), end = n;
    if (at[n - 1] == ')') end = (size_t)(strchr(at, '(') - at) - 1;
    if (is_name(at, end, name)) return true;
    at += n;
  }
  return false;
}

static const char *what_of(const char *name, const char *id) {
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++)
    if (row_has(&rows[i], name) && is_of(&rows[i], id)) return rows[i].what;
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++)
    if (row_has(&rows[i], name)) return rows[i].what;
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++)
    if (has_word(rows[i].what, name)) return rows[i].what;
  return "";
}

unsigned cr__sources_of(cr_clause clause, cr__source *list) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  unsigned count = 0;
  for (const char *at = row->source; *at != '\0' && count < CR__SOURCES_MAX;) {
    size_t n = strcspn(at, ",");
    cr__source *one = &list[count++];
    snprintf(one->name, sizeof one->name, "%.*s", (int)n, at);
    one->what = what_of(one->name, row->id);
    at += n;
    while (*at == ',' || *at == ' ') at++;
  }
  return count;
}
