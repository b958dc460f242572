/* pages.c - see pages.h. */
#ifndef _WIN32
#define _DEFAULT_SOURCE
#endif
#include "pages.h"

#include <stdlib.h>

#ifdef _WIN32

void *cr__xpages_new(size_t bytes) { return calloc(1, bytes); }

void cr__xpages_free(void *pages, size_t bytes) {
  (void)bytes;
  free(pages);
}

void cr__xpages_drop(void *pages, size_t from, size_t end) { (void)pages, (void)from, (void)end; }

void cr__xpages_ready(void *pages, size_t bytes) { (void)pages, (void)bytes; }

#else

#include <sys/mman.h>

/* Below MAPPED an array comes from where all memory comes from. */
enum { HUGE_PAGE = 1 << 21, MAPPED = 1 << 21, PAGE = 1 << 12, READY_LEAST = 1 << 16 };

static size_t rounded(size_t bytes) { return (bytes + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1); }

/* A mapping is cut so that it begins with a large page. */
static void *map_new(size_t bytes) {
  size_t more = bytes + HUGE_PAGE;
  char *map = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) return NULL;
  size_t before = (HUGE_PAGE - (uintptr_t)map % HUGE_PAGE) % HUGE_PAGE;
  if (before > 0) (void)munmap(map, before);
  if (more > before + bytes) (void)munmap(map + before + bytes, more - before - bytes);
#ifdef MADV_HUGEPAGE
  (void)madvise(map + before, bytes, MADV_HUGEPAGE);
#endif
  return map + before;
}

void *cr__xpages_new(size_t bytes) {
  if (bytes >= MAPPED) return bytes > SIZE_MAX / 2 ? NULL : map_new(rounded(bytes));
  void *pages = calloc(1, bytes);
  if (pages != NULL) cr__xpages_ready(pages, bytes);
  return pages;
}

void cr__xpages_free(void *pages, size_t bytes) {
  if (bytes < MAPPED)
    free(pages);
  else if (pages != NULL)
    (void)munmap(pages, rounded(bytes));
}

void cr__xpages_drop(void *pages, size_t from, size_t end) {
  if (end < MAPPED) return;
  size_t first = rounded(from), last = end & ~(size_t)(HUGE_PAGE - 1);
  if (first < last) (void)madvise((char *)pages + first, last - first, MADV_DONTNEED);
}

void cr__xpages_ready(void *pages, size_t bytes) {
#ifdef MADV_POPULATE_WRITE
  size_t before = (PAGE - (uintptr_t)pages % PAGE) % PAGE;
  if (bytes < READY_LEAST) return;
  (void)madvise((char *)pages + before, (bytes - before) & ~(size_t)(PAGE - 1),
                MADV_POPULATE_WRITE);
#else
  (void)pages, (void)bytes;
#endif
}

#endif
