/* scenario.c - a scenario file. What is accepted must make a model that can be walked through. */
#include <string.h>

#include "clusrace/world.h"
#include "target.h"

/* The file's own bytes are the choices. */
static void walk(const cr_scenario *scenario, const uint8_t *choices, size_t n) {
  enum { STEPS = 60 };
  const cr_subject reference = {.kind = CR_SUBJECT_REFERENCE};
  cr_trace trace = {0};
  cr_model *model = cr_model_new(scenario, &reference, NULL);
  cr_choices_run(model, choices, n, STEPS, &trace, NULL, NULL);
  if (trace.verdict.kind == CR_VERDICT_VIOLATES)
    cr_target_fails("the reference violates %s", cr_clause_row_of(trace.verdict.clause)->id);
  cr_trace_free(&trace);
  cr_model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_scenario scenario, again;
  cr_errinfo info;
  cr_buf text = {0}, text_again = {0};
  cr_err err = cr_scenario_parse((const char *)data, size, "input", 1, &scenario, &info);
  cr_target_error(err, &info, "input");
  if (err != CR_OK) return 0;
  cr_scenario_write(&scenario, "", &text);
  if (cr_scenario_parse(text.data, text.len, "written", 1, &again, &info) != CR_OK)
    cr_target_fails("what was written cannot be read: %s", info.text);
  cr_scenario_write(&again, "", &text_again);
  if (scenario.digest != again.digest || text.len != text_again.len ||
      memcmp(text.data, text_again.data, text.len) != 0)
    cr_target_fails("what is written again is not the same");
  walk(&scenario, data, size);
  cr_buf_free(&text);
  cr_buf_free(&text_again);
  return 0;
}
