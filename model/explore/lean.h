/* lean.h - the set of visited states in less memory than a store takes (private to the explorer).
 *
 * A state is known by its print, a number:
 *   exact   the key itself, mixed by a function that can be turned round, or the pair that stands
 *           for it in a tree (tree.h), in a compact table (compact.h)
 *   hashed  some bits of a digest of the state, in a compact table (Wolper and Leroy, CAV 1993)
 *   bits    three bits of one large array, at places that a digest says (Holzmann, "An analysis of
 *           bitstate hashing", FMSD 13, 1998)
 * Whole keys are kept in the store until they are expanded; the way to a state is in the trail
 * (trail.h). Digests do not depend on how the values of components are numbered, and trees grow in
 * the order of the batches: what is omitted is the same in every run.
 *
 * Prints are aligned to the top of 64 bits; their first bits say the segment. As for a store: one
 * thread a segment may add while nobody looks.
 */
#ifndef CLUSRACE_EXPLORE_LEAN_H
#define CLUSRACE_EXPLORE_LEAN_H

#include "compact.h"
#include "trail.h"
#include "tree.h"

typedef enum cr__xlean_kind {
  CR__XLEAN_EXACT = 1,
  CR__XLEAN_HASHED,
  CR__XLEAN_BITS
} cr__xlean_kind;

/* Part of the array of bits. */
typedef struct cr__xbits {
  uint64_t *words;
  uint64_t bits, ones;
} cr__xbits;

struct cr__xlean {
  cr__xlean_kind kind;
  cr__xspace *space;
  cr__xstore *store;
  unsigned workers;
  unsigned bits;    /* of a print */
  bool trees;       /* exact, and keys are longer than 8 bytes */
  uint64_t added;   /* counted for the expectation */
  double omissions; /* hashed and bits: how many are expected to have been omitted, at most */
  cr__xcompact table[CR__XSEGMENTS];
  cr__xbits array[CR__XSEGMENTS];
  cr__xtree tree;
  cr__xglance *glance; /* one a worker, and one for adding */
  cr__xtrail trail;
};

/* For a run whose options ask for it, else NULL in *lean. space, and store, which is told, are
 * borrowed; the store is empty and stays longer. Fails with one line when options contradict each
 * other or the model, or when there is no room for the array. */
cr_err cr__xlean_new(const cr_xmodel *model, const cr_xoptions *options, cr__xspace *space,
                     cr__xstore *store, unsigned workers, cr__xlean **lean, cr_errinfo *info);
void cr__xlean_free(cr__xlean *lean);

/* The print of a key; false when a part of it is new, so that it is not known. */
bool cr__xlean_print(cr__xlean *lean, unsigned worker, const void *key, uint64_t *print);
/* The same, but of a key that is going to be added: false when there is no room. Nobody looks. */
bool cr__xlean_name(cr__xlean *lean, const void *key, uint64_t *print);
void cr__xlean_prefetch(const cr__xlean *lean, uint64_t print);
bool cr__xlean_known(const cr__xlean *lean, uint64_t print);

/* As those of a store. put: was it new? */
bool cr__xlean_make_room(cr__xlean *lean, const uint32_t more[CR__XSEGMENTS]);
bool cr__xlean_put(cr__xlean *lean, uint64_t print);

/* Some states were added: what may have been omitted beside them is added up. */
void cr__xlean_account(cr__xlean *lean);

/* cr__xstore_rekey of its store, when that holds the new keys of the states to be expanded; old:
 * what it was. */
bool cr__xlean_rekey(cr__xlean *lean, cr__xrekey *rekey, void *arg);

/* May states be omitted? */
static inline bool cr__xlean_inexact(const cr__xlean *lean) {
  return lean != NULL && lean->kind != CR__XLEAN_EXACT;
}

#endif
