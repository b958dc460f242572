/* minimise_search.c - the explorer, kept to a few actions; see minimise_private.h. */
#include <stdlib.h>

#include "clusrace/explore.h"
#include "minimise_private.h"

typedef struct search {
  const cr_model *model;
  const cr__target *target;
  const cr__alphabet *alphabet;
} search;

bool cr__target_reached(const cr_model *model, const cr__target *target, const cr_world *world,
                        cr_clause clause) {
  if (target->kind == CR_VERDICT_VIOLATES) return clause == target->clause;
  cr_actions enabled;
  if (clause != CR_CLAUSE_COUNT) return false;
  cr_world_enabled(model, world, &enabled);
  return enabled.count == 0 && !cr_world_final(model, world);
}

static bool initial(void *ctx, uint32_t index, void *state) {
  const search *s = ctx;
  cr_world world;
  if (index != 0) return false;
  cr_world_init(s->model, &world);
  cr_world_pack(s->model, &world, state);
  return true;
}

/* A step that violates another clause ends a run of the fuzzer, so it leads nowhere here. */
static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const search *s = ctx;
  cr_world world, next;
  cr_actions enabled;
  cr_event event;
  uint8_t packed[CR_PACK_FIELDS_MAX];
  cr_world_unpack(s->model, state, &world);
  cr_world_enabled(s->model, &world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++) {
    if (!s->alphabet->has[enabled.list[i]]) continue;
    next = world;
    cr_clause clause = cr_world_step(s->model, &next, enabled.list[i], &event, NULL);
    bool reached = cr__target_reached(s->model, s->target, &next, clause);
    if (clause != CR_CLAUSE_COUNT && !reached) continue;
    cr_world_pack(s->model, &next, packed);
    cr_xemit(sink, enabled.list[i], packed, reached ? 1 : 0);
  }
}

bool cr__shortest_way(const cr_model *model, const cr__target *target, const cr__alphabet *alphabet,
                      uint64_t states_max, cr_action *actions, size_t *steps, uint64_t *states) {
  search s = {model, target, alphabet};
  cr_xmodel xmodel = {.name = "minimise",
                      .state_bytes = model->packed_bytes,
                      .ctx = &s,
                      .initial = initial,
                      .successors = successors};
  cr_xoptions options = {
      .max_states = states_max, .max_depth = (uint32_t)*steps, .allow_deadlock = true};
  cr_xresult found;
  if (cr_explore(&xmodel, &options, &found, NULL) != CR_OK) return false;
  *states += found.states;
  bool any = found.paths_count > 0 && found.paths[0].labels_count <= *steps;
  if (any) {
    *steps = found.paths[0].labels_count;
    for (size_t i = 0; i < *steps; i++) actions[i] = (cr_action)found.paths[0].labels[i];
  }
  cr_xresult_free(&found);
  return any;
}
