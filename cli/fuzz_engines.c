/* fuzz_engines.c - libFuzzer and AFL++, each a program of its own; see fuzzing.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clusrace/corpus.h"
#include "clusrace/fuzz.h"
#include "fuzzing.h"
#include "process.h"
#include "progress.h"

enum { WORDS_MAX = 40 };

typedef struct child {
  cr_buf folder, program, mutator, scenario, store, summary, log, word[WORDS_MAX];
  const char *argv[WORDS_MAX + 1];
  int argc;
  cli_progress progress;
} child;

static void add(child *c, const char *format, ...) CR_PRINTF(2, 3);
static void add(child *c, const char *format, ...) {
  CR_ASSERT(c->argc < WORDS_MAX);
  char text[4096];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  cr_buf_puts(&c->word[c->argc], text);
  c->argv[c->argc] = c->word[c->argc].data;
  c->argc++;
}

/* The options that our fuzzing program takes itself. */
static void add_target(child *c, const cli_fuzz *fuzz) {
  add(c, "--scenario=%s", c->scenario.data);
  add(c, "--engine=%s", fuzz->engine);
  add(c, "--summary=%s", c->summary.data);
  if (fuzz->subject->kind == CR_SUBJECT_MUTANT)
    add(c, "--mutant=%s", cr_mutant_row_of(fuzz->subject->mutant)->name);
  if (fuzz->only != NULL) add(c, "--only=%s", fuzz->only);
  if (fuzz->strict) add(c, "--strict");
  if (fuzz->store != NULL) add(c, "--store=%s", c->store.data);
  const cli_fuzz_dll *real = &fuzz->real;
  if (real->dll == NULL) return;
  add(c, "--dll=%s", real->dll);
  add(c, "--host=%s", real->host);
  add(c, "--folder=%s", c->folder.data);
  if (real->type != NULL) add(c, "--type=%s", real->type);
  if (real->properties != NULL) add(c, "--properties=%s", real->properties);
  if (real->heap_guard) add(c, "--heap-guard");
  if (real->fibres) add(c, "--fibres");
}

static void add_libfuzzer(child *c, const cli_fuzz *fuzz) {
  add(c, "%s", c->program.data);
  add_target(c, fuzz);
  add(c, "-seed=%llu", (unsigned long long)(fuzz->seed == 0 ? 1 : fuzz->seed % UINT32_MAX));
  add(c, "-max_len=512");
  add(c, "-len_control=0");
  add(c, "-entropic=0");
  add(c, "-use_counters=0");
  add(c, "-use_cmp=0"); /* a store compares, too: what it compares must not become inputs */
  add(c, "-print_final_stats=1");
  add(c, "-artifact_prefix=%s/", c->folder.data);
  if (fuzz->runs != 0) add(c, "-runs=%llu", (unsigned long long)fuzz->runs);
  if (fuzz->limit_ms != 0)
    add(c, "-max_total_time=%llu", (unsigned long long)((fuzz->limit_ms + 999) / 1000));
}

static void add_afl(child *c, const cli_fuzz *fuzz) {
  add(c, "afl-fuzz");
  add(c, "-i");
  add(c, "%s/in", c->folder.data);
  add(c, "-o");
  add(c, "%s/out", c->folder.data);
  add(c, "-s");
  add(c, "%llu", (unsigned long long)(fuzz->seed == 0 ? 1 : fuzz->seed % INT32_MAX));
  if (fuzz->limit_ms != 0) {
    add(c, "-V");
    add(c, "%llu", (unsigned long long)((fuzz->limit_ms + 999) / 1000));
  }
  if (fuzz->runs != 0) {
    add(c, "-E");
    add(c, "%llu", (unsigned long long)fuzz->runs);
  }
  if (fuzz->real.dll != NULL) { /* a host of its own has to start first */
    add(c, "-t");
    add(c, "60000");
  }
  add(c, "--");
  add(c, "%s", c->program.data);
  add_target(c, fuzz);
}

/* afl-fuzz itself, its mutator and how it is to behave are told by the environment. */
static cr_err afl_environment(child *c, cr_errinfo *info) {
  static const char *const settings[] = {
      "AFL_NO_UI", "AFL_SKIP_CPUFREQ", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_NO_AFFINITY"};
  if (!cli_program_in_path("afl-fuzz"))
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "afl-fuzz is not in PATH; install the package afl++ or take --engine random");
  cr_err err = cli_find_program("clusrace-afl-mutator.so", &c->mutator, info);
  if (err != CR_OK) return err;
  for (size_t i = 0; i < CR_ARRAY_LEN(settings); i++) setenv(settings[i], "1", 1);
  cr_buf options = {0};
  for (int i = 0; i < c->argc; i++)
    if (strncmp(c->argv[i], "--", 2) == 0 && c->argv[i][2] != '\0')
      cr_buf_printf(&options, "%s\n", c->argv[i]);
  setenv("AFL_CUSTOM_MUTATOR_LIBRARY", c->mutator.data, 1);
  setenv("CLUSRACE_FUZZ_OPTIONS", options.data, 1);
  cr_buf_free(&options);
  return CR_OK;
}

/* Statistics are `key : value` lines, rewritten by the child. */
static void read_summary(child *c, cli_fuzz_result *result) {
  cr_buf text = {0};
  cr_errinfo ignored;
  if (cr_file_read(c->summary.data, 65536, &text, &ignored) != CR_OK) return;
  char *state = NULL;
  for (char *line = strtok_r(text.data, "\n", &state); line != NULL;
       line = strtok_r(NULL, "\n", &state)) {
    char key[64];
    unsigned long long value, found;
    if (sscanf(line, "violated %63s : %llu from %llu", key, &value, &found) == 3) {
      cr_clause clause = cr_clause_by_id(key);
      if (clause != CR_CLAUSE_COUNT) {
        result->shortest[clause] = (uint32_t)value;
        result->found[clause] = (uint32_t)found;
      }
    } else if (sscanf(line, "%63s : %llu", key, &value) == 2) {
      if (strcmp(key, "executions") == 0) result->executions = value;
      if (strcmp(key, "novel") == 0) result->novel = value;
      if (strcmp(key, "violations") == 0) result->violations = value;
      if (strcmp(key, "stored") == 0) result->stored = value;
    }
  }
  cr_buf_free(&text);
}

/* AFL++ keeps the exact number of executions itself. */
static void read_afl_stats(const child *c, cli_fuzz_result *result) {
  cr_buf path = {0}, text = {0};
  cr_errinfo ignored;
  cr_buf_printf(&path, "%s/out/default/fuzzer_stats", c->folder.data);
  if (cr_file_read(path.data, 65536, &text, &ignored) == CR_OK) {
    const char *line = strstr(text.data, "execs_done");
    unsigned long long value;
    if (line != NULL && sscanf(line, "execs_done : %llu", &value) == 1) result->executions = value;
  }
  cr_buf_free(&path);
  cr_buf_free(&text);
}

static void show_child(void *arg) {
  child *c = arg;
  if (!cli_progress_due(&c->progress)) return;
  cli_fuzz_result now = {0};
  cr_buf line = {0};
  read_summary(c, &now);
  cli_thousands(now.executions, &line);
  cr_buf_puts(&line, " executions, ");
  cli_thousands(now.novel, &line);
  cr_buf_puts(&line, " novel, ");
  cli_thousands(now.violations, &line);
  cr_buf_puts(&line, " violating");
  cli_progress_show(&c->progress, line.data);
  cr_buf_free(&line);
}

static cr_err prepare(child *c, const cli_fuzz *fuzz, cr_errinfo *info) {
  cr_buf text = {0};
  char name[64];
  snprintf(name, sizeof name, "clusrace-%s", fuzz->engine);
  cr_err err = cli_find_program(name, &c->program, info);
  if (err == CR_OK) err = cli_folder_make(&c->folder, info);
  if (err != CR_OK) return err;
  cr_buf_printf(&c->scenario, "%s/scenario", c->folder.data);
  cr_buf_printf(&c->summary, "%s/summary", c->folder.data);
  cr_buf_printf(&c->log, "%s/log", c->folder.data);
  if (fuzz->store != NULL) { /* the child runs in the same folder as we do */
    cr_corpus *corpus;
    err = cr_corpus_open(fuzz->store, CR_CORPUS_CREATE, &corpus, info);
    cr_corpus_close(corpus);
    cr_buf_puts(&c->store, fuzz->store);
  }
  cr_scenario_write(fuzz->scenario, "", &text);
  if (err == CR_OK) err = cr_file_write(c->scenario.data, text.data, text.len, info);
  if (err == CR_OK && strcmp(fuzz->engine, "afl") == 0) {
    static const char seed[64] = {1, 17, 2, 17, 3, 17};
    cr_buf_clear(&text);
    cr_buf_printf(&text, "%s/in", c->folder.data);
    mkdir(text.data, 0700);
    cr_buf_puts(&text, "/seed");
    err = cr_file_write(text.data, seed, sizeof seed, info);
  }
  cr_buf_free(&text);
  return err;
}

/* The last lines of the child's output, for an engine that failed. */
static void fail_with_log(const child *c, const cli_fuzz *fuzz, int status, cr_errinfo *info) {
  cr_buf text = {0};
  cr_errinfo ignored;
  const char *tail = "";
  if (cr_file_read(c->log.data, 16 << 20, &text, &ignored) == CR_OK && text.len > 0) {
    tail = text.len > 300 ? text.data + text.len - 300 : text.data;
    for (char *p = text.data; *p != '\0'; p++)
      if ((unsigned char)*p < ' ') *p = ' ';
  }
  if (status < 0)
    cr_fail(info, CR_ERR_ENVIRONMENT,
            "%s did not end by itself and ran nothing in the time given; give it more with --time: "
            "...%s",
            fuzz->engine, tail);
  else
    cr_fail(info, CR_ERR_ENVIRONMENT, "%s ended with status %d: ...%s", fuzz->engine, status, tail);
  cr_buf_free(&text);
}

cr_err cli_fuzz_engine(const cli_fuzz *fuzz, cli_fuzz_result *result, cr_errinfo *info) {
  child *c = cr_alloc(sizeof *c);
  int status = 0;
  cr_err err = prepare(c, fuzz, info);
  if (err == CR_OK) {
    if (strcmp(fuzz->engine, "afl") == 0) {
      add_afl(c, fuzz);
      err = afl_environment(c, info);
    } else {
      add_libfuzzer(c, fuzz);
    }
  }
  if (err == CR_OK) {
    cli_progress_begin(&c->progress);
    uint64_t limit = fuzz->limit_ms == 0 ? 0 : fuzz->limit_ms + CLI_FUZZ_LAST_WORDS_MS;
    err = cli_process_run(c->argv, c->log.data, limit, show_child, c, &status, info);
    cli_progress_end(&c->progress);
    result->ms = cli_now_ms() - c->progress.started_ms;
    result->interrupted = cli_interrupted();
  }
  if (err == CR_OK) {
    read_summary(c, result);
    if (strcmp(fuzz->engine, "afl") == 0) read_afl_stats(c, result);
    bool nothing = status < 0 && result->executions == 0; /* it had to be stopped */
    if ((status > 0 || nothing) && !result->interrupted) {
      fail_with_log(c, fuzz, status, info);
      err = CR_ERR_ENVIRONMENT;
    }
  }
  if (c->folder.data != NULL) cli_folder_remove(c->folder.data);
  cr_buf *const bufs[] = {&c->folder, &c->program, &c->mutator, &c->scenario,
                          &c->store,  &c->summary, &c->log};
  for (size_t i = 0; i < CR_ARRAY_LEN(bufs); i++) cr_buf_free(bufs[i]);
  for (int i = 0; i < WORDS_MAX; i++) cr_buf_free(&c->word[i]);
  free(c);
  return err;
}
