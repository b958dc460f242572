/* spill.h - what the store keeps in files instead of in memory (private to the explorer).
 *
 * The files are mapped, so that what is in them is used like memory; the system writes it out and
 * reads it again as it likes. They have no names: they are gone when the process is, however that
 * ends. Room on the disk is taken before anything is given out, so that a full disk is a refusal
 * and not a signal.
 *
 * Chunks   share one file. Whenever it grows, what was mapped is let go of; the next look brings
 *          it back.
 * Arrays   have a file each, as large as they are: tables, which are looked at in no order.
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

/* An array of zeros; NULL when the disk is full. It may outlive the spill. The caller frees it,
 * with the same number of bytes. */
void *cr__xspill_array(cr__xspill *spill, size_t bytes);
void cr__xspill_array_free(void *array, size_t bytes);
/* What is in the bytes from .. end - 1 of such an array is not needed any more: as much of the disk
 * as can be is given back at once. */
void cr__xspill_array_drop(void *array, size_t from, size_t end);

#endif
