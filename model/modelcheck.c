/* modelcheck.c - the contract's model for the explorer; see clusrace/modelcheck.h. */
#include "clusrace/modelcheck.h"

#include <string.h>

#include "world_private.h"

static bool initial(void *ctx, uint32_t index, void *state) {
  const cr_model *model = ctx;
  if (index != 0) return false;
  cr_world world;
  cr_world_init(model, &world);
  cr_world_pack(model, &world, state);
  return true;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const cr_model *model = ctx;
  cr_world world, next;
  cr_actions enabled;
  cr_event event;
  uint8_t packed[CR_PACK_FIELDS_MAX];
  cr_world_unpack(model, state, &world);
  cr_world_enabled(model, &world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++) {
    next = world;
    cr_clause clause = cr_world_step(model, &next, enabled.list[i], &event, NULL);
    memcpy(packed, state, model->packed_bytes);
    cr_world_repack(model, &world, &next, packed);
    cr_xemit(sink, enabled.list[i], packed,
             clause == CR_CLAUSE_COUNT ? 0 : (cr_xviolation)clause + 1);
  }
}

static bool final(void *ctx, const void *state) {
  const cr_model *model = ctx;
  cr_world world;
  cr_world_unpack(model, state, &world);
  return cr_world_final(model, &world);
}

static void label_text(void *ctx, uint32_t label, cr_buf *out) {
  cr_action_write(ctx, (cr_action)label, out);
}

static void violation_text(void *ctx, cr_xviolation violation, cr_buf *out) {
  (void)ctx;
  cr_buf_puts(out, cr_clause_row_of((cr_clause)(violation - 1))->id);
}

void cr_modelcheck_bind(const cr_model *model, cr_xmodel *xmodel) {
  *xmodel = (cr_xmodel){.name = model->scenario.name,
                        .state_bytes = model->packed_bytes,
                        .ctx = (void *)(uintptr_t)model, /* never written through */
                        .initial = initial,
                        .successors = successors,
                        .final = final,
                        .label_text = label_text,
                        .violation_text = violation_text};
}

void cr_modelcheck_trace(const cr_model *model, const cr_xpath *path, cr_trace *trace) {
  cr_world world;
  cr_world_init(model, &world);
  cr_trace_free(trace);
  cr_trace_init(trace, &model->scenario, &model->subject);
  for (size_t i = 0; i < path->labels_count; i++) {
    cr_event event;
    cr_clause clause = cr_world_step(model, &world, (cr_action)path->labels[i], &event, NULL);
    cr_trace_push(trace, &event, cr_world_digest(model, &world));
    CR_ASSERT((clause != CR_CLAUSE_COUNT) ==
              (i + 1 == path->labels_count && path->kind == CR_XKIND_TRANSITION));
    if (clause == CR_CLAUSE_COUNT) continue;
    trace->verdict.kind = CR_VERDICT_VIOLATES;
    trace->verdict.clause = clause;
  }
  if (path->kind == CR_XKIND_DEADLOCK) trace->verdict.kind = CR_VERDICT_DEADLOCK;
  trace->verdict.step = (uint32_t)trace->steps_count;
}
