/* path.c - rebuilds the labels of a path from the parents (see findings.h). */
#include "orbit.h"

#include <stdlib.h>
#include <string.h>

typedef struct search {
  const unsigned char *wanted;
  size_t key_bytes;
  uint32_t label;
  bool found;
} search;

/* A state was added by the first transition to it, so the first match is the one of the path. */
static void match(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  search *s = sink->arg;
  if (s->found || violation != 0 || memcmp(next, s->wanted, s->key_bytes) != 0) return;
  s->label = label;
  s->found = true;
}

static uint32_t label_between(cr__xspace *space, const cr__xstore *store, uint32_t parent,
                              uint32_t child) {
  search s = {.wanted = cr__xstore_key(store, child), .key_bytes = store->key_bytes};
  cr_xsink sink = {.take = match, .arg = &s};
  cr__xspace_successors(space, 0, cr__xstore_key(store, parent), &sink);
  CR_ASSERT(s.found);
  return s.label;
}

static uint32_t initial_of(cr__xspace *space, const cr__xstore *store, uint32_t root) {
  unsigned char *key = cr_alloc(store->key_bytes);
  uint32_t index = 0;
  for (;; index++) {
    bool exists = cr__xspace_initial(space, 0, index, key);
    CR_ASSERT(exists);
    if (memcmp(key, cr__xstore_key(store, root), store->key_bytes) == 0) break;
  }
  free(key);
  return index;
}

void cr__xpath_build(cr__xspace *space, const cr__xstore *store, const cr__xfinding *finding,
                     cr_xpath *path) {
  if (cr__xspace_orbit(space) != NULL) {
    cr__xorbit_path(cr__xspace_orbit(space), store, finding, path);
    return;
  }
  size_t steps = 0;
  for (uint32_t s = finding->state, p; (p = cr__xstore_parent(store, s)) != CR__XNO_PARENT; s = p)
    steps++;
  size_t last = finding->kind == CR_XKIND_TRANSITION ? 1 : 0;
  *path = (cr_xpath){.kind = finding->kind,
                     .violation = finding->violation,
                     .labels = cr_alloc((steps + last) * sizeof *path->labels),
                     .labels_count = steps + last};
  if (last != 0) path->labels[steps] = finding->label;
  uint32_t state = finding->state;
  while (steps > 0) {
    uint32_t parent = cr__xstore_parent(store, state);
    path->labels[--steps] = label_between(space, store, parent, state);
    state = parent;
  }
  path->initial = initial_of(space, store, state);
}
