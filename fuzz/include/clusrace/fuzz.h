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

#include "clusrace/feedback.h"
#include "clusrace/mutate.h"

enum {
  CR_FUZZ_STEPS_DEFAULT = 400, /* longest interleaving */
  /* Clean interleavings wait at most so long to be written, findings not at all: a transaction
   * costs as much as some hundred of them. */
  CR_FUZZ_FLUSH_MS = 2000
};

typedef struct cr_host cr_host;

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
  cr_host *host;         /* the real DLL that is the subject, borrowed; NULL: the models */
  const char *folder; /* of files that are shared with that host; NULL: wherever there is a place */
  /* Where the engine's CR_FEEDBACK_COUNTERS counters are, asked for every input; NULL: it has none
   */
  uint8_t *(*counters)(void);
  unsigned feedback; /* which of them are raised: CR_FEEDBACK_ bits */
  /* Steps of the models that were taken before are not run again (memo.h). Not for an engine that
   * is to see the same code whenever it gives the same input. */
  bool remember;
  /* What is run between pause(true) and pause(false) is not what the input did: an engine that
   * watches the code is to look away. May be NULL. */
  void (*pause)(bool pause);
  cr_fuzz_keep keep; /* NULL: nothing is kept */
  void *keep_arg;
} cr_fuzz_options;

typedef struct cr_fuzz_stats {
  uint64_t executions;
  uint64_t steps;
  uint64_t novel;           /* interleavings that reached a new (abstract state, action) pair */
  uint64_t violations;      /* executions that violated a clause or deadlocked */
  uint64_t first_violation; /* the number of the first such execution, 0: none */
  uint64_t kept;            /* traces handed over */
  uint64_t pairs;           /* (abstract state, action) pairs seen */
  cr_clauses violated;      /* clauses, each with at least one interleaving */
  cr_clauses exercised;
} cr_fuzz_stats;

typedef struct cr_fuzzer cr_fuzzer;

/* options are copied (scenario, subject and judge too). */
cr_fuzzer *cr_fuzzer_new(const cr_fuzz_options *options);
void cr_fuzzer_free(cr_fuzzer *fuzzer);

/* Runs one input. Fails only when `keep` does. */
CR_WARN_UNUSED cr_err cr_fuzzer_one(cr_fuzzer *fuzzer, const uint8_t *bytes, size_t n,
                                    cr_errinfo *info);
/* The mutator for its inputs. Borrowed. */
const cr_mutator *cr_fuzzer_mutator(const cr_fuzzer *fuzzer);
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

/* A number for what matters about a world to coverage: states of monitor, DLL threads and volumes,
 * without budgets and counters. Equal worlds give equal numbers. */
uint32_t cr_fuzz_abstract(const cr_model *model, const cr_world *world);

#endif
