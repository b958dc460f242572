/* canary.h - targets that must fail: whoever runs them and sees nothing has a broken harness. Each
 * fails behind a word that an engine without feedback does not guess. */
#ifndef CR_FUZZ_CANARY_H
#define CR_FUZZ_CANARY_H

#include "../target.h"

/* Byte by byte, so that coverage leads to it. */
static inline bool cr_canary_word(const uint8_t *data, size_t size) {
  if (size < 3 || data[0] != 'T') return false;
  if (data[1] != 'i') return false;
  return data[2] == 't';
}

#endif
