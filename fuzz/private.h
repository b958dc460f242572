/* private.h - what a fuzzer is made of: the same engine for every subject. Private to fuzz/. */
#ifndef CR_FUZZ_PRIVATE_H
#define CR_FUZZ_PRIVATE_H

#include "clusrace/fuzz.h"

/* What one input did. */
typedef struct cr__outcome {
  bool novel;    /* it reached what none has reached before */
  bool violates; /* anything but a life in order */
  size_t steps;
} cr__outcome;

/* A subject as the fuzzer sees it. */
typedef struct cr__runner {
  void *self;
  /* Runs an input, raises the engine's counters. */
  cr_err (*run)(void *self, const uint8_t *bytes, size_t n, cr_fuzz_stats *stats,
                cr__outcome *outcome, cr_errinfo *info);
  /* What the input that was run last did, as a trace that was seen a second time with the same
   * verdict; no steps: it did not come again. canonical receives the choices really taken. */
  cr_err (*look)(void *self, const uint8_t *bytes, size_t n, cr_trace *trace, cr_buf *canonical,
                 cr_clauses *exercised, cr_errinfo *info);
  /* The violation of the run before, as far as it is known without looking closer, which is slow;
   * NULL: it is not. */
  const cr_trace *(*peek)(void *self);
  /* Makes a violation short; NULL: this subject has no way to. */
  void (*minimise)(void *self, const cr_trace *found, cr_trace *minimal, cr_clauses *exercised);
  void (*free)(void *self);
} cr__runner;

/* The models of a scenario and subject; sets up the mutator for their inputs. */
cr__runner cr__runner_of_model(const cr_fuzz_options *options, cr_mutator *mutator);
/* A real DLL behind options->host. */
cr__runner cr__runner_of_dll(const cr_fuzz_options *options, cr_mutator *mutator);

#endif
