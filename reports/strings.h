/* strings.h - texts that come again and again, each kept once and named by a number. Private to
 * reports/. */
#ifndef CR_REPORT_STRINGS_H
#define CR_REPORT_STRINGS_H

#include "clusrace/base.h"

typedef struct cr__strings {
  char **text;
  size_t *len;
  uint32_t *slot; /* open addressing: 1 + number, 0 = free */
  size_t count, cap, slots;
} cr__strings;

/* The number of a text, a new one when it is seen for the first time; 0 is the empty text. The
 * structure must be zero at first. */
uint32_t cr__strings_add(cr__strings *strings, const char *text, size_t len);
void cr__strings_free(cr__strings *strings);

#endif
