/* pages.h - large arrays on large pages (private to the explorer).
 *
 * A look at a random place of a table costs as much for finding the page as for the cache line when
 * pages are small. Where the system has no larger ones, or no pages of its own to give, these are
 * arrays like any other.
 */
#ifndef CLUSRACE_EXPLORE_PAGES_H
#define CLUSRACE_EXPLORE_PAGES_H

#include "clusrace/base.h"

/* An array of zeros; NULL: refused. The caller frees it, with the same number of bytes. */
void *cr__xpages_new(size_t bytes);
void cr__xpages_free(void *pages, size_t bytes);
/* What is in the bytes from .. end - 1 of such an array is not needed any more: as much of its
 * memory as can be is given back at once. */
void cr__xpages_drop(void *pages, size_t from, size_t end);
/* Of memory that will soon be written, all of it: fetches the pages at once, which takes less than
 * one by one. A hint; what the memory holds stays. */
void cr__xpages_ready(void *pages, size_t bytes);

#endif
