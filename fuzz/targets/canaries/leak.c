/* leak.c - must leak: a block that nobody frees. */
#include <stdlib.h>

#include "canary.h"

static void *volatile last;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!cr_canary_word(data, size)) return 0;
  last = malloc(size);
  last = NULL;
  return 0;
}
