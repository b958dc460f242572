/* strings.c - see strings.h. */
#include "strings.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1024 };

static size_t place(const cr__strings *s, const char *text, size_t len) {
  size_t at = (size_t)cr_digest(text, len) & (s->slots - 1);
  while (s->slot[at] != 0) {
    uint32_t number = s->slot[at] - 1;
    if (s->len[number] == len && memcmp(s->text[number], text, len) == 0) break;
    at = (at + 1) & (s->slots - 1);
  }
  return at;
}

static void grow(cr__strings *s) {
  free(s->slot);
  s->slots = s->slots == 0 ? SLOTS : 2 * s->slots;
  s->slot = cr_alloc(s->slots * sizeof *s->slot);
  for (size_t i = 0; i < s->count; i++) s->slot[place(s, s->text[i], s->len[i])] = (uint32_t)i + 1;
}

uint32_t cr__strings_add(cr__strings *s, const char *text, size_t len) {
  if (s->count == 0 && len != 0) (void)cr__strings_add(s, "", 0);
  if (2 * (s->count + 1) > s->slots) grow(s);
  size_t at = place(s, text, len);
  if (s->slot[at] != 0) return s->slot[at] - 1;
  if (s->count == s->cap) {
    s->cap = s->cap == 0 ? 256 : 2 * s->cap;
    s->text = cr_realloc(s->text, s->cap * sizeof *s->text);
    s->len = cr_realloc(s->len, s->cap * sizeof *s->len);
  }
  char *copy = cr_alloc(len + 1);
  if (len != 0) memcpy(copy, text, len);
  s->text[s->count] = copy;
  s->len[s->count] = len;
  s->slot[at] = (uint32_t)++s->count;
  return (uint32_t)s->count - 1;
}

void cr__strings_free(cr__strings *s) {
  for (size_t i = 0; i < s->count; i++) free(s->text[i]);
  free(s->text);
  free(s->len);
  free(s->slot);
  *s = (cr__strings){0};
}
