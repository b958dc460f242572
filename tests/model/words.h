/* words.h - events that a test writes down: words with blanks between them, `;` behind each event.
 */
#ifndef TEST_MODEL_WORDS_H
#define TEST_MODEL_WORDS_H

#include <stdint.h>

enum { WORDS_MAX = 8, WORD_LEN = 48 };

/* One event. */
typedef struct words {
  char word[WORDS_MAX][WORD_LEN]; /* those that are not there are empty */
  unsigned count;
} words;

/* Reads one event and returns where the next one begins; fails the test when it has too many words
 * or too long ones. */
const char *words_read(const char *p, words *w);
/* A decimal number; 0 for what is none. */
uint32_t number(const char *word);
/* The kind of event with this verb; fails the test when there is none. */
uint8_t kind_of(const char *verb);

#endif
