/* walk.c - how many uniform random walks it takes until one violates a clause: what every fuzzing
 * engine has to beat.
 *
 *   walk SCENARIO MUTANT CLAUSE SEED MOST     prints the number, or 0
 *   walk survey FOLDER SEEDS MOST LEAST       of all mutants, each in the scenario of its row,
 * those that take more than LEAST: "median mutant clause scenario", the deepest first; MOST + 1:
 * more than MOST
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/world.h"

enum { STEPS_MAX = 400, SEEDS_MAX = 99 };

static bool violates(const cr_model *model, cr_rng *rng) {
  cr_world world;
  cr_actions enabled;
  cr_event event;
  cr_world_init(model, &world);
  for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
    cr_world_enabled(model, &world, &enabled);
    if (enabled.count == 0) return !cr_world_final(model, &world);
    cr_action action = enabled.list[cr_rng_below(rng, enabled.count)];
    if (cr_world_step(model, &world, action, &event, NULL) != CR_CLAUSE_COUNT) return true;
  }
  return false;
}

/* The number of the first violating walk; more than most: there is none among them. */
static unsigned long long first(const cr_model *model, unsigned long long seed,
                                unsigned long long most) {
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  unsigned long long i = 1;
  while (i <= most && !violates(model, &rng)) i++;
  return i;
}

static cr_model *model_of(const char *path, cr_mutant mutant, cr_clause clause,
                          cr_scenario *scenario) {
  cr_buf text = {0};
  cr_errinfo info;
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = mutant};
  cr_judge judge = {0};
  bool read = cr_file_read(path, 65536, &text, &info) == CR_OK &&
              cr_scenario_parse(text.data, text.len, path, 1, scenario, &info) == CR_OK;
  cr_buf_free(&text);
  if (!read || mutant == CR_MUTANT_NONE || clause == CR_CLAUSE_COUNT) return NULL;
  cr_clauses_add(&judge.only, clause);
  return cr_model_new(scenario, &subject, &judge);
}

typedef struct depth {
  unsigned long long median;
  uint32_t mutant;
} depth;

static int by_number(const void *a, const void *b) {
  const unsigned long long *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static int deepest_first(const void *a, const void *b) {
  const depth *x = a, *y = b;
  if (x->median != y->median) return x->median > y->median ? -1 : 1;
  return (x->mutant > y->mutant) - (x->mutant < y->mutant);
}

/* Of an even number of seeds the lower one of the two in the middle. */
static unsigned long long median_of(const cr_model *model, unsigned seeds,
                                    unsigned long long most) {
  unsigned long long number[SEEDS_MAX];
  for (unsigned i = 0; i < seeds; i++) number[i] = first(model, i + 1, most);
  qsort(number, seeds, sizeof number[0], by_number);
  return number[(seeds - 1) / 2];
}

/* A run that ends shows nothing of liveness, so mutants in a live scenario are left out. */
static int survey(const char *folder, unsigned seeds, unsigned long long most,
                  unsigned long long least) {
  depth deep[CR_MUTANT_COUNT];
  size_t count = 0;
  for (uint32_t m = 1; m < CR_MUTANT_COUNT; m++) {
    const cr_mutant_row *row = cr_mutant_row_of(m);
    cr_buf path = {0};
    cr_scenario scenario;
    cr_buf_printf(&path, "%s/%s.scenario", folder, row->scenario);
    cr_model *model = model_of(path.data, (cr_mutant)m, cr_clause_by_id(row->clause), &scenario);
    cr_buf_free(&path);
    if (model == NULL) return CR_EXIT_INPUT;
    depth one = {scenario.option[CR_OPTION_LIVE] ? 0 : median_of(model, seeds, most), m};
    if (one.median > least) deep[count++] = one;
    cr_model_free(model);
  }
  qsort(deep, count, sizeof deep[0], deepest_first);
  for (size_t i = 0; i < count; i++) {
    const cr_mutant_row *row = cr_mutant_row_of(deep[i].mutant);
    printf("%llu %s %s %s\n", deep[i].median, row->name, row->clause, row->scenario);
  }
  return CR_EXIT_OK;
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fputs(
        "usage: walk SCENARIO MUTANT CLAUSE SEED MOST\n"
        "       walk survey FOLDER SEEDS MOST LEAST\n",
        stderr);
    return CR_EXIT_USAGE;
  }
  unsigned long long number[3];
  for (int i = 0; i < 3; i++) number[i] = strtoull(argv[3 + i], NULL, 10);
  if (strcmp(argv[1], "survey") == 0) {
    if (number[0] >= 1 && number[0] <= SEEDS_MAX)
      return survey(argv[2], (unsigned)number[0], number[1], number[2]);
    fputs("walk: 1 to 99 seeds\n", stderr);
    return CR_EXIT_USAGE;
  }
  cr_scenario scenario;
  cr_model *model =
      model_of(argv[1], cr_mutant_by_name(argv[2]), cr_clause_by_id(argv[3]), &scenario);
  if (model == NULL) {
    fputs("walk: no such scenario, mutant or clause\n", stderr);
    return CR_EXIT_INPUT;
  }
  unsigned long long i = first(model, number[1], number[2]);
  printf("%llu\n", i <= number[2] ? i : 0);
  cr_model_free(model);
  return CR_EXIT_OK;
}
