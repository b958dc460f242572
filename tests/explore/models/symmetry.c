/* symmetry.c - see symmetry.h. */
#include "symmetry.h"

#include <string.h>

void model_first_permutation(uint32_t n, uint8_t *to) {
  for (uint32_t i = 0; i < n; i++) to[i] = (uint8_t)i;
}

static void swap(uint8_t *a, uint8_t *b) {
  uint8_t old = *a;
  *a = *b;
  *b = old;
}

bool model_next_permutation(uint32_t n, uint8_t *to) {
  CR_ASSERT(n > 0);
  uint32_t i = n - 1; /* to[i..] descends: its last order */
  while (i > 0 && to[i - 1] > to[i]) i--;
  if (i == 0) return false;
  uint32_t larger = n - 1;
  while (to[larger] < to[i - 1]) larger--;
  swap(&to[i - 1], &to[larger]);
  for (uint32_t k = n - 1; i < k; i++, k--) swap(&to[i], &to[k]);
  return true;
}

void model_least_image(const model_size *size, model_permute *permute, size_t state_bytes,
                       void *state) {
  unsigned char original[256], image[256];
  uint8_t to[MODEL_N_MAX];
  CR_ASSERT(state_bytes <= sizeof original);
  memcpy(original, state, state_bytes);
  model_first_permutation(size->n, to);
  while (model_next_permutation(size->n, to)) {
    permute(size, to, original, image);
    if (memcmp(image, state, state_bytes) < 0) memcpy(state, image, state_bytes);
  }
}
