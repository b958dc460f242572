/* findings.h - what a walk finds, before its paths are rebuilt (private to the explorer). */
#ifndef CLUSRACE_EXPLORE_FINDINGS_H
#define CLUSRACE_EXPLORE_FINDINGS_H

#include "space.h"
#include "team.h"

/* Where and what. Findings of a level are ordered by source, then by position. */
typedef struct cr__xfinding {
  cr_xkind kind;
  cr_xviolation violation;
  uint32_t state;    /* where the path ends; for a transition, the state it leaves */
  uint32_t label;    /* of the transition */
  uint32_t source;   /* the state that was expanded, */
  uint32_t position; /* and how many transitions of it came before */
} cr__xfinding;

typedef struct cr__xfindings {
  cr__xfinding *list;
  size_t count, cap;
} cr__xfindings;

void cr__xfindings_add(cr__xfindings *to, const cr__xfinding *finding);
/* Adds it unless one of its kind and number is there. Quick for few numbers. */
void cr__xfindings_add_first(cr__xfindings *to, const cr__xfinding *finding);
/* By source and position. */
void cr__xfindings_sort(cr__xfindings *findings);
void cr__xfindings_free(cr__xfindings *findings);

/* Counts new states of a depth, at most one below the deepest so far; and transitions of a label.
 */
void cr__xresult_add_states(cr_xresult *result, uint32_t depth, uint64_t count);
void cr__xresult_add_label(cr_xresult *result, uint32_t label, uint64_t count);

/* Rebuilds the path of a finding. The caller owns path->labels. It is an assertion that the model
 * gives the same transitions as before. */
void cr__xpath_build(cr__xspace *space, const cr__xstore *store, const cr__xfinding *finding,
                     cr_xpath *path);

/* Its pieces: a path of so many steps without their labels, but with the transition that ends it;
 * the label of the first transition from one state to another, by which it was added; and the
 * number of an initial state. By their keys, of which there are those transitions and that state.
 */
void cr__xpath_begin(cr_xpath *path, const cr__xfinding *end, size_t steps);
uint32_t cr__xpath_label(cr__xspace *space, const void *parent, const void *child,
                         size_t key_bytes);
uint32_t cr__xpath_initial(cr__xspace *space, const void *root, size_t key_bytes);

/* Looks for duties that are owed for ever (clusrace/explore.h, Liveness) in a store that holds
 * every reachable state; appends one path a duty, by the duty's number. False when there was no
 * room. */
bool cr__xlassos(cr__xspace *space, cr__xstore *store, cr__xteam *team, cr_xpath **paths,
                 size_t *count);

#endif
