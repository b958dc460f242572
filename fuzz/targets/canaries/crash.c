/* crash.c - must crash: one byte behind a block is written. */
#include <stdlib.h>
#include <string.h>

#include "canary.h"

#if defined(__has_feature)
#define SEEN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SEEN 1
#else
#define SEEN 0
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!cr_canary_word(data, size)) return 0;
  uint8_t *volatile copy = malloc(size);
  if (copy == NULL) return 0;
  memcpy(copy, data, size);
  copy[size] = 0;     /* the planted mistake */
  if (!SEEN) abort(); /* without AddressSanitizer it is seen by chance only */
  free(copy);
  return 0;
}
