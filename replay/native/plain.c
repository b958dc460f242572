/* plain.c - see native.h. */
#include "native.h"

void cr_plain_copy(void *to, const void *from, size_t n) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

bool cr_plain_same(const void *a, const void *b, size_t n) {
  bool same = true;
  __asm__ volatile("cmp %%rcx, %%rcx\n\trepe cmpsb"
                   : "=@ccz"(same), "+S"(a), "+D"(b), "+c"(n)
                   :
                   : "memory");
  return same;
}
