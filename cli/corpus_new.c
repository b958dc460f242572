/* corpus_new.c - `clusrace corpus new`: the bugs of a store that others do not know. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus_verbs.h"
#include "json.h"

/* What tells one bug from another between stores. Not the signature: two runs may find different
 * minimal forms of the same bug. */
typedef struct bugs {
  char **name;
  size_t count;
} bugs;

static bool has(const bugs *b, const char *name) {
  for (size_t i = 0; i < b->count; i++)
    if (strcmp(b->name[i], name) == 0) return true;
  return false;
}

/* False when it was there. */
static bool add(bugs *b, const cr_corpus_item *item) {
  cr_buf name = {0};
  cr_buf_printf(&name, "%-12s %-15s %-16s %s", cr_verdict_kind_name(item->verdict),
                item->clause[0] == '\0' ? "-" : item->clause, item->scenario, item->subject);
  bool fresh = !has(b, name.data);
  if (fresh) {
    b->name = cr_realloc(b->name, (b->count + 1) * sizeof *b->name);
    b->name[b->count++] = name.data;
  } else {
    cr_buf_free(&name);
  }
  return fresh;
}

static cr_err know(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)info;
  (void)add(arg, item);
  return CR_OK;
}

typedef struct telling {
  bugs *known;
  json_t *rows; /* NULL: text */
  uint64_t count;
} telling;

static cr_err tell(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  telling *t = arg;
  (void)info;
  if (!add(t->known, item)) return CR_OK; /* from now on it is known */
  t->count++;
  if (t->rows != NULL)
    json_array_append_new(t->rows, cli_corpus_row(item));
  else
    printf("%-12s %s\n", item->id, t->known->name[t->known->count - 1]);
  return CR_OK;
}

cr_err cli_corpus_new(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info) {
  bugs known = {.count = 0};
  telling t = {.known = &known, .rows = cli_has(args, "json") ? json_array() : NULL};
  cr_corpus_filter filter = cli_corpus_filter(args);
  const cr_corpus_filter findings = {.findings = true};
  cr_err err = CR_OK;
  for (unsigned i = 1; err == CR_OK && i < args->operands_count; i++) {
    cr_corpus *other;
    err = cr_corpus_open(args->operand[i], CR_CORPUS_READ, &other, info);
    if (err != CR_OK) break;
    err = cr_corpus_each(other, &findings, know, &known, info);
    cr_corpus_close(other);
  }
  filter.findings = true; /* shorter ones first, so of each bug the shortest is shown */
  if (err == CR_OK) err = cr_corpus_each(corpus, &filter, tell, &t, info);
  if (t.rows != NULL && err == CR_OK)
    cli_json_print(t.rows);
  else
    json_decref(t.rows);
  for (size_t i = 0; i < known.count; i++) free(known.name[i]);
  free(known.name);
  *bad = t.count;
  return err;
}
