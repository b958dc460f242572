/* jsons.c - see jsons.h. */
#include "jsons.h"

#include <stdio.h>
#include <stdlib.h>

#include "escape.h"

json_t *cr__json_text(const char *text) {
  cr_buf clean = {0};
  cr__clean(text, &clean);
  json_t *value = json_string(clean.data == NULL ? "" : clean.data);
  CR_ASSERT(value != NULL);
  cr_buf_free(&clean);
  return value;
}

json_t *cr__json_number(uint64_t value) { return json_integer((json_int_t)value); }

json_t *cr__json_digest(uint64_t value) {
  char text[17];
  snprintf(text, sizeof text, "%016llx", (unsigned long long)value);
  return json_string(text);
}

void cr__json_set(json_t *object, const char *key, json_t *value) {
  CR_ASSERT(json_object_set_new(object, key, value) == 0);
}

static void dump(json_t *root, size_t how, cr_buf *out) {
  char *text = json_dumps(root, how | JSON_SORT_KEYS);
  CR_ASSERT(text != NULL);
  cr_buf_puts(out, text);
  cr_buf_putc(out, '\n');
  free(text);
  json_decref(root);
}

void cr__json_dump(json_t *root, cr_buf *out) { dump(root, JSON_INDENT(2), out); }

void cr__json_dump_line(json_t *root, cr_buf *out) { dump(root, JSON_COMPACT, out); }
