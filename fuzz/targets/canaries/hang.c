/* hang.c - must hang: a loop that does not end. */
#include "canary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  volatile unsigned turns = 0;
  while (cr_canary_word(data, size)) turns++;
  return 0;
}
