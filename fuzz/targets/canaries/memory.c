/* memory.c - must take too much memory: what the input claims to hold is believed. */
#include <stdlib.h>
#include <string.h>

#include "canary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { CLAIMED = 1024 * 1024 * 1024 };
  if (!cr_canary_word(data, size)) return 0;
  void *volatile block = malloc(CLAIMED);
  if (block != NULL) memset(block, 1, CLAIMED);
  free(block);
  return 0;
}
