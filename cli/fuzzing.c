/* fuzzing.c - see fuzzing.h. */
#include "fuzzing.h"

#include <string.h>

#include "clusrace/corpus_tend.h"
#include "clusrace/version.h"

/* The store remembers the run: what was fuzzed, how, how often and for how long. */
static cr_err record_run(const cli_fuzz *fuzz, const cli_fuzz_result *result, cr_errinfo *info) {
  cr_corpus *corpus;
  int64_t id = 0;
  cr_err err = cr_corpus_open(fuzz->store, CR_CORPUS_CREATE, &corpus, info);
  if (err != CR_OK) return err;
  cr_corpus_run run = {.tool = "clusrace " CR_VERSION,
                       .scenario = fuzz->scenario,
                       .subject = fuzz->subject,
                       .engine = cr_engine_by_name(fuzz->engine),
                       .seed = fuzz->seed};
  err = cr_corpus_run_begin(corpus, &run, &id, info);
  if (err == CR_OK)
    err = cr_corpus_run_end(corpus, id, result->executions, result->ms,
                            result->violations > 0 ? CR_EXIT_SAFETY : CR_EXIT_BOUNDED, info);
  cr_corpus_close(corpus);
  return err;
}

cr_err cli_fuzz_run(const cli_fuzz *fuzz, cli_fuzz_result *result, cr_errinfo *info) {
  memset(result, 0, sizeof *result);
  cr_err err;
  if (strcmp(fuzz->engine, "random") == 0)
    err = cli_fuzz_builtin(fuzz, result, info);
  else if (strcmp(fuzz->engine, "libfuzzer") == 0 || strcmp(fuzz->engine, "afl") == 0)
    err = cli_fuzz_engine(fuzz, result, info);
  else
    return cr_fail(info, CR_ERR_INPUT,
                   "there is no engine \"%.40s\"; take random, libfuzzer or afl", fuzz->engine);
  if (err == CR_OK && fuzz->store != NULL) err = record_run(fuzz, result, info);
  return err;
}
