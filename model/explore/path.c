/* path.c - rebuilds the labels of a path from the parents (see sink.h). */
#include "sink.h"

#include <stdlib.h>
#include <string.h>

typedef struct search {
  const unsigned char *wanted;
  size_t state_bytes;
  uint32_t label;
  bool found;
} search;

/* A state was added by the first transition to it, so the first match is the one of the path. */
static void match(cr_xsink *sink, uint32_t label, const void *next, cr_xviolation violation) {
  search *s = sink->arg;
  if (s->found || violation != 0 || memcmp(next, s->wanted, s->state_bytes) != 0) return;
  s->label = label;
  s->found = true;
}

static uint32_t label_between(const cr_xmodel *model, const cr__xstore *store, uint32_t parent,
                              uint32_t child, void *scratch) {
  search s = {.wanted = cr__xstore_state(store, child), .state_bytes = model->state_bytes};
  cr_xsink sink = {.take = match, .arg = &s};
  memcpy(scratch, cr__xstore_state(store, parent), model->state_bytes);
  model->successors(model->ctx, scratch, &sink);
  CR_ASSERT(s.found);
  return s.label;
}

static uint32_t initial_of(const cr_xmodel *model, const cr__xstore *store, uint32_t root,
                           void *scratch) {
  const unsigned char *wanted = cr__xstore_state(store, root);
  for (uint32_t i = 0;; i++) {
    memset(scratch, 0, model->state_bytes);
    bool exists = model->initial(model->ctx, i, scratch);
    CR_ASSERT(exists);
    if (memcmp(scratch, wanted, model->state_bytes) == 0) return i;
  }
}

void cr__xpath_build(const cr_xmodel *model, const cr__xstore *store, const cr__xfinding *finding,
                     cr_xpath *path) {
  size_t steps = 0;
  for (uint32_t s = finding->state, p; (p = cr__xstore_parent(store, s)) != CR__XNO_PARENT; s = p)
    steps++;
  size_t last = finding->kind == CR_XKIND_TRANSITION ? 1 : 0;
  *path = (cr_xpath){.kind = finding->kind,
                     .violation = finding->violation,
                     .labels = cr_alloc((steps + last) * sizeof *path->labels),
                     .labels_count = steps + last};
  if (last != 0) path->labels[steps] = finding->label;
  void *scratch = cr_alloc(model->state_bytes);
  uint32_t state = finding->state;
  while (steps > 0) {
    uint32_t parent = cr__xstore_parent(store, state);
    path->labels[--steps] = label_between(model, store, parent, state, scratch);
    state = parent;
  }
  path->initial = initial_of(model, store, state, scratch);
  free(scratch);
}
