/* fuzzing.h - one fuzzing run of any engine, for `clusrace fuzz` and `clusrace run`. Private to
 * cli/. */
#ifndef CR_CLI_FUZZING_H
#define CR_CLI_FUZZING_H

#include "cli.h"
#include "clusrace/replay.h"

/* After the end of its time a run still has so long to confirm a finding of the last moment. */
enum { CLI_FUZZ_LAST_WORDS_MS = 5000 };

/* A real DLL as the subject. */
typedef struct cli_fuzz_dll {
  const char *dll; /* NULL: the models */
  const char *host, *type, *properties;
  bool heap_guard, fibres;
} cli_fuzz_dll;

typedef struct cli_fuzz {
  const cr_scenario *scenario;
  const cr_subject *subject;
  cli_fuzz_dll real;
  const char *only; /* clause, or NULL */
  bool strict;
  const char *engine; /* "random", "libfuzzer", "afl" */
  const char *store;  /* database, or NULL */
  uint64_t limit_ms;  /* 0: none */
  uint64_t runs;      /* 0: none */
  uint64_t seed;
} cli_fuzz;

typedef struct cli_fuzz_result {
  uint64_t executions, novel, violations, stored, ms;
  uint32_t shortest[CR_CLAUSE_COUNT]; /* length of the shortest violation of each clause, 0: none */
  uint32_t found[CR_CLAUSE_COUNT];    /* the same before it was minimised */
  bool interrupted;
} cli_fuzz_result;

/* The host that plays a DLL. */
CR_WARN_UNUSED cr_err cli_fuzz_host(const cli_fuzz_dll *real, cr_host **host, cr_errinfo *info);

/* Runs the engine until a limit is reached or Ctrl-C. Shows progress on standard error. */
CR_WARN_UNUSED cr_err cli_fuzz_run(const cli_fuzz *fuzz, cli_fuzz_result *result, cr_errinfo *info);

/* The same with the built-in engine, or with that of a program beside this one; the run itself is
 * not written down. */
CR_WARN_UNUSED cr_err cli_fuzz_builtin(const cli_fuzz *fuzz, cli_fuzz_result *result,
                                       cr_errinfo *info);
CR_WARN_UNUSED cr_err cli_fuzz_engine(const cli_fuzz *fuzz, cli_fuzz_result *result,
                                      cr_errinfo *info);

#endif
