/* bench.c - speed and memory, each beside a baseline measured in the same run: the machines are
 * noisy, so read the ratios. Medians of RUNS runs. Nothing here decides whether a test passes.
 *
 *   explorer   states and transitions a second, bytes a state, beside the machine's own limit:
 *              random cache lines a second, fetched ahead in batches, and one by one
 *   liveness   processor time for the duties beside that of the same walk without them, and what of
 *              it a second thread takes over
 *   fuzzing    executions a second with feedback and mutator, beside a walk that only takes steps
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../explore/models/models.h"
#include "clusrace/fuzz.h"
#include "clusrace/modelcheck.h"

enum {
  RUNS = 5,
  LINES = 1 << 22,
  TOUCHES = 1 << 23,
  BATCH = 256,
  EXECUTIONS = 30000,
  LIVE_RUNS = 3
};

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* For long runs, of which there are few. */
static double least(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare);
  return values[0];
}

static double median(double *values) {
  qsort(values, RUNS, sizeof *values, compare);
  return values[RUNS / 2];
}

/* ---- the machine's limit --------------------------------------------------------------------- */

typedef struct line {
  uint64_t word[8];
} line;

static double cache_lines(line *table, bool ahead) {
  cr_rng rng;
  cr_rng_seed(&rng, 1);
  uint64_t sum = 0;
  double begun = seconds();
  for (unsigned done = 0; done < TOUCHES; done += BATCH) {
    uint32_t where[BATCH];
    for (unsigned i = 0; i < BATCH; i++) {
      /* One by one, each place depends on what the last one held. */
      where[i] = (uint32_t)(cr_rng_next(&rng) + (ahead ? 0 : sum & 1)) % LINES;
      if (ahead)
        __builtin_prefetch(&table[where[i]], 1);
      else
        sum += table[where[i]].word[0]++;
    }
    for (unsigned i = 0; ahead && i < BATCH; i++) sum += table[where[i]].word[0]++;
  }
  double rate = TOUCHES / (seconds() - begun);
  if (sum == 12345) puts(""); /* the sum is used, so nothing is left out */
  return rate;
}

/* ---- the explorer ---------------------------------------------------------------------------- */

static void bench_explore(const char *name, const cr_xmodel *model, double limit) {
  double rate[RUNS];
  cr_xresult r;
  uint64_t states = 0, transitions = 0;
  size_t memory = 0;
  for (unsigned i = 0; i < RUNS; i++) {
    double begun = seconds();
    if (cr_explore(model, NULL, &r, NULL) != CR_OK) exit(1);
    rate[i] = (double)r.states / (seconds() - begun);
    states = r.states;
    transitions = r.transitions;
    memory = r.memory_bytes;
    cr_xresult_free(&r);
  }
  double middle = median(rate);
  printf("%-22s %10llu %11llu %8.2f %8.2f %6zu %7.1f %7.2f %%\n", name, (unsigned long long)states,
         (unsigned long long)transitions, middle / 1e6,
         middle / 1e6 * (double)transitions / (double)states, model->state_bytes,
         (double)memory / (double)states, 100 * middle / limit);
}

static void load_from(const char *folder, const char *name, cr_scenario *scenario) {
  cr_buf path = {0}, text = {0};
  cr_errinfo info;
  cr_buf_printf(&path, "%s/%s.scenario", folder, name);
  if (cr_file_read(path.data, 65536, &text, &info) != CR_OK ||
      cr_scenario_parse(text.data, text.len, path.data, 1, scenario, &info) != CR_OK) {
    fprintf(stderr, "bench: %s\n", info.text);
    exit(2);
  }
  cr_buf_free(&path);
  cr_buf_free(&text);
}

static void load(const char *name, cr_scenario *scenario) { load_from(SCENARIOS, name, scenario); }

static void bench_scenario(const char *name, double limit) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_xmodel xmodel;
  load(name, &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  cr_modelcheck_bind(model, &xmodel);
  bench_explore(name, &xmodel, limit);
  cr_model_free(model);
}

/* ---- liveness -------------------------------------------------------------------------------- */

static void bench_explore_time(const cr_xmodel *model, unsigned threads, double *wall, double *cpu,
                               cr_xresult *r) {
  double walls[LIVE_RUNS], cpus[LIVE_RUNS];
  cr_xoptions options = {.threads = threads};
  for (unsigned i = 0; i < LIVE_RUNS; i++) {
    double begun = seconds();
    clock_t ticks = clock();
    if (cr_explore(model, &options, r, NULL) != CR_OK) exit(1);
    walls[i] = seconds() - begun;
    cpus[i] = (double)(clock() - ticks) / CLOCKS_PER_SEC;
    cr_xresult_free(r);
  }
  *wall = least(walls, LIVE_RUNS);
  *cpu = least(cpus, LIVE_RUNS);
}

static void bench_live(const char *folder, const char *name) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_xmodel live, safe;
  cr_xresult r = {0};
  double wall[2][2], cpu[2][2]; /* without and with duties; one thread and two */
  load_from(folder, name, &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  cr_modelcheck_bind(model, &live);
  safe = live;
  safe.fairness = NULL;
  safe.owed = NULL;
  for (unsigned t = 0; t < 2; t++) {
    bench_explore_time(&safe, t + 1, &wall[0][t], &cpu[0][t], &r);
    bench_explore_time(&live, t + 1, &wall[1][t], &cpu[1][t], &r);
  }
  printf("%-22s %9.2f %9.2f %8.2f %9.2f %9.2f %8.2f\n", name, cpu[0][0], cpu[1][0] - cpu[0][0],
         (cpu[1][0] - cpu[0][0]) / cpu[0][0], wall[0][1], wall[1][1] - wall[0][1],
         (wall[1][1] - wall[0][1]) / wall[0][1]);
  cr_model_free(model);
}

/* ---- fuzzing --------------------------------------------------------------------------------- */

/* The baseline: uniform walks, no feedback, no clauses looked at beyond the step itself. */
static double walks(const cr_model *model, uint64_t *steps) {
  cr_rng rng;
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_rng_seed(&rng, 1);
  *steps = 0;
  double begun = seconds();
  for (unsigned run = 0; run < EXECUTIONS; run++) {
    cr_world_init(model, &world);
    for (unsigned i = 0; i < CR_FUZZ_STEPS_DEFAULT; i++, ++*steps) {
      cr_world_enabled(model, &world, &enabled);
      if (enabled.count == 0) break;
      (void)cr_world_step(model, &world, enabled.list[cr_rng_below(&rng, enabled.count)], &event,
                          NULL);
    }
  }
  return (double)*steps / (seconds() - begun);
}

static void bench_fuzz(const char *name) {
  double walk[RUNS], fuzz[RUNS];
  uint64_t steps = 0;
  double per_second = 0;
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  load(name, &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  for (unsigned i = 0; i < RUNS; i++) {
    walk[i] = walks(model, &steps);
    cr_fuzz_options options = {.scenario = &scenario, .subject = &subject, .remember = true};
    cr_fuzzer *fuzzer = cr_fuzzer_new(&options);
    cr_errinfo info;
    double begun = seconds();
    for (uint64_t k = 0; k < EXECUTIONS; k++)
      if (cr_fuzzer_random(fuzzer, 1, k, &info) != CR_OK) exit(1);
    double took = seconds() - begun;
    fuzz[i] = (double)cr_fuzzer_stats(fuzzer)->steps / took;
    per_second = EXECUTIONS / took;
    cr_fuzzer_free(fuzzer);
  }
  double w = median(walk), f = median(fuzz);
  printf("%-22s %12.2f %12.2f %9.2f %14.0f\n", name, w / 1e6, f / 1e6, f / w, per_second);
  cr_model_free(model);
}

int main(void) {
  line *table = calloc(LINES, sizeof *table);
  if (table == NULL) return 3;
  double ahead[RUNS], single[RUNS];
  for (unsigned i = 0; i < RUNS; i++) {
    single[i] = cache_lines(table, false);
    ahead[i] = cache_lines(table, true);
  }
  double limit = median(ahead);
  free(table);
  printf("limit: %.1f million random cache lines/s fetched ahead, %.1f one by one\n\n", limit / 1e6,
         median(single) / 1e6);
  printf("%-22s %10s %11s %8s %8s %6s %7s %9s\n", "explorer", "states", "transitions", "M st/s",
         "M tr/s", "state", "B/state", "of limit");
  model_size five = {.n = 5}, three = {.n = 3};
  cr_xmodel peterson = model_n_peterson(&five), puzzle = model_puzzle(&three);
  bench_explore("n_peterson, N=5", &peterson, limit);
  bench_explore("8-puzzle", &puzzle, limit);
  bench_scenario("disk-basic", limit);
  bench_scenario("disk-admin", limit);
  bench_scenario("two-disks", limit);
  printf("\n%-22s %9s %9s %8s %9s %9s %8s\n", "liveness", "walk, s", "duties, s", "ratio",
         "2: walk", "2: duties", "ratio");
  bench_live(SCENARIOS, "live-admin");
  bench_live(BENCH_SCENARIOS, "live-large");
  printf("\n%-22s %12s %12s %9s %14s\n", "fuzzing", "walk, M st/s", "fuzz, M st/s", "ratio",
         "executions/s");
  bench_fuzz("disk-small");
  bench_fuzz("disk-basic");
  return 0;
}
