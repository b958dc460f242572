/* violation.c - must violate a clause: interleavings of a DLL that does not join its workers. */
#include <string.h>

#include "../target.h"
#include "clusrace/world.h"

static const char scenario_text[] =
    "clusrace-scenario 1\nname canary\nresource res0 type \"Clusrace Disk\"\noption sync\n";

static cr_model *model;

static void set_up(void) {
  cr_scenario scenario;
  cr_errinfo info;
  const cr_subject mutant = {.kind = CR_SUBJECT_MUTANT, .mutant = cr_mutant_by_name("term-nojoin")};
  if (cr_scenario_parse(scenario_text, sizeof scenario_text - 1, "canary", 1, &scenario, &info) !=
      CR_OK)
    cr_target_fails("%s", info.text);
  model = cr_model_new(&scenario, &mutant, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { STEPS = 200 };
  cr_trace trace = {0};
  if (model == NULL) set_up();
  cr_choices_run(model, data, size, STEPS, &trace, NULL, NULL);
  if (trace.verdict.kind == CR_VERDICT_VIOLATES)
    cr_target_fails("violates %s", cr_clause_row_of(trace.verdict.clause)->id);
  cr_trace_free(&trace);
  return 0;
}
