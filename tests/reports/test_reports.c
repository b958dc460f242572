/* test_reports.c - the writers: well-formed whatever comes in, complete, and the same bytes twice.
 */
#include <check.h>
#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/report.h"

static const char hostile[] = "<script>alert(\"x\")</script> & 'q' \001 \xff \xed\xa0\x80 end";

static void scenario_of(cr_scenario *scenario) {
  static const char text[] =
      "clusrace-scenario 1\nname s\nabout A <b>bold</b> sentence.\nvolume vol0 letter V\n"
      "resource disk0 volume vol0\napp app0 volume vol0\noption pending\n";
  cr_errinfo info;
  ck_assert_int_eq(cr_scenario_parse(text, strlen(text), "s", 1, scenario, &info), CR_OK);
}

/* A finding with every kind of step, some inside the DLL. */
static void trace_of(cr_trace *trace, const cr_scenario *scenario, size_t steps) {
  cr_subject subject = {.kind = CR_SUBJECT_PE, .digest = 0x1234};
  memcpy(subject.name, hostile, sizeof hostile);
  cr_trace_init(trace, scenario, &subject);
  cr_rng rng;
  cr_rng_seed(&rng, 5);
  for (size_t i = 0; i < steps; i++) {
    cr_event e = {.kind = (uint8_t)(1 + i % (CR_EV_COUNT - 1)),
                  .role = (uint8_t)(1 + i % (CR_ROLE_COUNT - 1)),
                  .lane = (uint8_t)(i % 3),
                  .handle = CR_NO_HANDLE,
                  .value = cr_rng_below(&rng, 14),
                  .result = cr_rng_below(&rng, 3)};
    if (e.role != CR_ROLE_WORKER) e.lane = 0;
    cr_trace_push(trace, &e, 0);
  }
  trace->verdict = (cr_verdict){
      .kind = CR_VERDICT_VIOLATES, .clause = (cr_clause)2, .step = (uint32_t)steps / 2};
  memcpy(trace->verdict.note, hostile, sizeof hostile);
}

typedef struct fixture {
  cr_scenario scenario;
  cr_trace trace, crash;
  cr_report_finding finding[2];
  cr_report_subject subject[3];
  cr_subject name[3];
  cr_report report;
} fixture;

static cr_clause judged_clause(void) {
  unsigned i = 0;
  while (cr_clause_row_of((cr_clause)i)->party != CR_PARTY_DLL) i++;
  return (cr_clause)i;
}

static fixture *fixture_new(size_t steps) {
  fixture *f = cr_alloc(sizeof *f);
  scenario_of(&f->scenario);
  trace_of(&f->trace, &f->scenario, steps);
  trace_of(&f->crash, &f->scenario, steps);
  f->trace.verdict.clause = judged_clause();
  f->crash.verdict = (cr_verdict){.kind = CR_VERDICT_CRASHES, .clause = CR_CLAUSE_COUNT, .step = 3};
  f->finding[0] = (cr_report_finding){&f->trace, "abc", "t.trace", hostile, 2, &f->crash, 9, true};
  f->finding[1] = (cr_report_finding){&f->crash, "", "", "", 1, NULL, 0, false};
  for (unsigned i = 0; i < 3; i++) {
    f->name[i] = f->trace.subject;
    f->subject[i] = (cr_report_subject){.subject = &f->name[i], .replays = 10, .note = ""};
    for (unsigned c = 0; c < CR_CLAUSE_COUNT; c += 2) f->subject[i].held[c] = c + 1;
  }
  memcpy(f->name[1].name, "good.dll", 9);
  f->subject[0].violated[judged_clause()] = 2;
  f->subject[0].findings = f->finding;
  f->subject[0].findings_count = 2;
  f->subject[2].replays = 0;
  f->subject[2].note = hostile;
  f->report = (cr_report){.tool = "clusrace 1",
                          .command = hostile,
                          .scenario = &f->scenario,
                          .states = 1234567,
                          .explored = true,
                          .engine = "random",
                          .subjects = f->subject,
                          .subjects_count = 3};
  return f;
}

static void fixture_free(fixture *f) {
  cr_trace_free(&f->trace);
  cr_trace_free(&f->crash);
  free(f);
}

static unsigned count_of(const char *text, const char *what) {
  unsigned n = 0;
  for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what)) n++;
  return n;
}

static double xpath(xmlDocPtr doc, const char *expression) {
  xmlXPathContextPtr context = xmlXPathNewContext(doc);
  xmlXPathObjectPtr object = xmlXPathEvalExpression(BAD_CAST expression, context);
  ck_assert_ptr_nonnull(object);
  double value = xmlXPathCastToNumber(object);
  xmlXPathFreeObject(object);
  xmlXPathFreeContext(context);
  return value;
}

/* The page's data, of which the caller frees the root. */
static json_t *data_of(const cr_buf *page) {
  static const char open[] = "id=\"data\">";
  const char *begin = strstr(page->data, open);
  ck_assert_ptr_nonnull(begin);
  begin += sizeof open - 1;
  const char *end = strstr(begin, "</script>");
  ck_assert_ptr_nonnull(end);
  json_error_t error;
  json_t *root = json_loadb(begin, (size_t)(end - begin), JSON_REJECT_DUPLICATES, &error);
  ck_assert_msg(root != NULL, "%s", error.text);
  return root;
}

START_TEST(html__hostile_names__are_escaped_and_complete) {
  fixture *f = fixture_new(60);
  cr_buf out = {0};
  cr_report_html(&f->report, &out);
  ck_assert_ptr_null(strstr(out.data, "<script>alert"));
  ck_assert_ptr_null(strstr(out.data, "<b>bold"));
  ck_assert_ptr_nonnull(strstr(out.data, "\\u003cscript>alert"));
  ck_assert_ptr_null(strchr(out.data, '\001'));
  ck_assert_ptr_null(strchr(out.data, '\xff'));
  ck_assert_ptr_null(strstr(out.data, "{{"));
  ck_assert_uint_eq(count_of(out.data, "http://") + count_of(out.data, "https://"), 0);
  htmlDocPtr doc = htmlReadMemory(out.data, (int)out.len, NULL, "UTF-8",
                                  HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  ck_assert_ptr_nonnull(doc);
  ck_assert_double_eq(xpath(doc, "count(//h1)"), 1);
  ck_assert_double_eq(xpath(doc, "count(//script)"), 2);
  ck_assert_double_eq(xpath(doc, "count(//a[starts-with(@href,'#')])"), xpath(doc, "count(//a)"));
  xmlFreeDoc(doc);
  json_t *root = data_of(&out);
  ck_assert_uint_eq(json_array_size(json_object_get(root, "clauses")), CR_CLAUSE_COUNT);
  ck_assert_uint_eq(json_array_size(json_object_get(root, "findings")), 2);
  json_decref(root);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

/* What the page's script does to show the trace: head, steps, tail. */
START_TEST(html__trace__can_be_put_together_again) {
  fixture *f = fixture_new(60);
  cr_buf page = {0}, again = {0}, text = {0};
  memcpy(f->trace.subject.name, "a.dll", 6);
  memcpy(f->trace.verdict.note, "note", 5);
  f->trace.steps[3].after = 0x1234;
  cr_report_html(&f->report, &page);
  json_t *root = data_of(&page), *strings = json_object_get(root, "strings");
  json_t *run = json_object_get(json_array_get(json_object_get(root, "findings"), 0), "run");
  size_t head = (size_t)json_integer_value(json_object_get(run, "head"));
  size_t tail = (size_t)json_integer_value(json_object_get(run, "tail"));
  cr_buf_puts(&again, json_string_value(json_array_get(strings, head)));
  const char *at = json_string_value(json_object_get(run, "steps"));
  unsigned steps = 0, states = 1;
  for (char *end = NULL; *at != '\0'; at += strcspn(at, ";"), at += *at == ';') {
    size_t number = strtoul(at, &end, 36);
    ck_assert_int_eq(*end, '.');
    cr_buf_printf(&again, "%u %s\n", ++steps, json_string_value(json_array_get(strings, number)));
  }
  cr_buf_puts(&again, json_string_value(json_array_get(strings, tail)));
  for (at = json_string_value(json_object_get(run, "changes")); *at != '\0'; at++)
    states += *at == ';';
  cr_trace_write(&f->trace, &text);
  ck_assert_str_eq(again.data, text.data);
  ck_assert_uint_eq(states, steps + 1);
  json_decref(root);
  cr_buf_free(&page);
  cr_buf_free(&again);
  cr_buf_free(&text);
  fixture_free(f);
}
END_TEST

START_TEST(svg__trace__is_well_formed_and_shows_each_visible_step) {
  fixture *f = fixture_new((size_t)_i);
  cr_buf out = {0};
  cr_report_svg(&f->trace, &out);
  xmlDocPtr doc = xmlReadMemory(out.data, (int)out.len, NULL, "UTF-8", XML_PARSE_NONET);
  ck_assert_ptr_nonnull(doc);
  unsigned visible = 0;
  for (size_t i = 0; i < f->trace.steps_count; i++)
    if (cr_event_row_of(f->trace.steps[i].event.kind)->visible || i + 1 == f->trace.verdict.step)
      visible++;
  ck_assert_double_eq(xpath(doc, "count(//*[@class='step'])"), visible);
  ck_assert_double_eq(xpath(doc, "count(//*[@class='decides'])"), f->trace.verdict.step > 0);
  ck_assert_uint_lt(out.len, 6000 + 1500 * (size_t)_i);
  xmlFreeDoc(doc);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(junit__counts__are_those_of_its_cases) {
  fixture *f = fixture_new(30);
  cr_buf out = {0};
  cr_report_junit(&f->report, &out);
  xmlDocPtr doc = xmlReadMemory(out.data, (int)out.len, NULL, NULL, XML_PARSE_NONET);
  ck_assert_ptr_nonnull(doc);
  ck_assert_double_eq(xpath(doc, "count(/testsuites/testsuite)"), 3);
  ck_assert_double_eq(xpath(doc, "sum(//testsuite/@tests)"), xpath(doc, "count(//testcase)"));
  ck_assert_double_eq(xpath(doc, "sum(//testsuite/@failures)"), xpath(doc, "count(//failure)"));
  ck_assert_double_eq(xpath(doc, "sum(//testsuite/@skipped)"), xpath(doc, "count(//skipped)"));
  ck_assert_double_eq(xpath(doc, "number(/testsuites/@tests)"), xpath(doc, "count(//testcase)"));
  ck_assert_double_eq(xpath(doc, "count(//failure)"), 2);
  ck_assert_double_eq(xpath(doc, "count(//failure[contains(.,'clusrace-trace 1')])"), 2);
  xmlFreeDoc(doc);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(json__report__has_the_documented_keys) {
  static const char *const keys[] = {"schema",   "tool",    "scenario", "scenario_digest",
                                     "contract", "explore", "fuzz",     "mutants",
                                     "dlls",     "exit"};
  fixture *f = fixture_new(30);
  cr_buf out = {0};
  cr_report_json(&f->report, &out);
  json_error_t error;
  json_t *root = json_loads(out.data, JSON_REJECT_DUPLICATES, &error);
  ck_assert_msg(root != NULL, "%s", error.text);
  for (size_t i = 0; i < CR_ARRAY_LEN(keys); i++)
    ck_assert_msg(json_object_get(root, keys[i]) != NULL, "no key %s", keys[i]);
  ck_assert_uint_eq(json_object_size(root), CR_ARRAY_LEN(keys));
  ck_assert_str_eq(json_string_value(json_object_get(root, "schema")), "clusrace-report-1");
  ck_assert_int_eq(json_integer_value(json_object_get(root, "exit")), CR_EXIT_SAFETY);
  ck_assert_uint_eq(json_array_size(json_object_get(root, "dlls")), 3);
  json_decref(root);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(text__without_colours__fits_and_has_no_escapes) {
  fixture *f = fixture_new(30);
  cr_buf out = {0}, coloured = {0};
  memcpy(f->name[0].name, "bad.dll", 8);
  f->trace.verdict.note[0] = '\0';
  cr_report_text(&f->report, 80, false, "report.html", &out);
  cr_report_text(&f->report, 80, true, "report.html", &coloured);
  ck_assert_ptr_null(strchr(out.data, '\033'));
  ck_assert_ptr_nonnull(strchr(coloured.data, '\033'));
  ck_assert_ptr_nonnull(strstr(out.data, "look at  report.html\n"));
  ck_assert_ptr_nonnull(strstr(out.data, "found    2 findings"));
  for (char *line = strtok(out.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
    ck_assert_msg(strlen(line) <= 80, "%zu columns: %s", strlen(line), line);
  cr_buf_free(&out);
  cr_buf_free(&coloured);
  fixture_free(f);
}
END_TEST

START_TEST(text__many_dlls__fit_a_screen) {
  fixture *f = fixture_new(30);
  cr_report_subject subject[40];
  cr_buf out = {0};
  for (size_t i = 0; i < CR_ARRAY_LEN(subject); i++) subject[i] = f->subject[i % 3];
  f->report.subjects = subject;
  f->report.subjects_count = CR_ARRAY_LEN(subject);
  cr_report_text(&f->report, 80, false, "report.html", &out);
  ck_assert_uint_lt(count_of(out.data, "\n"), 24);
  ck_assert_ptr_nonnull(strstr(out.data, "and 24 more"));
  ck_assert_ptr_nonnull(strstr(out.data, cr_clause_row_of(judged_clause())->id));
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(chart__of_any_width__keeps_to_it) {
  static const unsigned widths[] = {40, 60, 80, 200};
  fixture *f = fixture_new(60);
  cr_buf out = {0};
  f->trace.verdict.note[0] = '\0';
  cr_report_chart(&f->trace, widths[_i], false, &out);
  for (char *line = strtok(out.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
    ck_assert_msg(strlen(line) <= widths[_i], "%zu columns: %s", strlen(line), line);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(chart__in_text__marks_the_deciding_step) {
  fixture *f = fixture_new(40);
  cr_buf out = {0};
  cr_report_chart(&f->trace, 100, false, &out);
  ck_assert_uint_eq(count_of(out.data, "\n>"), 1);
  ck_assert_ptr_null(strchr(out.data, '\033'));
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(writers__twice__give_the_same_bytes) {
  static void (*const writers[])(const cr_report *, cr_buf *) = {cr_report_html, cr_report_junit,
                                                                 cr_report_json};
  fixture *f = fixture_new(500);
  cr_buf a = {0}, b = {0};
  writers[_i](&f->report, &a);
  writers[_i](&f->report, &b);
  ck_assert_uint_eq(a.len, b.len);
  ck_assert_mem_eq(a.data, b.data, a.len);
  cr_buf_free(&a);
  cr_buf_free(&b);
  fixture_free(f);
}
END_TEST

/* Nothing was found, nothing was replayed: still whole, and no success. */
START_TEST(writers__empty_report__is_whole) {
  fixture *f = fixture_new(10);
  cr_report empty = {.tool = "", .command = "", .scenario = &f->scenario, .engine = "none"};
  cr_buf out = {0};
  cr_report_html(&empty, &out);
  cr_report_junit(&empty, &out);
  cr_report_json(&empty, &out);
  cr_report_text(&empty, 80, false, "", &out);
  ck_assert_int_eq(cr_report_exit(&empty), CR_EXIT_BOUNDED);
  empty.explored = true;
  empty.states = 5;
  ck_assert_int_eq(cr_report_exit(&empty), CR_EXIT_BOUNDED); /* no DLL was judged */
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("reports");
  TCase *tcase = tcase_create("reports");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, html__hostile_names__are_escaped_and_complete);
  tcase_add_loop_test(tcase, svg__trace__is_well_formed_and_shows_each_visible_step, 0, 40);
  tcase_add_loop_test(tcase, svg__trace__is_well_formed_and_shows_each_visible_step, 2000, 2001);
  tcase_add_test(tcase, junit__counts__are_those_of_its_cases);
  tcase_add_test(tcase, json__report__has_the_documented_keys);
  tcase_add_test(tcase, text__without_colours__fits_and_has_no_escapes);
  tcase_add_test(tcase, html__trace__can_be_put_together_again);
  tcase_add_test(tcase, text__many_dlls__fit_a_screen);
  tcase_add_loop_test(tcase, chart__of_any_width__keeps_to_it, 0, 4);
  tcase_add_test(tcase, chart__in_text__marks_the_deciding_step);
  tcase_add_loop_test(tcase, writers__twice__give_the_same_bytes, 0, 3);
  tcase_add_test(tcase, writers__empty_report__is_whole);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  xmlCleanupParser();
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
