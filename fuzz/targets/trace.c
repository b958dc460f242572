/* trace.c - the text form of a trace, as a file from anywhere has it. What was read must be written
 * in one form only, and everything that looks at a trace must bear it. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/trace.h"
#include "clusrace/world.h"
#include "target.h"

/* As the command does with a file: judged, and followed on the model. */
static void follow(const cr_trace *trace) {
  cr_judgement judgement;
  cr_trace seen = {0};
  cr_trace_judge(trace, &judgement);
  if (trace->subject.kind == CR_SUBJECT_REFERENCE || trace->subject.kind == CR_SUBJECT_MUTANT) {
    cr_model *model = cr_model_new(&trace->scenario, &trace->subject, NULL);
    cr_trace_rerun(model, trace, &seen, NULL);
    cr_model_free(model);
  }
  cr_trace_free(&seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_trace trace = {0}, again = {0};
  cr_buf text = {0}, text_again = {0};
  cr_errinfo info;
  cr_err err = cr_trace_read((const char *)data, size, "input", &trace, &info);
  cr_target_error(err, &info, "input");
  if (err != CR_OK && trace.steps_count != 0) cr_target_fails("a refused trace is not empty");
  if (err == CR_OK) {
    cr_trace_write(&trace, &text);
    if (cr_trace_read(text.data, text.len, "written", &again, &info) != CR_OK)
      cr_target_fails("what was written cannot be read: %s", info.text);
    cr_trace_write(&again, &text_again);
    if (text.len != text_again.len || memcmp(text.data, text_again.data, text.len) != 0)
      cr_target_fails("what is written again is not the same");
    if (cr_trace_behaviour_digest(&trace) != cr_trace_behaviour_digest(&again) ||
        cr_trace_signature(&trace) != cr_trace_signature(&again))
      cr_target_fails("the behaviour has changed by being written");
    follow(&trace);
  }
  cr_trace_free(&trace);
  cr_trace_free(&again);
  cr_buf_free(&text);
  cr_buf_free(&text_again);
  return 0;
}
