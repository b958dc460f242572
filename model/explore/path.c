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

uint32_t cr__xpath_label(cr__xspace *space, const void *parent, const void *child,
                         size_t key_bytes) {
  search s = {.wanted = child, .key_bytes = key_bytes};
  cr_xsink sink = {.take = match, .arg = &s};
  cr__xspace_successors(space, 0, parent, &sink);
  CR_ASSERT(s.found);
  return s.label;
}

uint32_t cr__xpath_initial(cr__xspace *space, const void *root, size_t key_bytes) {
  unsigned char key[CR_XSTATE_BYTES_MAX];
  for (uint32_t index = 0;; index++) {
    bool exists = cr__xspace_initial(space, 0, index, key);
    CR_ASSERT(exists);
    if (memcmp(key, root, key_bytes) == 0) return index;
  }
}

void cr__xpath_begin(cr_xpath *path, const cr__xfinding *end, size_t steps) {
  size_t last = end->kind == CR_XKIND_TRANSITION ? 1 : 0;
  *path = (cr_xpath){.kind = end->kind,
                     .violation = end->violation,
                     .labels = cr_alloc((steps + last) * sizeof *path->labels),
                     .labels_count = steps + last};
  if (last != 0) path->labels[steps] = end->label;
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
  cr__xpath_begin(path, finding, steps);
  const unsigned char *key = cr__xstore_key(store, finding->state);
  for (uint32_t state = finding->state; steps > 0;) {
    state = cr__xstore_parent(store, state);
    const unsigned char *before = cr__xstore_key(store, state);
    path->labels[--steps] = cr__xpath_label(space, before, key, store->key_bytes);
    key = before;
  }
  path->initial = cr__xpath_initial(space, key, store->key_bytes);
}
