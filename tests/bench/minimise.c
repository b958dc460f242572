/* minimise.c - how short do violations become, and at what price? A bench, and a test of the goals:
 * 95 % as short as the explorer's, each within 1,000 executions.
 *
 * For each trace of a folder of seeds (each the explorer's shortest violation of one clause by one
 * mutant) it makes longer violations of the same clause, random walks that now and then take the
 * next step of the seed, minimises them and prints one line: the mutant's name, the explorer's
 * length, the lengths found and reached, how many forms are left, and the most executions and
 * states it took. A mutant whose story leaves no room for a longer violation has no line. The last
 * line is the sum. Depends on the seeds only, so two runs print the same.
 *
 *   bench_minimise FOLDER [WALKS [MUTANT]]     exit status 0: goals reached, 10: not
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/minimise.h"

enum { STEPS_MAX = 400, ATTEMPTS_MAX = 400, WALKS_MAX = 64, GOAL_PERCENT = 95 };

typedef struct totals {
  unsigned traces, least, cheap, mutants, single, lassos;
} totals;

/* One walk; follow: of 16 steps so many are the seed's next. False when it violates nothing. */
static bool walk(const cr_model *model, const cr_trace *seed, uint64_t number, unsigned follow,
                 cr_trace *trace) {
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_rng rng;
  size_t next = 0;
  cr_rng_seed(&rng, number);
  cr_world_init(model, &world);
  cr_trace_clear(trace);
  while (trace->steps_count < STEPS_MAX) {
    cr_world_enabled(model, &world, &enabled);
    if (enabled.count == 0) return false;
    unsigned action = CR_ACTIONS_MAX;
    if (next < seed->steps_count && cr_rng_below(&rng, 16) < follow) {
      cr_step wanted = seed->steps[next];
      wanted.after = 0;
      action = cr_action_of_step(model, &world, &enabled, &wanted);
      if (action != CR_ACTIONS_MAX) next++;
    }
    if (action == CR_ACTIONS_MAX) action = enabled.list[cr_rng_below(&rng, enabled.count)];
    cr_clause clause = cr_world_step(model, &world, (cr_action)action, &event, NULL);
    cr_trace_push(trace, &event, cr_world_digest(model, &world));
    if (clause == CR_CLAUSE_COUNT) continue;
    trace->verdict = (cr_verdict){
        .kind = CR_VERDICT_VIOLATES, .clause = clause, .step = (uint32_t)trace->steps_count};
    return clause == seed->verdict.clause;
  }
  return false;
}

/* A violation that is longer than the seed where one is found soon; the less help it took, the
 * better. */
static bool longer(const cr_model *model, const cr_trace *seed, unsigned number, cr_trace *trace) {
  for (unsigned attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    unsigned follow = 2 + attempt * 14 / ATTEMPTS_MAX;
    if (walk(model, seed, number * 1000 + attempt, follow, trace) &&
        trace->steps_count > seed->steps_count)
      return true;
  }
  return false;
}

static void one_seed(const char *path, const char *only, unsigned walks, totals *sum) {
  cr_buf text = {0};
  cr_errinfo info;
  cr_trace seed = {0}, trace, minimal = {0}, again = {0};
  if (cr_file_read(path, CR_TRACE_BYTES_MAX, &text, &info) != CR_OK ||
      cr_trace_read(text.data, text.len, path, &seed, &info) != CR_OK) {
    fprintf(stderr, "%s\n", info.text);
    exit(2);
  }
  const char *name = cr_mutant_row_of(seed.subject.mutant)->name;
  if (only != NULL && strcmp(only, name) != 0) goto out;
  if (seed.verdict.loop != 0) { /* a lasso is no string of steps that could be left out */
    sum->lassos++;
    goto out;
  }
  cr_judge judge = {0};
  cr_clauses_add(&judge.only, seed.verdict.clause);
  cr_model *model = cr_model_new(&seed.scenario, &seed.subject, &judge);
  cr_trace_init(&trace, &seed.scenario, &seed.subject);
  uint64_t most = 0, states = 0, digests[WALKS_MAX];
  size_t forms = 0;
  cr_buf lengths = {0};
  for (unsigned i = 0; i < walks; i++) {
    cr_minimised stats;
    if (!longer(model, &seed, i, &trace)) continue;
    cr_minimise(model, &trace, &minimal, &stats);
    cr_trace_rerun(model, &minimal, &again, NULL);
    CR_ASSERT(again.verdict.kind == CR_VERDICT_VIOLATES &&
              again.verdict.clause == seed.verdict.clause &&
              again.steps_count == minimal.steps_count);
    sum->traces++;
    sum->least += minimal.steps_count <= seed.steps_count;
    sum->cheap += stats.executions <= 1000;
    if (stats.executions > most) most = stats.executions;
    if (stats.states > states) states = stats.states;
    cr_buf_printf(&lengths, " %zu>%zu%s", trace.steps_count, minimal.steps_count,
                  minimal.steps_count > seed.steps_count ? "!" : "");
    uint64_t digest = cr_trace_behaviour_digest(&minimal);
    size_t known = 0;
    while (known < forms && digests[known] != digest) known++;
    if (known == forms) digests[forms++] = digest;
  }
  if (forms > 0) {
    printf("%-28s %-15s %5zu %5zu %10llu %7llu %s\n", name,
           cr_clause_row_of(seed.verdict.clause)->id, seed.steps_count, forms,
           (unsigned long long)most, (unsigned long long)states, lengths.data);
    sum->mutants++;
    sum->single += forms == 1;
  }
  cr_buf_free(&lengths);
  cr_trace_free(&trace);
  cr_model_free(model);
out:
  cr_trace_free(&seed);
  cr_trace_free(&minimal);
  cr_trace_free(&again);
  cr_buf_free(&text);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv) {
  totals sum = {0};
  struct dirent **names;
  int count = argc < 2 ? -1 : scandir(argv[1], &names, NULL, by_name);
  if (count < 0) {
    fprintf(stderr, "usage: bench_minimise FOLDER-OF-SEEDS [WALKS [MUTANT]]\n");
    return 1;
  }
  unsigned walks = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
  if (walks > WALKS_MAX) walks = WALKS_MAX;
  printf("%-28s %-15s least forms executions  states  found>minimised (! longer than least)\n",
         "mutant", "clause");
  for (int i = 0; i < count; i++) {
    size_t n = strlen(names[i]->d_name);
    if (n > 6 && strcmp(names[i]->d_name + n - 6, ".trace") == 0) {
      cr_buf path = {0};
      cr_buf_printf(&path, "%s/%s", argv[1], names[i]->d_name);
      one_seed(path.data, argc > 3 ? argv[3] : NULL, walks, &sum);
      cr_buf_free(&path);
    }
    free(names[i]);
  }
  free(names);
  unsigned whole = sum.traces == 0 ? 1 : sum.traces;
  unsigned least = sum.least * 1000 / whole;
  printf(
      "sum: %u traces of %u mutants (and %u lassos, left as they are): %u.%u %% as short as the "
      "explorer's, %u of %u within 1,000 executions; %u mutants with one form\n",
      sum.traces, sum.mutants, sum.lassos, least / 10, least % 10, sum.cheap, sum.traces,
      sum.single);
  return sum.traces > 0 && least >= GOAL_PERCENT * 10 && sum.cheap == sum.traces ? 0 : 10;
}
