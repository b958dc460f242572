/* full.c - see full.h. */
#include "full.h"

#include <stdlib.h>
#include <string.h>

enum { MORE = 1 << 14 };

void cr__xfull_grow(cr__xfull *full, cr__xstore *store, uint32_t end) {
  if (end <= full->cap) return;
  size_t cap = full->cap * 2 > end ? full->cap * 2 : (size_t)end + MORE;
  if (!cr__xstore_reserve(store, cap - full->cap)) return;
  full->of = cr_realloc(full->of, cap);
  memset(full->of + full->cap, 0, cap - full->cap);
  full->cap = cap;
}

void cr__xfull_free(cr__xfull *full) {
  free(full->of);
  *full = (cr__xfull){0};
}
