/* suites.h - the suites of the model's test program, and what they share. */
#ifndef TEST_MODEL_SUITES_H
#define TEST_MODEL_SUITES_H

#include <check.h>

#include "clusrace/modelcheck.h"

Suite *cr_suite_volume(void);
Suite *cr_suite_observer(void);
Suite *cr_suite_trace(void);
Suite *cr_suite_scenario(void);
Suite *cr_suite_scenarios(void);
Suite *cr_suite_mutants(void);
Suite *cr_suite_choices(void);
Suite *cr_suite_catalogue(void);
Suite *cr_suite_stack(void);
Suite *cr_suite_memory(void);
Suite *cr_suite_suite(void);
Suite *cr_suite_reduced(void);
/* One mutant in sixteen, or every one whose number leaves `part` when divided by parts. */
Suite *cr_suite_reduced_slow(bool sample, unsigned part, unsigned parts);
Suite *cr_suite_graph(void);
Suite *cr_suite_blocks(void);

/* Loads a shipped scenario by name; fails the test when it cannot. */
void load_scenario(const char *name, cr_scenario *scenario);
/* Explores a model of the scenario: the reference, or a mutant by name judged by one clause. */
void explore_model(const cr_model *model, cr_xresult *result);

#endif
