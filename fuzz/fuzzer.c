/* fuzzer.c - one input, one interleaving; see clusrace/fuzz.h.
 *
 * The fast path decodes, steps and raises counters. Only an input that shows something new is run a
 * second time as a trace, checked for the same verdict, minimised if it violates a clause, and
 * handed over. */
#include "clusrace/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "clusrace/minimise.h"

enum {
  PAIR_BITS = 1 << 20,   /* (abstract state, action) pairs, by hash */
  SIGNATURES_MAX = 4096, /* findings told apart */
  POOL_MAX = 2048,       /* inputs of the built-in engine */
  INPUT_BYTES_MAX = 1024 /* longest input that it makes */
};

typedef struct input {
  uint8_t *bytes;
  size_t n;
} input;

struct cr_fuzzer {
  cr_fuzz_options options;
  cr_model *model;
  cr_fuzz_stats stats;
  uint64_t pairs[PAIR_BITS / 64];
  uint64_t signature[SIGNATURES_MAX];
  size_t signatures_count;
  uint32_t shortest[CR_CLAUSE_COUNT + 1]; /* the last: deadlock */
  uint32_t found[CR_CLAUSE_COUNT + 1];    /* what the shortest was before it was minimised */
  input pool[POOL_MAX];
  size_t pool_count;
  uint64_t pool_offered;
  cr_trace trace, minimal, check;
  cr_buf canonical;
};

cr_fuzzer *cr_fuzzer_new(const cr_fuzz_options *options) {
  cr_fuzzer *f = cr_alloc(sizeof *f);
  f->options = *options;
  if (f->options.steps_max == 0) f->options.steps_max = CR_FUZZ_STEPS_DEFAULT;
  f->model = cr_model_new(options->scenario, options->subject, options->judge);
  cr_trace_init(&f->trace, options->scenario, options->subject);
  cr_trace_init(&f->minimal, options->scenario, options->subject);
  cr_trace_init(&f->check, options->scenario, options->subject);
  return f;
}

void cr_fuzzer_free(cr_fuzzer *f) {
  for (size_t i = 0; i < f->pool_count; i++) free(f->pool[i].bytes);
  cr_trace_free(&f->trace);
  cr_trace_free(&f->minimal);
  cr_trace_free(&f->check);
  cr_buf_free(&f->canonical);
  cr_model_free(f->model);
  free(f);
}

const cr_model *cr_fuzzer_model(const cr_fuzzer *f) { return f->model; }
const cr_fuzz_stats *cr_fuzzer_stats(const cr_fuzzer *f) { return &f->stats; }
uint32_t cr_fuzzer_shortest(const cr_fuzzer *f, cr_clause clause) { return f->shortest[clause]; }
uint32_t cr_fuzzer_found(const cr_fuzzer *f, cr_clause clause) { return f->found[clause]; }

/* Notes an (abstract state, action) pair; true when it is new. */
static bool pair_is_new(cr_fuzzer *f, uint32_t abstract, cr_action action) {
  uint32_t bit = (abstract ^ (uint32_t)action * 0x9E3779B1u) % PAIR_BITS;
  uint64_t mask = (uint64_t)1 << (bit % 64);
  if (f->pairs[bit / 64] & mask) return false;
  f->pairs[bit / 64] |= mask;
  f->stats.pairs++;
  return true;
}

typedef struct outcome {
  bool novel;
  bool deadlock;
  cr_clause clause; /* CR_CLAUSE_COUNT: none violated */
} outcome;

/* The fast path: cr_choices_run without a trace. */
static outcome run(cr_fuzzer *f, const uint8_t *bytes, size_t n) {
  const cr_model *model = f->model;
  unsigned actions = cr_model_actions_count(model);
  size_t width = actions > 256 ? 2 : 1;
  outcome out = {.clause = CR_CLAUSE_COUNT};
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_judgement judgement;
  cr_world_init(model, &world);
  size_t steps = 0;
  for (size_t at = 0;; at += width, steps++) {
    cr_world_enabled(model, &world, &enabled);
    if (enabled.count == 0) out.deadlock = !cr_world_final(model, &world);
    if (enabled.count == 0 || at + width > n || steps >= f->options.steps_max) break;
    unsigned choice = bytes[at];
    if (width == 2) choice |= (unsigned)bytes[at + 1] << 8;
    cr_action action = cr_action_prefer(&enabled, choice % actions);
    out.clause = cr_world_step(model, &world, action, &event, &judgement);
    cr_clauses_merge(&f->stats.exercised, &judgement.exercised);
    uint32_t abstract = cr_fuzz_abstract(model, &world);
    if (f->options.features != NULL) {
      uint8_t *counter = &f->options.features[abstract % CR_FUZZ_FEATURES];
      if (*counter < 255) ++*counter;
    }
    if (pair_is_new(f, abstract, action)) out.novel = true;
    if (out.clause != CR_CLAUSE_COUNT) break;
  }
  f->stats.executions++;
  f->stats.steps += steps;
  return out;
}

static bool signature_is_new(cr_fuzzer *f, uint64_t signature) {
  for (size_t i = 0; i < f->signatures_count; i++)
    if (f->signature[i] == signature) return false;
  if (f->signatures_count == SIGNATURES_MAX) return false;
  f->signature[f->signatures_count++] = signature;
  return true;
}

static cr_err hand_over(cr_fuzzer *f, const cr_trace *trace, cr_errinfo *info) {
  cr_judgement covered;
  cr_trace_rerun(f->model, trace, &f->check, &covered);
  CR_ASSERT(f->check.verdict.kind == trace->verdict.kind &&
            f->check.verdict.clause == trace->verdict.clause);
  f->stats.kept++;
  if (f->options.keep == NULL) return CR_OK;
  return f->options.keep(f->options.keep_arg, trace, &covered.exercised, info);
}

/* A violation is kept when it is a new finding or a shorter trace of an old one. */
static cr_err keep_violation(cr_fuzzer *f, cr_errinfo *info) {
  const cr_trace *found = &f->trace;
  unsigned index = found->verdict.kind == CR_VERDICT_VIOLATES ? (unsigned)found->verdict.clause
                                                              : (unsigned)CR_CLAUSE_COUNT;
  bool shorter = f->shortest[index] == 0 || found->steps_count < f->shortest[index];
  if (!shorter && !signature_is_new(f, cr_trace_signature(found))) return CR_OK;
  cr_minimise(f->model, found, &f->minimal, NULL);
  bool better = f->shortest[index] == 0 || f->minimal.steps_count < f->shortest[index];
  if (better) f->found[index] = (uint32_t)found->steps_count;
  if (better) f->shortest[index] = (uint32_t)f->minimal.steps_count;
  if (!signature_is_new(f, cr_trace_signature(&f->minimal)) && !better) return CR_OK;
  return hand_over(f, &f->minimal, info);
}

static void pool_add(cr_fuzzer *f, const cr_buf *bytes) {
  if (bytes->len == 0) return;
  size_t i = f->pool_count < POOL_MAX ? f->pool_count++ : (size_t)(f->pool_offered % POOL_MAX);
  f->pool_offered++;
  free(f->pool[i].bytes);
  f->pool[i].n = bytes->len < INPUT_BYTES_MAX ? bytes->len : INPUT_BYTES_MAX;
  f->pool[i].bytes = cr_alloc(f->pool[i].n);
  memcpy(f->pool[i].bytes, bytes->data, f->pool[i].n);
}

cr_err cr_fuzzer_one(cr_fuzzer *f, const uint8_t *bytes, size_t n, cr_errinfo *info) {
  outcome out = run(f, bytes, n);
  bool violates = out.clause != CR_CLAUSE_COUNT || out.deadlock;
  if (violates) {
    f->stats.violations++;
    if (!out.deadlock) cr_clauses_add(&f->stats.violated, out.clause);
  }
  if (out.novel) f->stats.novel++;
  if (!violates && !out.novel) return CR_OK;

  cr_buf_clear(&f->canonical);
  cr_choices_run(f->model, bytes, n, f->options.steps_max, &f->trace, NULL, &f->canonical);
  CR_ASSERT(f->trace.verdict.clause == out.clause);
  if (out.novel) pool_add(f, &f->canonical);
  return violates ? keep_violation(f, info) : hand_over(f, &f->trace, info);
}

cr_err cr_fuzzer_random(cr_fuzzer *f, uint64_t seed, uint64_t index, cr_errinfo *info) {
  uint8_t bytes[INPUT_BYTES_MAX];
  cr_rng rng;
  cr_rng_seed(&rng, seed ^ cr_digest(&index, sizeof index));
  size_t n = 0;
  if (f->pool_count == 0 || cr_rng_below(&rng, 3) == 0) {
    n = 1 + cr_rng_below(&rng, 256);
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)cr_rng_next(&rng);
  } else {
    const input *from = &f->pool[cr_rng_below(&rng, (uint32_t)f->pool_count)];
    memcpy(bytes, from->bytes, from->n);
    n = from->n;
    if (cr_rng_below(&rng, 4) == 0) {
      uint8_t head[INPUT_BYTES_MAX];
      const input *other = &f->pool[cr_rng_below(&rng, (uint32_t)f->pool_count)];
      memcpy(head, bytes, n);
      n = cr_fuzz_splice(head, n, other->bytes, other->n, bytes, sizeof bytes, cr_rng_next(&rng));
    }
    n = cr_fuzz_mutate(f->model, bytes, n, sizeof bytes, cr_rng_next(&rng));
    for (uint32_t more = cr_rng_below(&rng, 16); more > 0 && n < sizeof bytes; more--)
      bytes[n++] = (uint8_t)cr_rng_next(&rng);
  }
  return cr_fuzzer_one(f, bytes, n, info);
}
