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

/* ---- for heap_marks.h ------------------------------------------------------------------------ */

void *cr_heap_memcpy(void *to, const void *from, size_t n);
void *cr_heap_memset(void *to, int with, size_t n);
int cr_heap_memcmp(const void *a, const void *b, size_t n);

void *cr_heap_memcpy(void *to, const void *from, size_t n) {
  cr_plain_copy(to, from, n);
  return to;
}

void *cr_heap_memset(void *to, int with, size_t n) {
  void *at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(with) : "memory");
  return to;
}

/* Only whether they are the same. */
int cr_heap_memcmp(const void *a, const void *b, size_t n) { return !cr_plain_same(a, b, n); }
