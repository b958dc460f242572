/* heap_marks.h - goes before kernel/heap.c in a build with AddressSanitizer: blocks of the DLL's
 * heap are open to it, rims and freed blocks are shut. The heap itself goes everywhere, so it is
 * compiled without the sanitizer and uses functions of its own instead of the ones that the
 * sanitizer watches.
 */
#ifndef CR_NATIVE_HEAP_MARKS_H
#define CR_NATIVE_HEAP_MARKS_H

#include <string.h>

void __asan_poison_memory_region(void const volatile *at, size_t bytes);
void __asan_unpoison_memory_region(void const volatile *at, size_t bytes);
#define CR_HEAP_OPEN(at, bytes) __asan_unpoison_memory_region((at), (bytes))
#define CR_HEAP_SHUT(at, bytes) __asan_poison_memory_region((at), (bytes))

void *cr_heap_memcpy(void *to, const void *from, size_t n);
void *cr_heap_memset(void *to, int with, size_t n);
int cr_heap_memcmp(const void *a, const void *b, size_t n);
#define memcpy cr_heap_memcpy
#define memset cr_heap_memset
#define memcmp cr_heap_memcmp

#endif
