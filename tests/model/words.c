/* words.c - see words.h. */
#include "words.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/trace.h"

const char *words_read(const char *p, words *w) {
  memset(w, 0, sizeof *w);
  while (*p != '\0' && *p != ';') {
    if (*p == ' ') {
      p++;
      continue;
    }
    size_t n = strcspn(p, " ;");
    ck_assert_uint_lt(w->count, WORDS_MAX);
    ck_assert_uint_lt(n, WORD_LEN);
    memcpy(w->word[w->count++], p, n);
    p += n;
  }
  return *p == ';' ? p + 1 : p;
}

uint32_t number(const char *word) { return (uint32_t)strtoul(word, NULL, 10); }

uint8_t kind_of(const char *verb) {
  for (uint8_t i = 1; i < CR_EV_COUNT; i++)
    if (strcmp(cr_event_row_of(i)->verb, verb) == 0) return i;
  ck_abort_msg("unknown event %s", verb);
}
