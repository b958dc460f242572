/* fuzz.h - one interleaving from one input, for every fuzzing engine.
 *
 * An input is a string of choices (world.h: cr_choices_run); any bytes are a valid interleaving. The
 * engine is given the model's abstract states as counters; violations and interleavings that show
 * something new go to the store while the engine runs on.
 *
 * A cr_fuzzer belongs to one thread. Results depend on the inputs and their order only; when rows are
 * flushed to the store depends on the clock, what they hold does not.
 */
#ifndef CLUSRACE_FUZZ_H
#define CLUSRACE_FUZZ_H

#include "clusrace/world.h"

enum {
  CR_FUZZ_FEATURES = 16384,   /* abstract states the engines are told of; more slows them down */
  CR_FUZZ_STEPS_DEFAULT = 400 /* longest interleaving */
};

typedef struct cr_fuzz_options {
  const cr_scenario *scenario;
  const cr_subject *subject;
  const cr_judge *judge; /* NULL: default */
  const char *store;     /* database file; NULL: nothing is stored */
  const char *engine;    /* name recorded with each row: "random", "libfuzzer", "afl" */
  uint32_t steps_max;    /* 0 = CR_FUZZ_STEPS_DEFAULT */
  /* CR_FUZZ_FEATURES counters of the engine, or NULL. Raised per abstract state of each input. */
  uint8_t *features;
  /* Milliseconds of a monotonic clock, for flushing; NULL: flush when the buffer is full. */
  uint64_t (*now_ms)(void);
} cr_fuzz_options;

typedef struct cr_fuzz_stats {
  uint64_t executions;
  uint64_t steps;
  uint64_t novel;      /* interleavings that reached a new (abstract state, action) pair */
  uint64_t violations; /* executions that violated a clause or deadlocked */
  uint64_t stored;     /* rows that are in the store for certain */
  uint64_t pairs;      /* (abstract state, action) pairs seen */
  cr_clauses violated; /* clauses, each with at least one interleaving */
  cr_clauses exercised;
} cr_fuzz_stats;

typedef struct cr_fuzzer cr_fuzzer;

/* options are copied except for what they point to, which is borrowed until cr_fuzzer_free. Fails
 * when the store cannot be opened. */
CR_WARN_UNUSED cr_err cr_fuzzer_new(const cr_fuzz_options *options, cr_fuzzer **fuzzer,
                                    cr_errinfo *info);
/* Flushes and frees. Fails with CR_ERR_ENVIRONMENT when the store refuses the last rows. */
CR_WARN_UNUSED cr_err cr_fuzzer_free(cr_fuzzer *fuzzer, cr_errinfo *info);

/* Runs one input. Fails with CR_ERR_ENVIRONMENT when the store fails. */
CR_WARN_UNUSED cr_err cr_fuzzer_one(cr_fuzzer *fuzzer, const uint8_t *bytes, size_t n,
                                    cr_errinfo *info);
const cr_fuzz_stats *cr_fuzzer_stats(const cr_fuzzer *fuzzer);

/* The shortest minimised violation of a clause so far, or NULL. Borrowed. */
const cr_trace *cr_fuzzer_violation(const cr_fuzzer *fuzzer, cr_clause clause);

/* Mutates an input of n bytes in place, within max bytes; returns the new length (at least 1). Knows
 * interleavings: moves, swaps, drops, duplicates and inserts choices of the model. Depends on its
 * arguments only. */
size_t cr_fuzz_mutate(const cr_model *model, uint8_t *bytes, size_t n, size_t max, uint64_t seed);
/* Splices b's tail to a's head; returns the length written to out. */
size_t cr_fuzz_splice(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, uint8_t *out,
                      size_t max, uint64_t seed);

/* A number for what matters about a world to coverage: states of monitor, DLL threads and volumes,
 * without budgets and counters. Equal worlds give equal numbers. */
uint32_t cr_fuzz_abstract(const cr_model *model, const cr_world *world);

#endif
