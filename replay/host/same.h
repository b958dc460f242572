/* same.h - are two pieces of memory the same? For what is compared at every step of a schedule: the
 * C runtime that the host finds under Wine looks at one byte at a time.
 */
#ifndef CR_HOST_SAME_H
#define CR_HOST_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t cr_words __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t cr_word __attribute__((aligned(1), may_alias));

/* Are the n bytes at a those at b? They may overlap. */
static inline bool cr_same(const void *a, const void *b, size_t n) {
  const uint8_t *p = a, *q = b;
  for (; n >= 64; p += 64, q += 64, n -= 64) {
    const cr_words *x = (const void *)p, *y = (const void *)q;
    cr_words differ = (x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]);
    if ((differ[0] | differ[1]) != 0) return false;
  }
  for (; n >= 8; p += 8, q += 8, n -= 8)
    if (*(const cr_word *)(const void *)p != *(const cr_word *)(const void *)q) return false;
  for (; n > 0; p++, q++, n--)
    if (*p != *q) return false;
  return true;
}

#endif
