/* of_model.c - inputs on the models; see private.h. Decodes, steps, raises counters; nothing is
 * written down unless somebody looks closer. */
#include <stdlib.h>

#include "clusrace/minimise.h"
#include "private.h"

enum { PAIR_BITS = 1 << 20 }; /* (abstract state, action) pairs, by hash */

typedef struct of_model {
  cr_model *model;
  cr_memo *memo;
  cr_frontier *frontier;
  const cr_mutator *mutator;
  uint32_t steps_max;
  uint8_t *(*counters)(void);
  unsigned feedback;
  uint64_t pairs[PAIR_BITS / 64];
  cr_trace check;
} of_model;

/* Notes an (abstract state, action) pair; true when it is new. */
static bool pair_is_new(of_model *m, uint32_t abstract, unsigned action) {
  uint32_t bit = (abstract ^ action * 0x9E3779B1u) % PAIR_BITS;
  uint64_t mask = (uint64_t)1 << (bit % 64);
  if (m->pairs[bit / 64] & mask) return false;
  m->pairs[bit / 64] |= mask;
  return true;
}

static cr_err run(void *self, const uint8_t *bytes, size_t n, cr_fuzz_stats *stats,
                  cr__outcome *out, cr_errinfo *info) {
  of_model *m = self;
  unsigned actions = m->mutator->count;
  size_t width = m->mutator->width;
  cr_memo_moment moment;
  cr_judgement judgement;
  cr_feedback feedback;
  bool fresh;
  (void)info;
  uint8_t *counters = m->counters == NULL ? NULL : m->counters();
  cr_feedback_begin(&feedback, counters, m->feedback);
  cr_memo_begin(m->memo, &moment);
  for (size_t at = 0;; at += width, out->steps++) {
    bool over = at + width > n || out->steps >= m->steps_max;
    unsigned choice = over ? 0 : bytes[at];
    if (width == 2 && !over) choice |= (unsigned)bytes[at + 1] << 8;
    unsigned number = cr_memo_prefer(m->memo, &moment, choice % actions);
    if (number == CR_MEMO_NOTHING) out->violates = !cr_memo_final(m->memo, &moment);
    if (over || number == CR_MEMO_NOTHING) break;
    const cr_memo_step *step = cr_memo_take(m->memo, &moment, number, &judgement, &fresh);
    if (counters != NULL) cr_feedback_raise(&feedback, &step->mark);
    if (fresh) {
      cr_clauses_merge(&stats->exercised, &judgement.exercised);
      if (pair_is_new(m, step->abstract, step->action)) {
        stats->pairs++;
        out->novel = true;
      }
    }
    if (step->clause == CR_CLAUSE_COUNT) { /* behind a violation there is nothing to look for */
      cr_frontier_pass(m->frontier, step->abstract, bytes, at + width);
      continue;
    }
    cr_clauses_add(&stats->violated, (cr_clause)step->clause);
    out->violates = true;
    out->steps++;
    break;
  }
  return CR_OK;
}

/* Runs the trace a second time: no finding is handed over that does not come again. */
static void again(of_model *m, const cr_trace *trace, cr_clauses *exercised) {
  cr_judgement covered;
  cr_trace_rerun(m->model, trace, &m->check, &covered);
  CR_ASSERT(m->check.verdict.kind == trace->verdict.kind &&
            m->check.verdict.clause == trace->verdict.clause);
  *exercised = covered.exercised;
}

static cr_err look(void *self, const uint8_t *bytes, size_t n, cr_trace *trace, cr_buf *canonical,
                   cr_clauses *exercised, cr_errinfo *info) {
  of_model *m = self;
  cr_judgement covered;
  (void)info;
  cr_choices_run(m->model, bytes, n, m->steps_max, trace, &covered, canonical);
  *exercised = covered.exercised;
  if (trace->verdict.kind != CR_VERDICT_CONFORMS) again(m, trace, exercised);
  return CR_OK;
}

static void minimise(void *self, const cr_trace *found, cr_trace *minimal, cr_clauses *exercised) {
  of_model *m = self;
  cr_minimise(m->model, found, minimal, NULL);
  again(m, minimal, exercised);
}

static void dispose(void *self) {
  of_model *m = self;
  cr_trace_free(&m->check);
  cr_memo_free(m->memo);
  cr_frontier_free(m->frontier);
  cr_model_free(m->model);
  free(m);
}

cr__runner cr__runner_of_model(const cr_fuzz_options *options, cr_mutator *mutator) {
  of_model *m = cr_alloc(sizeof *m);
  m->model = cr_model_new(options->scenario, options->subject, options->judge);
  m->steps_max = options->steps_max == 0 ? CR_FUZZ_STEPS_DEFAULT : options->steps_max;
  m->counters = options->counters;
  m->feedback = options->feedback;
  m->memo = cr_memo_new(m->model, options->remember);
  m->frontier = cr_frontier_new();
  cr_mutator_of_model(mutator, m->memo, m->frontier);
  m->mutator = mutator;
  cr_trace_init(&m->check, options->scenario, options->subject);
  return (cr__runner){m, run, look, NULL, minimise, dispose};
}
