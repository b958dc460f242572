/* engine.c - the fuzzing program: one target under libFuzzer and AFL++ (persistent mode).
 *
 * Options of ours begin with two dashes and are taken out of the engine's command line:
 *   --scenario=FILE  --mutant=NAME  --strict  --only=CLAUSE  --store=FILE  --engine=NAME
 *   --summary=FILE   statistics as `key : value` lines, rewritten while it runs
 *   --feedback=KIND  --mutator=NAME  --stop    for comparisons: see tests/bench/fuzz.sh
 *   --dll=FILE --host=FILE  --type=NAME --properties=FILE --folder=DIR --heap-guard --fibres
 *
 * A clause violation is no crash: it is stored, and the engine runs on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/replay.h"
#include "counters.h"
#include "engine_options.h"
#include "store.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size, unsigned seed);
#ifdef CLUSRACE_LIBFUZZER
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
#endif

/* What lies near is found by random walks sooner than by any engine: so each run begins with some.
 */
enum { WARM_UP = 256, CROSS_ONE_IN = 4, PLAIN_ONE_IN = 2 };

/* AFL++ runs an input several times to see whether it always reaches the same code. */
#ifdef CLUSRACE_LIBFUZZER
enum { REMEMBERS = true };
#else
enum { REMEMBERS = false };
#endif

/* The engines call us back without a context, so this file, and no other, has state of its own. */
static struct {
  cr__engine_options options;
  cr_host *host;
  cr_fuzzer *fuzzer;
  cr__store *store;
  unsigned walks;      /* of the warm-up */
  uint64_t summary_ms; /* when the statistics were written last */
} self;

static void finish(void) {
  cr_errinfo info;
  if (self.fuzzer == NULL) return;
  if (self.options.summary != NULL)
    cr__summary_write(self.options.summary, self.fuzzer, self.store);
  if (self.store != NULL && cr__store_close(self.store, &info) != CR_OK)
    fprintf(stderr, "clusrace: %s\n", info.text);
  self.store = NULL;
  cr_fuzzer_free(self.fuzzer);
  cr_host_free(self.host);
  self.host = NULL;
  self.fuzzer = NULL;
}

/* Done at the first input, not before: AFL++ forks in between, and neither a database connection
 * nor the pipe to a host can be carried over a fork. */
static void set_up(void) {
  cr_errinfo info;
  cr__engine_options *o = &self.options;
  if (o->store != NULL && cr__store_open(o->store, o->engine, &self.store, &info) != CR_OK)
    cr__engine_give_up(CR_EXIT_ENVIRONMENT, info.text);
  if (o->dll != NULL) {
    cr_host_options host = {.host = o->host,
                            .dll = o->dll,
                            .type = o->type,
                            .properties = o->properties,
                            .heap_guard = o->heap_guard,
                            .threads = o->fibres ? "--fibres" : NULL};
    cr_err err = cr_host_new(&host, &self.host, &info);
    if (err != CR_OK) cr__engine_give_up((cr_exit)err, info.text);
    o->subject = *cr_host_subject(self.host);
  }
  cr_fuzz_options options = {.scenario = &o->scenario,
                             .subject = &o->subject,
                             .judge = &o->judge,
                             .host = self.host,
                             .folder = o->folder,
                             .counters = o->feedback == CR_FEEDBACK_NOTHING ? NULL : cr__counters,
                             .feedback = o->feedback,
                             .remember = REMEMBERS && o->feedback != CR_FEEDBACK_NOTHING,
                             .pause = cr__counters_pause,
                             .keep = self.store == NULL ? NULL : cr__store_keep,
                             .keep_arg = self.store};
  self.fuzzer = cr_fuzzer_new(&options);
  atexit(finish);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  int kept = 1;
  cr__engine_options_init(&self.options);
  for (int i = 1; i < *argc; i++) {
    char *word = (*argv)[i];
    if (word[0] == '-' && word[1] == '-' && word[2] != '\0')
      cr__engine_option(&self.options, word);
    else
      (*argv)[kept++] = word;
  }
  *argc = kept;
  (*argv)[kept] = NULL;
  cr__engine_options_done(&self.options);
  return 0;
}

/* What the clock decides: flushing rows and writing statistics. AFL++ kills its targets, so the
 * last statistics are those of the last moment before; a first violation is told of at once. */
static void house_keeping(void) {
  cr_errinfo info;
  const cr_fuzz_stats *stats = cr_fuzzer_stats(self.fuzzer);
  bool flush = self.store != NULL && cr__store_due(self.store);
  bool summary =
      self.options.summary != NULL &&
      (stats->executions == 1 || stats->executions == stats->first_violation ||
       ((stats->executions % 64 == 0 || self.host != NULL) && cr__summary_due(&self.summary_ms)));
  if (!flush && !summary) return;
  cr__counters_pause(true); /* else it would depend on the clock what an input seems to reach */
  cr_err err = flush ? cr__store_flush(self.store, &info) : CR_OK;
  if (err != CR_OK) cr__engine_give_up((cr_exit)err, info.text);
  if (summary) cr__summary_write(self.options.summary, self.fuzzer, self.store);
  cr__counters_pause(false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_errinfo info;
  if (self.fuzzer == NULL) set_up();
  cr_err err = cr_fuzzer_one(self.fuzzer, data, size, &info);
  if (err != CR_OK) cr__engine_give_up((cr_exit)err, info.text);
  house_keeping();
  uint64_t first = cr_fuzzer_stats(self.fuzzer)->first_violation;
  if (self.options.stop && first != 0) {
    printf("first violation : %llu\n", (unsigned long long)first);
    fflush(stdout);
    finish();
    _Exit(0);
  }
  return 0;
}

/* What is run here is not counted: libFuzzer clears its counters before it runs an input. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  if (self.fuzzer == NULL) set_up();
#ifdef CLUSRACE_LIBFUZZER
  bool plain = self.options.mutator == CR__MUTATOR_ENGINE ||
               (self.options.mutator == CR__MUTATOR_BOTH && self.walks == WARM_UP &&
                seed % PLAIN_ONE_IN == 0);
  if (plain) return LLVMFuzzerMutate(data, size, max_size);
#endif
  const cr_mutator *mutator = cr_fuzzer_mutator(self.fuzzer);
  if (self.walks == WARM_UP) return cr_mutate(mutator, data, size, max_size, seed);
  self.walks++;
  return cr_mutate_by(mutator, CR_MUTATION_FRESH, data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size, unsigned seed) {
  if (self.fuzzer == NULL) set_up();
  /* libFuzzer asks for this as often as for a mutation; 0: it asks for something else. With plain
   * mutations its own way of crossing is among them. */
  if (self.options.mutator == CR__MUTATOR_ENGINE || self.walks < WARM_UP ||
      seed % CROSS_ONE_IN != 0)
    return 0;
  return cr_splice(cr_fuzzer_mutator(self.fuzzer), data1, size1, data2, size2, out, max_out_size,
                   seed);
}
