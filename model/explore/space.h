/* space.h - the states of a model by their keys (private to the explorer).
 *
 * The walk deals with keys: fixed-size strings of bytes, equal for equal states. For a plain model
 * the key is the state itself. For a product it holds the numbers of the component values, in as
 * few bits as they need now; when a component gets more values than its bits can number, the space
 * is crowded: the batch that met them is thrown away, every key gets a wider form
 * (cr__xspace_rekey), and the batch is done again. Numbers are given in the order of meeting, which
 * may differ between runs with several threads; nothing that is reported depends on them.
 */
#ifndef CLUSRACE_EXPLORE_SPACE_H
#define CLUSRACE_EXPLORE_SPACE_H

#include "sink.h"
#include "store.h"
#include "values.h"

typedef struct cr__xspace cr__xspace;

enum { CR__XWORDS_MAX = 4 }; /* of a product's key */

/* Where the number of a component's value is in a key. */
typedef struct cr__xfield {
  unsigned word, shift, width;
} cr__xfield;

/* A space for so many workers; check_all as in cr_xoptions. NULL, with a message, when the model is
 * out of bounds. The caller frees it. */
cr__xspace *cr__xspace_new(const cr_xmodel *model, const cr_xoptions *options, unsigned workers,
                           cr_errinfo *info);
void cr__xspace_free(cr__xspace *space);

size_t cr__xspace_key_bytes(const cr__xspace *space);
/* The symmetry by which keys are representatives, or NULL (worker 0's). */
struct cr__xorbit *cr__xspace_orbit(const cr__xspace *space);
bool cr__xspace_narrow(const cr__xspace *space); /* see store.h */
bool cr__xspace_lists(const cr__xspace *space);  /* may cr__xspace_list be asked? */
/* Bits that a key of at most 8 bytes uses, from the lowest on. */
unsigned cr__xspace_key_bits(const cr__xspace *space);

/* Workers 0.. may call these at the same time. key need not be aligned. */
bool cr__xspace_initial(cr__xspace *space, unsigned worker, uint32_t index, void *key);
/* Calls sink->take for each transition with the key of the target, in the order of emission. */
void cr__xspace_successors(cr__xspace *space, unsigned worker, const void *key, cr_xsink *sink);
/* The same for a product with keys of one word, all at once: how many there are; the list lives
 * until the worker's next call. */
typedef struct cr__xnarrow {
  uint64_t key;
  uint32_t label;
  cr_xviolation violation;
} cr__xnarrow;
unsigned cr__xspace_list(cr__xspace *space, unsigned worker, uint64_t key,
                         const cr__xnarrow **list);
/* The same for keys[now] of so many keys, which are listed one after the other, by who asks for
 * them in this order: those that come soon are prepared, with some work in between, so that the
 * memory has what they name at hand by then. */
unsigned cr__xspace_list_next(cr__xspace *space, unsigned worker, const uint64_t *keys,
                              uint32_t count, uint32_t now, const cr__xnarrow **list);
/* Bounds what is remembered (CR_XMEMO_BYTES_MAX a worker). By one thread, while no other uses the
 * space; to be called now and then, but by who has one worker only. */
void cr__xspace_rest(cr__xspace *space);
bool cr__xspace_judges_states(const cr__xspace *space); /* has it an invariant? */
cr_xviolation cr__xspace_invariant(cr__xspace *space, unsigned worker, const void *key);
bool cr__xspace_final(cr__xspace *space, unsigned worker, const void *key);
/* A digest of the state that does not depend on the numbers of values. */
uint64_t cr__xspace_digest(cr__xspace *space, unsigned worker, const void *key);
bool cr__xspace_live(const cr__xspace *space); /* has it duties? */
unsigned cr__xspace_fairness(cr__xspace *space, unsigned worker, const void *key, uint32_t label);
uint64_t cr__xspace_owed(cr__xspace *space, unsigned worker, const void *key);

/* Is some key that was given out too narrow for its numbers? */
bool cr__xspace_crowded(const cr__xspace *space);
/* Gives all keys of the store a wider form; the team helps. False when there is no room. */
bool cr__xspace_rekey(cr__xspace *space, cr__xstore *store, cr__xteam *team);
/* The form of the keys: their words, and each component's field; 0 words for a plain model. Setting
 * it gives all keys of the store that form, into which they must fit; false when there is no room.
 */
unsigned cr__xspace_form(const cr__xspace *space, cr__xfield fields[CR_XCOMPONENTS_MAX]);
bool cr__xspace_set_form(cr__xspace *space, cr__xstore *store, unsigned words,
                         const cr__xfield fields[CR_XCOMPONENTS_MAX]);
/* The values of a component, which are part of what a key means. */
unsigned cr__xspace_components(const cr__xspace *space);
cr__xvalues *cr__xspace_values(cr__xspace *space, unsigned number);
/* What is wrong with a declaration, or NULL. Of those that were found to be wrong the least; to be
 * read by one thread, while no other uses the space. Whether there is one, by any. */
const char *cr__xspace_mistake(const cr__xspace *space);

#endif
