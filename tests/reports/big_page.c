/* big_page.c - writes a page with as many findings and steps as one likes, for the tests in a
 * browser.
 *
 *   big_page FINDINGS STEPS SUBJECTS >page.html
 *
 * The findings are runs of the models with the deviation term-nojoin; where more steps are wanted
 * than such a run has, the rest is drawn at random. Texts are hostile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/report.h"
#include "clusrace/world.h"

static const char hostile[] = "<script>document.title='broken'</script><!-- & \"q\" 'q' {{data}}";

static const char scenario_text[] =
    "clusrace-scenario 1\nname big\nabout A <b>bold</b> sentence.\nvolume vol0 letter V\n"
    "resource disk0 volume vol0\napp app0 volume vol0\noption pending\noption app-file\n";

static void fill(cr_trace *trace, const cr_model *model, cr_rng *rng, size_t steps) {
  uint8_t choices[400];
  for (size_t i = 0; i < sizeof choices; i++) choices[i] = (uint8_t)cr_rng_below(rng, 256);
  cr_trace_init(trace, cr_model_scenario(model), cr_model_subject(model));
  cr_choices_run(model, choices, sizeof choices, steps, trace, NULL, NULL);
  while (trace->steps_count < steps && steps > sizeof choices) {
    const cr_event *again = &trace->steps[cr_rng_below(rng, (uint32_t)trace->steps_count)].event;
    cr_event event = *again;
    cr_trace_push(trace, &event, 0);
  }
  uint32_t clause = 0;
  do clause = cr_rng_below(rng, CR_CLAUSE_COUNT);
  while (cr_clause_row_of((cr_clause)clause)->party != CR_PARTY_DLL);
  trace->verdict = (cr_verdict){.kind = CR_VERDICT_VIOLATES,
                                .clause = (cr_clause)clause,
                                .step = (uint32_t)(trace->steps_count - trace->steps_count / 4)};
  memcpy(trace->verdict.note, hostile, sizeof hostile);
}

int main(int argc, char **argv) {
  size_t findings = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
  size_t steps = argc > 2 ? strtoul(argv[2], NULL, 10) : 60;
  size_t subjects = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
  cr_scenario scenario;
  cr_errinfo info;
  if (subjects == 0 ||
      cr_scenario_parse(scenario_text, strlen(scenario_text), "big", 1, &scenario, &info) != CR_OK)
    return EXIT_FAILURE;
  cr_subject mutant = {.kind = CR_SUBJECT_MUTANT,
                       .mutant = (uint32_t)cr_mutant_by_name("term-nojoin")};
  cr_model *model = cr_model_new(&scenario, &mutant, NULL);
  cr_rng rng;
  cr_rng_seed(&rng, 7);
  cr_trace *trace = cr_alloc((findings + 2) * sizeof *trace);
  cr_report_finding *finding = cr_alloc((findings + 1) * sizeof *finding);
  cr_report_subject *subject = cr_alloc(subjects * sizeof *subject);
  cr_subject *name = cr_alloc(subjects * sizeof *name);
  fill(&trace[findings], model, &rng, 60);
  for (size_t i = 0; i < findings; i++) {
    fill(&trace[i], model, &rng, steps);
    finding[i] = (cr_report_finding){.trace = &trace[i],
                                     .id = "0123456789abcdef",
                                     .file = "traces/<b>.trace",
                                     .command = "clusrace replay 'traces/<b>.trace' && true",
                                     .times = i + 1,
                                     .neighbour = i % 2 == 0 ? &trace[findings] : NULL};
  }
  size_t each = findings / subjects;
  for (size_t i = 0; i < subjects; i++) {
    name[i] = (cr_subject){.kind = CR_SUBJECT_PE, .digest = 0x1234 + i};
    snprintf(name[i].name, sizeof name[i].name, i == 0 ? "mydisk.dll" : "<i>other%zu</i>.dll", i);
    subject[i] = (cr_report_subject){.subject = &name[i], .replays = 10, .note = hostile};
    subject[i].findings = finding + i * each;
    subject[i].findings_count = i + 1 == subjects ? findings - i * each : each;
    for (unsigned c = 0; c < CR_CLAUSE_COUNT; c += 2) subject[i].held[c] = c + 1;
    for (size_t k = 0; k < subject[i].findings_count; k++)
      subject[i].violated[subject[i].findings[k].trace->verdict.clause]++;
  }
  cr_report_picture picture = {
      .name = "picture",
      .title = "A picture",
      .about = hostile,
      .svg =
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"40\"><g id=\"findings\" "
          "class=\"node missed\"><path d=\"M2 2h86v36h-86z\" fill=\"#fff\" stroke=\"#888\"/><text "
          "x=\"9\" y=\"24\">offline</text></g></svg>"};
  cr_report report = {.pictures = &picture,
                      .pictures_count = 1,
                      .tool = "clusrace 1",
                      .command = hostile,
                      .scenario = &scenario,
                      .engine = "none",
                      .subjects = subject,
                      .subjects_count = subjects};
  cr_buf out = {0};
  cr_report_html(&report, &out);
  fwrite(out.data, 1, out.len, stdout);
  cr_buf_free(&out);
  for (size_t i = 0; i <= findings; i++) cr_trace_free(&trace[i]);
  cr_model_free(model);
  free(trace);
  free(finding);
  free(subject);
  free(name);
  return EXIT_SUCCESS;
}
