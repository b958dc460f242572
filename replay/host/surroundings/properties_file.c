/* properties_file.c - private properties of the resources, given by a file instead of a cluster:
 *
 *   # comment
 *   NAME sz "text"            also: expand "text", multi "one" "two", dword 7, qword 7, binary
 * 00ff10 disk1.NAME sz "text"      of the resource disk1 only
 *
 * They are values below each resource's key Parameters when a replay begins. What follows a line in
 * brackets is in a key of the local registry instead, up to the next one:
 *
 *   [HKLM\Software\My Vendor]              "readonly" behind it: nothing below can be changed
 *   NAME sz "text"                        @ is the key's unnamed value
 *   [Parameters]                          properties again
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../session.h"

enum { FILE_BYTES_MAX = 256 * 1024, WORDS_MAX = 34 };

typedef struct line_words {
  char *word[WORDS_MAX];
  unsigned count;
} line_words;

/* Splits in place; false when a quotation does not end or there are too many words. */
static bool split(char *line, line_words *words) {
  words->count = 0;
  for (char *p = line;;) {
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    if (*p == '\0' || *p == '#') return true;
    if (words->count == WORDS_MAX) return false;
    bool quoted = *p == '"';
    if (quoted) p++;
    words->word[words->count++] = p;
    while (*p != '\0' && (quoted ? *p != '"' : *p != ' ' && *p != '\t' && *p != '\r')) p++;
    if (quoted && *p == '\0') return false;
    if (*p != '\0') *p++ = '\0';
  }
}

static bool add_bytes(cr_reg_value *v, const void *bytes, size_t n) {
  if (v->size + n > CR_REG_DATA_MAX) return false;
  memcpy(v->data + v->size, bytes, n);
  v->size += (DWORD)n;
  return true;
}

/* With its end; characters beyond ASCII are taken as Latin-1. */
static bool add_text(cr_reg_value *v, const char *text) {
  for (;; text++) {
    WCHAR c = (WCHAR)(unsigned char)*text;
    if (!add_bytes(v, &c, sizeof c)) return false;
    if (*text == '\0') return true;
  }
}

static bool add_number(cr_reg_value *v, const char *text, size_t n) {
  char *end;
  unsigned long long number = strtoull(text, &end, 0);
  bool fits = n == 8 || number <= UINT32_MAX;
  return *text >= '0' && *text <= '9' && *end == '\0' && fits && add_bytes(v, &number, n);
}

static bool add_hex(cr_reg_value *v, const char *text) {
  for (; text[0] != '\0'; text += 2) {
    char pair[3] = {text[0], text[1], '\0'}, *end;
    uint8_t byte = (uint8_t)strtoul(pair, &end, 16);
    if (text[1] == '\0' || *end != '\0' || !add_bytes(v, &byte, 1)) return false;
  }
  return true;
}

static bool value_of(const line_words *w, cr_reg_value *v) {
  const char *type = w->word[1];
  bool one = w->count == 3;
  if (strcmp(type, "sz") == 0 && one) return v->type = REG_SZ, add_text(v, w->word[2]);
  if (strcmp(type, "expand") == 0 && one) return v->type = REG_EXPAND_SZ, add_text(v, w->word[2]);
  if (strcmp(type, "dword") == 0 && one) return v->type = REG_DWORD, add_number(v, w->word[2], 4);
  if (strcmp(type, "qword") == 0 && one) return v->type = REG_QWORD, add_number(v, w->word[2], 8);
  if (strcmp(type, "binary") == 0 && one) return v->type = REG_BINARY, add_hex(v, w->word[2]);
  if (strcmp(type, "multi") != 0) return false;
  v->type = REG_MULTI_SZ;
  for (unsigned i = 2; i < w->count; i++)
    if (!add_text(v, w->word[i])) return false;
  return add_text(v, "");
}

/* "disk1.Name": the resource's name goes to owner, else it is "". */
static const char *split_owner(const char *name, char owner[CR_NAME_MAX]) {
  const char *dot = strchr(name, '.');
  size_t n = dot == NULL ? 0 : (size_t)(dot - name);
  if (n >= CR_NAME_MAX) n = 0;
  memcpy(owner, name, n);
  owner[n] = '\0';
  return dot == NULL ? name : dot + 1;
}

/* Where a file is being read. */
typedef struct place {
  const char *path;
  unsigned line;
  bool local;                                            /* in a key of the local registry */
  unsigned key;                                          /* that one */
  unsigned read_only[CR_TREE_KEYS_MAX], read_only_count; /* once all is read */
} place;

/* "[HKLM\A\B]" or "[Parameters]". */
static cr_err take_key(cr_registry_file *file, char *line, place *at, cr_errinfo *info) {
  const WCHAR *root_path = L"";
  WCHAR wide[CR_LOCAL_PATH_MAX];
  bool fresh, read_only = false;
  char *name = strchr(line, '[') + 1, *end = strrchr(line, ']');
  line_words behind = {.count = 0};
  if (end != NULL) *end = '\0';
  bool good = end != NULL && split(end + 1, &behind) && behind.count <= 1;
  if (good && behind.count == 1) read_only = good = strcmp(behind.word[0], "readonly") == 0;
  at->local = !good || strcmp(name, "Parameters") != 0;
  if (good && !at->local && !read_only) return CR_OK;
  size_t n = strcspn(name, "\\");
  unsigned root = good ? cr_local_root(name, n, &root_path) : CR_TREE_NONE;
  if (!file->local_given) cr_local_tree_init(&file->local);
  file->local_given = true;
  good = root != CR_TREE_NONE && strlen(name) < CR_LOCAL_PATH_MAX;
  if (good) good = cr_tree_make(&file->local, root, root_path, &at->key, &fresh) == CR_TREE_OK;
  if (good) cr_path_widen(name + n + (name[n] != '\0'), wide, CR_ARRAY_LEN(wide));
  if (!good || cr_tree_make(&file->local, at->key, wide, &at->key, &fresh) != CR_TREE_OK)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s:%u: not [HKLM\\KEY...] or another root, readonly behind it or nothing, and "
                   "at most %d keys in all; [Parameters] ends these",
                   at->path, at->line, CR_TREE_KEYS_MAX);
  if (read_only && at->read_only_count < CR_TREE_KEYS_MAX)
    at->read_only[at->read_only_count++] = at->key;
  return CR_OK;
}

static cr_err take_local(cr_registry_file *file, const line_words *words, const place *at,
                         cr_errinfo *info) {
  cr_reg_value v = {0};
  WCHAR name[CR_TREE_NAME_MAX];
  const char *given = strcmp(words->word[0], "@") == 0 ? "" : words->word[0];
  bool good = words->count >= 2 && strlen(given) < CR_TREE_NAME_MAX && value_of(words, &v);
  if (good) cr_path_widen(given, name, CR_ARRAY_LEN(name));
  if (good && cr_tree_set(&file->local, at->key, name, v.type, v.data, v.size) == CR_TREE_OK)
    return CR_OK;
  return cr_fail(info, CR_ERR_INPUT,
                 "%s:%u: not NAME sz|expand|multi|dword|qword|binary VALUE of at most %d bytes, or "
                 "more than %d values of local keys",
                 at->path, at->line, CR_REG_DATA_MAX, CR_TREE_VALUES_MAX);
}

static cr_err take_line(cr_registry_file *file, char *line, place *at, cr_errinfo *info) {
  const char *path = at->path;
  unsigned number = at->line;
  line_words words;
  if (line[strspn(line, " \t")] == '[') return take_key(file, line, at, info);
  if (!split(line, &words))
    return cr_fail(info, CR_ERR_INPUT, "%s:%u: a quotation without its end, or too many words",
                   path, number);
  if (words.count == 0) return CR_OK;
  if (at->local) return take_local(file, &words, at, info);
  if (file->count == CR_REG_VALUES_MAX)
    return cr_fail(info, CR_ERR_INPUT, "%s:%u: more than %d properties", path, number,
                   CR_REG_VALUES_MAX);
  cr_registry_row *row = &file->row[file->count];
  const char *name = split_owner(words.word[0], row->owner);
  if (words.count < 2 || name[0] == '\0' || strlen(name) >= CR_REG_NAME_MAX ||
      !value_of(&words, &row->value))
    return cr_fail(info, CR_ERR_INPUT,
                   "%s:%u: not NAME sz|expand|multi|dword|qword|binary VALUE of at most %d bytes",
                   path, number, CR_REG_DATA_MAX);
  cr_path_widen(name, row->value.name, CR_REG_NAME_MAX);
  row->value.used = row->value.parameters = true;
  file->count++;
  return CR_OK;
}

cr_err cr_registry_file_read(const char *path, cr_registry_file *file, cr_errinfo *info) {
  cr_buf text = {0};
  memset(file, 0, sizeof *file);
  cr_err err = cr_file_read(path, FILE_BYTES_MAX, &text, info);
  place begin = {.path = path};
  for (char *at = text.data; err == CR_OK && at != NULL && *at != '\0';) {
    char *end = strchr(at, '\n');
    if (end != NULL) *end++ = '\0';
    begin.line++;
    err = take_line(file, at, &begin, info);
    at = end;
  }
  for (unsigned i = 0; i < begin.read_only_count; i++)
    file->local.key[begin.read_only[i]].read_only = true;
  cr_buf_free(&text);
  return err;
}

void cr_registry_begin(cr_registry *registry, const cr_registry_file *file,
                       const cr_scenario *scenario) {
  unsigned used = 0;
  if (!registry->used && file->count == 0) return;
  memset(registry, 0, sizeof *registry);
  registry->used = file->count != 0;
  for (unsigned i = 0; i < file->count; i++)
    for (unsigned r = 0; r < scenario->resources_count && used < CR_REG_VALUES_MAX; r++) {
      const cr_registry_row *row = &file->row[i];
      if (row->owner[0] != '\0' && strcmp(row->owner, scenario->resource[r].name) != 0) continue;
      registry->value[used] = row->value;
      registry->value[used++].resource = (uint8_t)r;
    }
}
