/* crash.c - must crash: one byte behind a block is written. */
#include <stdlib.h>
#include <string.h>

#include "canary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!cr_canary_word(data, size)) return 0;
  uint8_t *volatile copy = malloc(size);
  if (copy == NULL) return 0;
  memcpy(copy, data, size);
  copy[size] = 0; /* the planted mistake */
  free(copy);
  return 0;
}
