/* modelcheck.c - the contract's model for the explorer; see clusrace/modelcheck.h. */
#include "clusrace/modelcheck.h"

#include <string.h>

#include "clusrace/version.h"
#include "product.h"
#include "symmetry.h"

static bool initial(void *ctx, uint32_t index, void *state) {
  const cr_model *model = ctx;
  if (index != 0) return false;
  cr_world world;
  cr_world_init(model, &world);
  cr_world_pack(model, &world, state);
  return true;
}

/* Emits the successors; what is counted as a violation is the caller's choice. */
static void expand(const cr_model *model, const void *state, cr_judgement *survey, cr_xsink *sink) {
  cr_world world, next;
  cr_actions enabled;
  cr_event event;
  uint8_t packed[CR_PACK_FIELDS_MAX];
  cr_world_unpack(model, state, &world);
  cr_world_enabled(model, &world, &enabled);
  for (unsigned i = 0; i < enabled.count; i++) {
    next = world;
    cr_judgement judgement;
    cr_clause clause = cr_world_step(model, &next, enabled.list[i], &event, &judgement);
    memcpy(packed, state, model->packed_bytes);
    cr_world_repack(model, &world, &next, packed);
    if (survey != NULL) {
      cr_clauses_merge(&survey->exercised, &judgement.exercised);
      cr_clauses_merge(&survey->violated, &judgement.violated);
      clause = CR_CLAUSE_COUNT;
    }
    cr_xemit(sink, enabled.list[i], packed,
             clause == CR_CLAUSE_COUNT ? 0 : (cr_xviolation)clause + 1);
  }
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  expand(ctx, state, NULL, sink);
}

static bool final(void *ctx, const void *state) {
  const cr_model *model = ctx;
  cr_world world;
  cr_world_unpack(model, state, &world);
  return cr_world_final(model, &world);
}

static void canonical(void *ctx, void *state) {
  const cr_model *model = ctx;
  cr_world world;
  cr_world_unpack(model, state, &world);
  cr__symmetry_canonical(model, &world);
  cr_world_pack(model, &world, state);
}

static void label_text(void *ctx, uint32_t label, cr_buf *out) {
  cr_action_write(ctx, (cr_action)label, out);
}

static void violation_text(void *ctx, cr_xviolation violation, cr_buf *out) {
  (void)ctx;
  cr_buf_puts(out, cr_clause_row_of((cr_clause)(violation - 1))->id);
}

/* ---- liveness -------------------------------------------------------------------------------- */

static unsigned fairness(void *ctx, const void *state, uint32_t label) {
  const cr_model *model = ctx;
  cr_world world;
  cr_world_unpack(model, state, &world);
  return cr_action_fairness(model, &world, (cr_action)label);
}

/* The duties whose clauses count. */
uint64_t cr__owed(const cr_model *model, const cr_world *world) {
  uint64_t bits = cr_observer_owed(&world->observer, &model->scenario), counted = 0;
  if (model->judge.witness) return 0;
  for (unsigned bit = 0; bits >> bit != 0; bit++)
    if ((bits >> bit & 1) && cr_judge_counts(&model->judge, cr_duty_clause(bit), NULL))
      counted |= (uint64_t)1 << bit;
  return counted;
}

static uint64_t owed(void *ctx, const void *state) {
  const cr_model *model = ctx;
  cr_world world;
  cr_world_unpack(model, state, &world);
  return cr__owed(model, &world);
}

void cr_modelcheck_bind(const cr_model *model, cr_xmodel *xmodel) {
  *xmodel = (cr_xmodel){.name = model->scenario.name,
                        .state_bytes = model->packed_bytes,
                        .ctx = (void *)(uintptr_t)model, /* never written through */
                        .initial = initial,
                        .successors = successors,
                        .final = final,
                        .canonical = cr__symmetry_has(model) ? canonical : NULL,
                        .product = cr__product_face(model->product),
                        .finer = cr__product_face(model->finer),
                        .label_text = label_text,
                        .violation_text = violation_text};
  if (!model->scenario.option[CR_OPTION_LIVE] || model->judge.nothing) return;
  xmodel->fairness = fairness;
  xmodel->owed = owed;
}

void cr_modelcheck_identity(const cr_model *model, cr_buf *out) {
  const cr_judge *judge = &model->judge;
  cr_buf_printf(out, "clusrace %s, contract %016llx\nscenario %s %016llx\nsubject ", CR_VERSION,
                (unsigned long long)cr_contract_digest(), model->scenario.name,
                (unsigned long long)model->scenario.digest);
  cr_subject_write(&model->subject, out);
  cr_buf_printf(out, "\njudged%s%s%s%s%s, clauses", judge->strict ? " strictly" : "",
                judge->dll_only ? " dll-only" : "", judge->only_doc ? " only-doc" : "",
                judge->nothing ? " nothing" : "", judge->witness ? " for witnesses" : "");
  if (!cr_clauses_any(&judge->only)) cr_buf_puts(out, " all");
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(&judge->only, (cr_clause)i))
      cr_buf_printf(out, " %s", cr_clause_row_of((cr_clause)i)->id);
  cr_buf_putc(out, '\n');
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
    if (model->judge.witness) {
      trace->verdict.kind = CR_VERDICT_CONFORMS;
    } else {
      trace->verdict.kind = CR_VERDICT_VIOLATES;
      trace->verdict.clause = clause;
    }
  }
  if (path->kind == CR_XKIND_DEADLOCK) trace->verdict.kind = CR_VERDICT_DEADLOCK;
  if (path->kind == CR_XKIND_LASSO) {
    trace->verdict.kind = CR_VERDICT_VIOLATES;
    trace->verdict.clause = cr_duty_clause(path->violation - 1);
    trace->verdict.loop = (uint32_t)path->loop + 1;
  }
  trace->verdict.step =
      trace->verdict.kind == CR_VERDICT_CONFORMS ? 0 : (uint32_t)trace->steps_count;
}

/* ---- surveys --------------------------------------------------------------------------------- */

typedef struct survey {
  const cr_model *model;
  cr_judgement *judged;
} survey;

static bool survey_initial(void *ctx, uint32_t index, void *state) {
  const survey *s = ctx;
  return initial((void *)(uintptr_t)s->model, index, state);
}

static void survey_successors(void *ctx, const void *state, cr_xsink *sink) {
  const survey *s = ctx;
  expand(s->model, state, s->judged, sink);
}

static unsigned survey_fairness(void *ctx, const void *state, uint32_t label) {
  const survey *s = ctx;
  return fairness((void *)(uintptr_t)s->model, state, label);
}

static uint64_t survey_owed(void *ctx, const void *state) {
  const survey *s = ctx;
  cr_world world;
  cr_world_unpack(s->model, state, &world);
  return cr_observer_owed(&world.observer, &s->model->scenario);
}

cr_err cr_modelcheck_survey(const cr_model *model, const cr_xoptions *options, cr_judgement *judged,
                            cr_xresult *result, cr_errinfo *info) {
  *judged = (cr_judgement){0};
  survey s = {.model = model, .judged = judged};
  cr_xmodel xmodel;
  cr_modelcheck_bind(model, &xmodel);
  xmodel.ctx = &s;
  xmodel.product = xmodel.finer = NULL; /* every transition is looked at, */
  xmodel.canonical = NULL;              /* in every state */
  xmodel.initial = survey_initial;
  xmodel.successors = survey_successors;
  xmodel.final = NULL; /* deadlocks are not reported */
  xmodel.label_text = NULL;
  xmodel.violation_text = NULL;
  if (xmodel.owed != NULL) {
    xmodel.fairness = survey_fairness;
    xmodel.owed = survey_owed;
  }
  cr_xoptions all = options == NULL ? (cr_xoptions){0} : *options;
  all.allow_deadlock = true;
  cr_err err = cr_explore(&xmodel, &all, result, info);
  for (size_t i = 0; i < result->paths_count; i++) {
    CR_ASSERT(result->paths[i].kind == CR_XKIND_LASSO);
    cr_clauses_add(&judged->violated, cr_duty_clause(result->paths[i].violation - 1));
  }
  return err;
}

cr_err cr_modelcheck_find(const cr_scenario *scenario, const cr_subject *subject, cr_clause clause,
                          cr_sought sought, const cr_xoptions *options, cr_trace *trace,
                          cr_errinfo *info) {
  cr_judge judge = {.strict = true, .witness = sought == CR_SOUGHT_WITNESS};
  cr_clauses_add(&judge.only, clause);
  cr_xoptions all = options == NULL ? (cr_xoptions){0} : *options;
  all.allow_deadlock = true;
  all.keep_going = false;
  cr_xmodel xmodel;
  cr_xresult result;
  cr_model *model = cr_model_new(scenario, subject, &judge);
  cr_modelcheck_bind(model, &xmodel);
  cr_err err = cr_explore(&xmodel, &all, &result, info);
  if (err == CR_OK) {
    if (result.paths_count > 0)
      cr_modelcheck_trace(model, &result.paths[0], trace);
    else
      cr_trace_clear(trace);
    cr_xresult_free(&result);
  }
  cr_model_free(model);
  return err;
}
