/* walk.c - how many uniform random walks it takes until one violates a clause: what every fuzzing
 * engine has to beat. Usage: walk SCENARIO MUTANT CLAUSE SEED MOST; prints the number, or 0. */
#include <stdio.h>
#include <stdlib.h>

#include "clusrace/world.h"

enum { STEPS_MAX = 400 };

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

int main(int argc, char **argv) {
  if (argc != 6) {
    fputs("usage: walk SCENARIO MUTANT CLAUSE SEED MOST\n", stderr);
    return CR_EXIT_USAGE;
  }
  cr_scenario scenario;
  cr_buf text = {0};
  cr_errinfo info;
  cr_subject subject = {.kind = CR_SUBJECT_MUTANT, .mutant = cr_mutant_by_name(argv[2])};
  cr_judge judge = {0};
  cr_clause clause = cr_clause_by_id(argv[3]);
  if (subject.mutant == CR_MUTANT_NONE || clause == CR_CLAUSE_COUNT ||
      cr_file_read(argv[1], 65536, &text, &info) != CR_OK ||
      cr_scenario_parse(text.data, text.len, argv[1], 1, &scenario, &info) != CR_OK) {
    fputs("walk: no such scenario, mutant or clause\n", stderr);
    return CR_EXIT_INPUT;
  }
  cr_clauses_add(&judge.only, clause);
  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  cr_rng rng;
  cr_rng_seed(&rng, strtoull(argv[4], NULL, 10));
  unsigned long long most = strtoull(argv[5], NULL, 10), i = 1;
  while (i <= most && !violates(model, &rng)) i++;
  printf("%llu\n", i <= most ? i : 0);
  cr_model_free(model);
  cr_buf_free(&text);
  return CR_EXIT_OK;
}
