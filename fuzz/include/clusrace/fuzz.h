/* fuzz.h - one interleaving from one input, for every fuzzing engine.
 *
 * An input is a string of choices (world.h: cr_choices_run); any bytes are a valid interleaving.
 * The engine is given the model's abstract states as counters; violations and interleavings that
 * show something new are handed over to be kept while the engine runs on.
 *
 * A cr_fuzzer belongs to one thread. What it does depends on the inputs and their order only.
 */
#ifndef CLUSRACE_FUZZ_H
#define CLUSRACE_FUZZ_H

#include "clusrace/world.h"

enum {
  CR_FUZZ_FEATURES = 16384,   /* abstract states the engines are told of; more slows them down */
  CR_FUZZ_STEPS_DEFAULT = 400 /* longest interleaving */
};

/* Takes a trace worth keeping: a violation (minimised) or an interleaving that reached something
 * new. Each was run a second time with the same verdict before. exercised: its clauses. A failure
 * ends cr_fuzzer_one with that error. */
typedef cr_err (*cr_fuzz_keep)(void *arg, const cr_trace *trace, const cr_clauses *exercised,
                               cr_errinfo *info);

typedef struct cr_fuzz_options {
  const cr_scenario *scenario;
  const cr_subject *subject;
  const cr_judge *judge; /* NULL: default */
  uint32_t steps_max;    /* 0 = CR_FUZZ_STEPS_DEFAULT */
  uint8_t *features; /* CR_FUZZ_FEATURES counters of the engine, raised by each input; or NULL */
  cr_fuzz_keep keep; /* NULL: nothing is kept */
  void *keep_arg;
} cr_fuzz_options;

typedef struct cr_fuzz_stats {
  uint64_t executions;
  uint64_t steps;
  uint64_t novel;      /* interleavings that reached a new (abstract state, action) pair */
  uint64_t violations; /* executions that violated a clause or deadlocked */
  uint64_t kept;       /* traces handed over */
  uint64_t pairs;      /* (abstract state, action) pairs seen */
  cr_clauses violated; /* clauses, each with at least one interleaving */
  cr_clauses exercised;
} cr_fuzz_stats;

typedef struct cr_fuzzer cr_fuzzer;

/* options are copied (scenario, subject and judge too). */
cr_fuzzer *cr_fuzzer_new(const cr_fuzz_options *options);
void cr_fuzzer_free(cr_fuzzer *fuzzer);

/* Runs one input. Fails only when `keep` does. */
CR_WARN_UNUSED cr_err cr_fuzzer_one(cr_fuzzer *fuzzer, const uint8_t *bytes, size_t n,
                                    cr_errinfo *info);
const cr_model *cr_fuzzer_model(const cr_fuzzer *fuzzer);
const cr_fuzz_stats *cr_fuzzer_stats(const cr_fuzzer *fuzzer);

/* Length of the shortest violation of a clause so far, 0 when there is none. */
uint32_t cr_fuzzer_shortest(const cr_fuzzer *fuzzer, cr_clause clause);
/* And its length when it was found, before it was minimised. */
uint32_t cr_fuzzer_found(const cr_fuzzer *fuzzer, cr_clause clause);

/* The built-in engine: input number `index` of a run with `seed`. A third of the inputs are fresh
 * random choices, the others mutations of inputs that reached something new, of which it keeps up
 * to a bound. Needs no instrumentation; the same seed gives the same inputs. */
CR_WARN_UNUSED cr_err cr_fuzzer_random(cr_fuzzer *fuzzer, uint64_t seed, uint64_t index,
                                       cr_errinfo *info);

/* Mutates an input of n bytes in place, within max bytes; returns the new length (at least 1).
 * Knows interleavings: moves, swaps, drops, duplicates and inserts choices of the model. Depends on
 * its arguments only. */
size_t cr_fuzz_mutate(const cr_model *model, uint8_t *bytes, size_t n, size_t max, uint64_t seed);
/* Splices b's tail to a's head; returns the length written to out. */
size_t cr_fuzz_splice(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, uint8_t *out,
                      size_t max, uint64_t seed);

/* A number for what matters about a world to coverage: states of monitor, DLL threads and volumes,
 * without budgets and counters. Equal worlds give equal numbers. */
uint32_t cr_fuzz_abstract(const cr_model *model, const cr_world *world);

#endif
