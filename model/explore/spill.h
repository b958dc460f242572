/* spill.h - chunks of the store that lie in a file instead of in memory (private to the explorer).
 *
 * The file is mapped, so a chunk is used like memory; the system writes it out and reads it again
 * as it likes. It has no name: it is gone when the process is, however that ends. Room on the disk
 * is taken before a chunk is given out, so that a full disk is a refusal and not a signal. Whenever
 * the file grows, what was mapped is let go of; the next look brings it back.
 *
 * Not on Windows, where nothing is explored: cr__xspill_new refuses.
 */
#ifndef CLUSRACE_EXPLORE_SPILL_H
#define CLUSRACE_EXPLORE_SPILL_H

#include "clusrace/base.h"

typedef struct cr__xspill cr__xspill;

/* A file in the folder; NULL, with a message that names it, when there can be none. */
cr__xspill *cr__xspill_new(const char *folder, cr_errinfo *info);
void cr__xspill_free(cr__xspill *spill);
/* Zeroed memory of at most 1 MiB, aligned for any type; NULL when the disk is full. It stays until
 * it is forgotten. */
void *cr__xspill_chunk(cr__xspill *spill, size_t bytes);
/* Chunks from now on are of another generation; false when there can be none. forget gives back
 * those of the one before. */
bool cr__xspill_turn(cr__xspill *spill);
void cr__xspill_forget(cr__xspill *spill);

#endif
