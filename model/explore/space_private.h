/* space_private.h - what the parts of a space share (private to space*.c; for all others, space.h).
 *
 * space.c         making and freeing; the face: plain models, and products by the parts below
 * space_keys.c    where the numbers of values are in a key; keys from wholes and back; wider forms
 * space_groups.c  transition groups: run, checked, remembered; the successors of a state
 * space_narrow.c  the same for many states with keys of one word, prepared ahead
 * space_order.c   partial order: what need not be taken; is what is declared for it true?
 *
 * All but space.c is for products only. A key is an array of space->words words here. A worker is
 * used by one thread at a time; the rest of a space is only read while keys are expanded, but for
 * the values of components, which are numbered as they are met, and what is found to be wrong.
 */
#ifndef CLUSRACE_EXPLORE_SPACE_PRIVATE_H
#define CLUSRACE_EXPLORE_SPACE_PRIVATE_H

#include <stdatomic.h>

#include "memo.h"
#include "space.h"
#include "stubborn.h"

enum { CR__XPLACES = 16 }; /* of states that will be listed soon */
/* Of the combinations of values that a group meets, one in CR__XREADS_CHECK is run again with the
 * rest of another state. */
enum { CR__XMISTAKE_BYTES = 256, CR__XREADS_CHECK = 8, CR__XBUNDLE_GROUPS = 62 };
_Static_assert((int)CR__XWORDS_MAX == (int)CR__XMEMO_WORDS_MAX, "keys are those of memos");

typedef struct cr__xcomponent {
  cr__xvalues values;
  cr__xfield field;
  uint64_t bits;                  /* of the field, in its word */
  size_t span_first, spans_count; /* in the space's span */
} cr__xcomponent;

/* Groups whose guards have their first component in common: which of them are open is remembered
 * for all at once. */
typedef struct cr__xbundle {
  uint64_t guard; /* the components of all their guards */
  uint64_t mask[CR__XWORDS_MAX];
  cr__xmemo open; /* the groups that have a transition, by bit */
  unsigned group[CR__XBUNDLE_GROUPS];
  unsigned count;
} cr__xbundle;

/* What follows from a group's declaration (cr_xgroup). */
typedef struct cr__xgroup {
  uint64_t mask[CR__XWORDS_MAX]; /* the bits of its components */
  cr__xmemo memo;                /* its transitions */
  cr__xmemo closed_by;           /* for partial order: the components that keep it closed */
} cr__xgroup;

/* Transitions of one group while it is run: words + 1 words each, as in memo.h. */
typedef struct cr__xrecording {
  uint64_t *words;
  size_t count, cap; /* in words */
} cr__xrecording;

/* A transition that waits for its turn by label. */
typedef struct cr__xdue {
  uint32_t label;
  unsigned group;
  const uint64_t *transition;
} cr__xdue;

/* What a group does in a state that will be listed soon: what its memo has of it, 0 if nothing. */
typedef struct cr__xnamed {
  uint64_t value;
  unsigned group;
} cr__xnamed;

/* A state that will be listed soon. */
typedef struct cr__xahead {
  uint64_t key;
  cr__xnamed *named;    /* by the groups that are open, or have no guard */
  unsigned count, step; /* steps that it has taken; 0: it is to be begun anew */
} cr__xahead;

typedef struct cr__xworker {
  cr__xpool pool; /* of what it has found out for the memos */
  unsigned char *whole, *strange, *value, *state;
  uint64_t whole_key[CR__XWORDS_MAX], other_key[CR__XWORDS_MAX];
  bool whole_set, other_set;
  uint64_t digested_key[CR__XWORDS_MAX], *digests, digest; /* one a component, and of all */
  bool digested_set;
  cr__xrecording recorded, again;
  cr__xrecording *fallback; /* one a group */
  bool tainted;             /* what was recorded last holds a number that does not fit */
  uint32_t expanded;        /* states, so that some things are done now and then only */
  cr__xdue *due;
  size_t due_count, due_cap;
  cr__xnarrow *narrow;
  unsigned narrow_count, narrow_cap;
  cr__xahead ahead[CR__XPLACES];
  cr__xnamed *named;        /* of all of them */
  struct cr__xorbit *orbit; /* NULL: no symmetry */
  cr__xstubborn *stubborn;  /* NULL: no partial order; what follows is for it */
  unsigned char *frozen;    /* by component and number, if not too high: 0 unknown, 1 no, 2 yes */
  uint32_t *count;          /* transitions of each group in this state */
  char apart[128];          /* the next worker is another thread */
} cr__xworker;

struct cr__xspace {
  const cr_xmodel *model;
  const cr_xproduct *product; /* NULL: plain */
  bool check_all;
  unsigned workers_count, words;
  unsigned spare;     /* fields may have this many bits, less one, more than they need */
  unsigned word_bits; /* of the last word, that fields take */
  cr__xworker *worker;
  cr__xcomponent *component;
  cr_xspan *span; /* by component */
  cr__xgroup *group;
  cr__xbundle *bundle;
  unsigned bundles_count;
  unsigned *unguarded; /* groups */
  unsigned unguarded_count;
  unsigned char *owner;    /* of each byte of a whole: its component + 1, or 0: it never changes */
  unsigned char *template; /* the bytes of a whole that belong to no component */
  size_t value_bytes_max;
  uint64_t nothing[CR__XWORDS_MAX + 1];
  atomic_bool crowded, mistaken;
  cr__xlock *mistake_lock;
  char mistake[CR__XMISTAKE_BYTES];
  uint64_t mistake_rank;
  const char *mistake_does;
};

/* ---- space.c --------------------------------------------------------------------------------- */

/* Notes, for cr__xspace_mistake, what a group does against its declaration: a text that stays. Of
 * several the least stays, by number, then by text. */
void cr__xmistake(cr__xspace *s, unsigned group_number, const char *does);

/* The same for a part of the invariant. */
void cr__xmistake_of_part(cr__xspace *s, unsigned part, const char *does);

/* Is what is remembered under this hash (cr__xreduce) one of those that are checked? */
static inline bool cr__xchecks(const cr__xspace *s, uint64_t hash) {
  return s->check_all || (hash >> 40) % CR__XREADS_CHECK == 0;
}

/* The number of the lowest bit that is set; there is one. */
static inline unsigned cr__xfirst_bit(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
  return (unsigned)__builtin_ctzll(bits);
#else
  unsigned i = 0;
  while ((bits >> i & 1) == 0) i++;
  return i;
#endif
}

/* ---- space_keys.c ---------------------------------------------------------------------------- */

/* Gives the components their fields: one word with as many spare bits as it has room for, else
 * several words. False: more than CR__XWORDS_MAX. What is remembered of groups is the caller's to
 * convert or clear. */
bool cr__xlayout(cr__xspace *s);

/* The bits of a field in its word. */
static inline uint64_t cr__xbits_in(cr__xfield f) {
  return (((uint64_t)1 << f.width) - 1) << f.shift;
}

/* The number of a component's value in a key. */
static inline uint32_t cr__xnumber_in(const uint64_t *key, cr__xfield f) {
  return (uint32_t)(key[f.word] >> f.shift & (((uint64_t)1 << f.width) - 1));
}

/* The bits that a component's value in a whole has in a key; a value that is new gets a number. One
 * that does not fit makes the space crowded and the worker tainted. */
uint64_t cr__xbits_of(cr__xspace *s, cr__xworker *w, cr__xcomponent *c, const unsigned char *whole);

/* The key of a whole, with the same proviso. */
void cr__xkey_build(cr__xspace *s, cr__xworker *w, const unsigned char *whole, uint64_t *key);

/* The worker's whole becomes that of the key; other_key, the key that it had before. */
void cr__xwhole_build(cr__xspace *s, cr__xworker *w, const uint64_t *key);

/* Writes a component's value into a whole. */
void cr__xscatter(const cr__xspace *s, const cr__xcomponent *c, uint32_t number,
                  unsigned char *whole);

/* ---- space_groups.c -------------------------------------------------------------------------- */

/* The part of a key that a mask leaves; returns its hash for memos. reduced has CR__XWORDS_MAX
 * words.
 */
static inline uint64_t cr__xreduce(const cr__xspace *s, const uint64_t *key, const uint64_t *mask,
                                   uint64_t *reduced) {
  for (unsigned i = 0; i < s->words; i++) reduced[i] = key[i] & mask[i];
  return cr__xmemo_hash(reduced, s->words);
}

/* The key of the state to which a transition leads that is due in the state of a key. */
static inline void cr__xtarget(const cr__xspace *s, const uint64_t *key, const cr__xdue *d,
                               uint64_t *next) {
  const uint64_t *mask = s->group[d->group].mask;
  for (unsigned k = 0; k < s->words; k++) next[k] = (key[k] & ~mask[k]) | d->transition[k];
}

/* Room for so many words more, which are not set; it lives until the next call. */
uint64_t *cr__xrecording_add(cr__xrecording *to, size_t words);

/* Records what a group does in a whole: that of the key, at least in what the group touches. The
 * worker is tainted afterwards when a number did not fit. */
void cr__xgroup_run(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key,
                    const unsigned char *whole, cr__xrecording *to);

/* Makes the memos of groups and bundles, and frees them. */
void cr__xmemos_init(cr__xspace *s);
void cr__xmemos_free(cr__xspace *s);
/* Forgets what is remembered of groups. By one thread alone. */
void cr__xmemos_clear(cr__xspace *s);

/* To be called before a state is expanded: what is done now and then, or to check everything. */
void cr__xstate_begin(cr__xspace *s, cr__xworker *w, const uint64_t *key);

/* What a group does in a state (see memo.h; nothing is said when the space is crowded then); which
 * groups of a bundle have a transition there, by bit; the transitions of a group that is asked only
 * when all others have none, and none of any other group. They live until the next state begins. */
const uint64_t *cr__xgroup_transitions(cr__xspace *s, cr__xworker *w, unsigned number,
                                       const uint64_t *key, uint32_t *count);
uint64_t cr__xbundle_open(cr__xspace *s, cr__xworker *w, unsigned number, const uint64_t *key);
const uint64_t *cr__xotherwise_transitions(cr__xspace *s, cr__xworker *w, unsigned number,
                                           const uint64_t *key, uint32_t *count);

/* For whoever takes many states at once, with narrow keys: the violation of a part of the
 * invariant; and, for some state now and then, whether groups and parts do in it what is
 * remembered. */
cr_xviolation cr__xpart_violation(cr__xspace *s, cr__xworker *w, unsigned part, uint64_t key);
void cr__xstate_check(cr__xspace *s, cr__xworker *w, uint64_t key);

/* cr__xspace_successors for a product. */
void cr__xproduct_successors(cr__xspace *s, cr__xworker *w, const uint64_t *key, cr_xsink *sink);

/* ---- space_narrow.c -------------------------------------------------------------------------- */

/* Room for a worker's states ahead, and its end. */
void cr__xahead_begin(const cr__xspace *s, cr__xworker *w);
void cr__xahead_end(cr__xworker *w);
/* All states begin anew: what is remembered has changed its place. */
void cr__xahead_forget(cr__xspace *s);

/* ---- space_order.c --------------------------------------------------------------------------- */

/* Begins a worker's part in partial order, and ends it; where none was begun, ending does nothing.
 */
void cr__xorder_begin(const cr_xproduct *p, cr__xworker *w);
void cr__xorder_end(cr__xworker *w);

/* Are the components that a group counts supplies to it, as w->recorded has it for w->whole? */
void cr__xsupplies_check(cr__xspace *s, cr__xworker *w, unsigned number);

/* Drops from w->due what need not be taken: of the smallest sets the first that is not put off for
 * ever is kept. */
void cr__xdue_reduce(cr__xspace *s, cr__xworker *w, const uint64_t *key, cr_xsink *sink);

#endif
