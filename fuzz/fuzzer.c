/* fuzzer.c - one input, one interleaving; see clusrace/fuzz.h.
 *
 * Most inputs show nothing new and cost nothing but their run. One that does is run a second time
 * as a trace, minimised if it violates a clause, and handed over. */
#include "clusrace/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "private.h"

enum {
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
  bool partial; /* a few clauses are judged: what they call clean may break others, and is not kept
                 */
  cr__runner runner;
  cr_mutator mutator;
  cr_fuzz_stats stats;
  uint64_t signature[SIGNATURES_MAX];
  size_t signatures_count;
  uint32_t shortest[CR_CLAUSE_COUNT + 1]; /* the last: what breaks no clause, such as a deadlock */
  uint32_t found[CR_CLAUSE_COUNT + 1];    /* what the shortest was before it was minimised */
  input pool[POOL_MAX];
  size_t pool_count;
  uint64_t pool_offered;
  cr_trace trace, minimal;
  cr_buf canonical;
};

cr_fuzzer *cr_fuzzer_new(const cr_fuzz_options *options) {
  cr_fuzzer *f = cr_alloc(sizeof *f);
  f->options = *options;
  f->partial = options->judge != NULL && cr_clauses_any(&options->judge->only);
  f->runner = options->host == NULL ? cr__runner_of_model(options, &f->mutator)
                                    : cr__runner_of_dll(options, &f->mutator);
  cr_trace_init(&f->trace, options->scenario, options->subject);
  cr_trace_init(&f->minimal, options->scenario, options->subject);
  return f;
}

void cr_fuzzer_free(cr_fuzzer *f) {
  for (size_t i = 0; i < f->pool_count; i++) free(f->pool[i].bytes);
  f->runner.free(f->runner.self);
  cr_trace_free(&f->trace);
  cr_trace_free(&f->minimal);
  cr_buf_free(&f->canonical);
  free(f);
}

const cr_mutator *cr_fuzzer_mutator(const cr_fuzzer *f) { return &f->mutator; }
const cr_fuzz_stats *cr_fuzzer_stats(const cr_fuzzer *f) { return &f->stats; }
uint32_t cr_fuzzer_shortest(const cr_fuzzer *f, cr_clause clause) { return f->shortest[clause]; }
uint32_t cr_fuzzer_found(const cr_fuzzer *f, cr_clause clause) { return f->found[clause]; }

static bool signature_is_new(cr_fuzzer *f, uint64_t signature) {
  for (size_t i = 0; i < f->signatures_count; i++)
    if (f->signature[i] == signature) return false;
  if (f->signatures_count == SIGNATURES_MAX) return false;
  f->signature[f->signatures_count++] = signature;
  return true;
}

static cr_err hand_over(cr_fuzzer *f, const cr_trace *trace, const cr_clauses *exercised,
                        cr_errinfo *info) {
  f->stats.kept++;
  if (f->options.keep == NULL) return CR_OK;
  return f->options.keep(f->options.keep_arg, trace, exercised, info);
}

static uint32_t *shortest_of(cr_fuzzer *f, const cr_trace *found) {
  bool clause = found->verdict.kind == CR_VERDICT_VIOLATES;
  return &f->shortest[clause ? found->verdict.clause : CR_CLAUSE_COUNT];
}

/* Is it a finding that is known by a trace that is as short? */
static bool is_stale(cr_fuzzer *f, const cr_trace *found) {
  const uint32_t *shortest = shortest_of(f, found);
  if (*shortest == 0 || found->steps_count < *shortest) return false;
  uint64_t signature = cr_trace_signature(found);
  for (size_t i = 0; i < f->signatures_count; i++)
    if (f->signature[i] == signature) return true;
  return f->signatures_count == SIGNATURES_MAX;
}

/* A violation is kept when it is a new finding or a shorter trace of an old one. */
static cr_err keep_violation(cr_fuzzer *f, cr_clauses *exercised, cr_errinfo *info) {
  const cr_trace *found = &f->trace, *kept = found;
  uint32_t *shortest = shortest_of(f, found);
  bool shorter = *shortest == 0 || found->steps_count < *shortest;
  if (!shorter && !signature_is_new(f, cr_trace_signature(found))) return CR_OK;
  if (f->runner.minimise != NULL) {
    f->runner.minimise(f->runner.self, found, &f->minimal, exercised);
    kept = &f->minimal;
  }
  bool better = *shortest == 0 || kept->steps_count < *shortest;
  if (better) f->found[shortest - f->shortest] = (uint32_t)found->steps_count;
  if (better) *shortest = (uint32_t)kept->steps_count;
  if (!signature_is_new(f, cr_trace_signature(kept)) && !better) return CR_OK;
  return hand_over(f, kept, exercised, info);
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

static cr_err look_closer(cr_fuzzer *f, const uint8_t *bytes, size_t n, const cr__outcome *out,
                          cr_errinfo *info) {
  cr_clauses exercised;
  const cr_trace *found = f->runner.peek == NULL ? NULL : f->runner.peek(f->runner.self);
  if (found != NULL && is_stale(f, found)) return CR_OK;
  cr_buf_clear(&f->canonical);
  cr_err err = f->runner.look(f->runner.self, bytes, n, &f->trace, &f->canonical, &exercised, info);
  if (err != CR_OK) return err;
  if (out->novel) pool_add(f, &f->canonical);
  if (f->trace.steps_count == 0) return CR_OK;
  if (out->violates) return keep_violation(f, &exercised, info);
  return f->partial ? CR_OK : hand_over(f, &f->trace, &exercised, info);
}

cr_err cr_fuzzer_one(cr_fuzzer *f, const uint8_t *bytes, size_t n, cr_errinfo *info) {
  cr__outcome out = {0};
  cr_err err = f->runner.run(f->runner.self, bytes, n, &f->stats, &out, info);
  if (err != CR_OK) return err;
  f->stats.executions++;
  f->stats.steps += out.steps;
  if (out.violates && f->stats.violations++ == 0) f->stats.first_violation = f->stats.executions;
  if (out.novel) f->stats.novel++;
  if (!out.violates && !out.novel) return CR_OK;
  if (f->options.pause != NULL) f->options.pause(true);
  err = look_closer(f, bytes, n, &out, info);
  if (f->options.pause != NULL) f->options.pause(false);
  return err;
}

cr_err cr_fuzzer_random(cr_fuzzer *f, uint64_t seed, uint64_t index, cr_errinfo *info) {
  uint8_t bytes[INPUT_BYTES_MAX];
  cr_rng rng;
  cr_rng_seed(&rng, seed ^ cr_digest(&index, sizeof index));
  size_t n = 0;
  if (f->pool_count == 0 || cr_rng_below(&rng, 3) == 0) {
    n = cr_mutate_by(&f->mutator, CR_MUTATION_FRESH, bytes, 0, sizeof bytes, cr_rng_next(&rng));
  } else {
    const input *from = &f->pool[cr_rng_below(&rng, (uint32_t)f->pool_count)];
    memcpy(bytes, from->bytes, from->n);
    n = from->n;
    if (cr_rng_below(&rng, 4) == 0) {
      uint8_t head[INPUT_BYTES_MAX];
      const input *other = &f->pool[cr_rng_below(&rng, (uint32_t)f->pool_count)];
      memcpy(head, bytes, n);
      n = cr_splice(&f->mutator, head, n, other->bytes, other->n, bytes, sizeof bytes,
                    cr_rng_next(&rng));
    }
    n = cr_mutate(&f->mutator, bytes, n, sizeof bytes, cr_rng_next(&rng));
    for (uint32_t more = cr_rng_below(&rng, 16); more > 0 && n < sizeof bytes; more--)
      bytes[n++] = (uint8_t)cr_rng_next(&rng);
  }
  return cr_fuzzer_one(f, bytes, n, info);
}
