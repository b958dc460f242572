/* engine.c - the fuzzing program: one target under libFuzzer and AFL++ (persistent mode).
 *
 * Options of ours begin with two dashes and are taken out of the engine's command line:
 *   --scenario=FILE  --mutant=NAME  --strict  --only=CLAUSE  --store=FILE  --engine=NAME
 *   --summary=FILE   statistics as `key : value` lines, rewritten while it runs
 *
 * A clause violation is no crash: it is stored, and the engine runs on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"
#include "store.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size, unsigned seed);

#ifdef CLUSRACE_LIBFUZZER
/* libFuzzer reads counters from this section as if they were code. */
__attribute__((used,
               section("__libfuzzer_extra_counters"))) static uint8_t features[CR_FUZZ_FEATURES];
#define FEATURES features
#else
#define FEATURES NULL
#endif

/* The engines call us back without a context, so this file, and no other, has state of its own. */
static struct {
  cr_scenario scenario;
  cr_subject subject;
  cr_judge judge;
  const char *store_path, *engine, *summary;
  cr_fuzzer *fuzzer;
  cr__store *store;
  uint64_t summary_ms; /* when the statistics were written last */
} self = {.engine = "libfuzzer", .subject = {.kind = CR_SUBJECT_REFERENCE}};

static void give_up(cr_exit status, const char *text) {
  fprintf(stderr, "clusrace: %s\n", text);
  _Exit((int)status);
}

static void take_option(const char *name, const char *value) {
  cr_errinfo info;
  if (strcmp(name, "scenario") == 0) {
    cr_buf text = {0};
    if (cr_file_read(value, 65536, &text, &info) != CR_OK ||
        cr_scenario_parse(text.data, text.len, value, 1, &self.scenario, &info) != CR_OK)
      give_up(CR_EXIT_INPUT, info.text);
    cr_buf_free(&text);
  } else if (strcmp(name, "mutant") == 0) {
    self.subject.kind = CR_SUBJECT_MUTANT;
    self.subject.mutant = cr_mutant_by_name(value);
    if (self.subject.mutant == CR_MUTANT_NONE) give_up(CR_EXIT_INPUT, "there is no such mutant");
  } else if (strcmp(name, "only") == 0) {
    cr_clause clause = cr_clause_by_id(value);
    if (clause == CR_CLAUSE_COUNT) give_up(CR_EXIT_INPUT, "there is no such clause");
    cr_clauses_add(&self.judge.only, clause);
  } else if (strcmp(name, "strict") == 0) {
    self.judge.strict = true;
  } else if (strcmp(name, "store") == 0) {
    self.store_path = value;
  } else if (strcmp(name, "engine") == 0) {
    self.engine = value;
  } else if (strcmp(name, "summary") == 0) {
    self.summary = value;
  } else {
    give_up(CR_EXIT_USAGE, "unknown option of the fuzzing program");
  }
}

static void finish(void) {
  cr_errinfo info;
  if (self.summary != NULL) cr__summary_write(self.summary, self.fuzzer, self.store);
  if (self.store != NULL && cr__store_close(self.store, &info) != CR_OK)
    fprintf(stderr, "clusrace: %s\n", info.text);
  self.store = NULL;
}

/* Done at the first input, not before: AFL++ forks in between, and a database connection must not
 * be carried over a fork. */
static void set_up(void) {
  cr_errinfo info;
  if (self.store_path != NULL &&
      cr__store_open(self.store_path, self.engine, &self.store, &info) != CR_OK)
    give_up(CR_EXIT_ENVIRONMENT, info.text);
  cr_fuzz_options options = {.scenario = &self.scenario,
                             .subject = &self.subject,
                             .judge = &self.judge,
                             .features = FEATURES,
                             .keep = self.store == NULL ? NULL : cr__store_keep,
                             .keep_arg = self.store};
  self.fuzzer = cr_fuzzer_new(&options);
  atexit(finish);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  int kept = 1;
  for (int i = 1; i < *argc; i++) {
    char *word = (*argv)[i];
    if (word[0] == '-' && word[1] == '-' && word[2] != '\0') {
      char *equals = strchr(word, '=');
      char name[32];
      size_t n = equals == NULL ? strlen(word + 2) : (size_t)(equals - word - 2);
      if (n >= sizeof name) give_up(CR_EXIT_USAGE, "unknown option of the fuzzing program");
      memcpy(name, word + 2, n);
      name[n] = '\0';
      take_option(name, equals == NULL ? "" : equals + 1);
    } else {
      (*argv)[kept++] = word;
    }
  }
  *argc = kept;
  (*argv)[kept] = NULL;
  if (self.scenario.name[0] == '\0') give_up(CR_EXIT_USAGE, "--scenario=FILE is needed");
  return 0;
}

/* What the clock decides: flushing rows and writing statistics. AFL++ kills its targets, so the
 * last statistics are those of the last moment before; a first violation is told of at once. */
static void house_keeping(void) {
  cr_errinfo info;
  const cr_fuzz_stats *stats = cr_fuzzer_stats(self.fuzzer);
  if (self.store != NULL) {
    cr_err err = cr__store_tick(self.store, &info);
    if (err != CR_OK) give_up((cr_exit)err, info.text);
  }
  if (self.summary != NULL && (stats->executions == 1 || stats->violations == 1 ||
                               (stats->executions % 64 == 0 && cr__summary_due(&self.summary_ms))))
    cr__summary_write(self.summary, self.fuzzer, self.store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_errinfo info;
  if (self.fuzzer == NULL) set_up();
  cr_err err = cr_fuzzer_one(self.fuzzer, data, size, &info);
  if (err != CR_OK) give_up((cr_exit)err, info.text);
  if (FEATURES == NULL) house_keeping();
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  if (self.fuzzer == NULL) set_up();
  /* Between two inputs: what it touches is not taken for what an input reached, so that the same
   * seed gives the same inputs. */
  if (FEATURES != NULL) house_keeping();
  return cr_fuzz_mutate(cr_fuzzer_model(self.fuzzer), data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
                                 size_t size2, uint8_t *out, size_t max_out_size, unsigned seed) {
  return cr_fuzz_splice(data1, size1, data2, size2, out, max_out_size, seed);
}
