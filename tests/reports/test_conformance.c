/* test_conformance.c - the writers of a conformance: well-formed whatever comes in, the same bytes
 * twice, and the status that a release hangs on. */
#include <check.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/conformance.h"

/* Markup, ends of quotations and of CDATA, links, line ends, a control character, bytes that are no
 * UTF-8, half of a pair of UTF-16, a character that XML does not allow. */
static const char hostile[] =
    "<b>|`*\"x\"</b> & [1](2) ]]> {0} \\ \r\n 3 \001\033[31m \xff \xed\xa0\x80 \xef\xbf\xbf end";
static const char place[] = "sub folder/\xc3\xa9#1?%:[t].trace";

typedef struct fixture {
  cr_scenario scenario;
  cr_conform_scenario runs;
  cr_trace trace, crash;
  cr_conform_finding finding[2];
  cr_conformance c;
} fixture;

static unsigned clause_of(cr_party party, cr_level level) {
  unsigned i = 0;
  while (cr_clause_row_of((cr_clause)i)->party != party ||
         cr_clause_row_of((cr_clause)i)->level != level)
    i++;
  return i;
}

static void trace_of(cr_trace *trace, const cr_scenario *scenario, size_t steps) {
  cr_subject subject = {.kind = CR_SUBJECT_PE, .digest = 0x1234};
  memcpy(subject.name, hostile, sizeof hostile);
  cr_trace_init(trace, scenario, &subject);
  for (size_t i = 0; i < steps; i++) {
    cr_event e = {.kind = i % 2 == 0 ? CR_EV_CALL : CR_EV_RET,
                  .role = i % 2 == 0 ? CR_ROLE_MONITOR : CR_ROLE_EP,
                  .handle = CR_NO_HANDLE,
                  .value = CR_EP_ONLINE};
    cr_trace_push(trace, &e, 0);
  }
  memcpy(trace->verdict.note, hostile, sizeof hostile);
}

/* An error and a crash are violated, a warning is broken, something is inconclusive. */
static fixture *fixture_new(size_t steps) {
  static const char text[] = "clusrace-scenario 1\nname s\nresource disk0\noption pending\n";
  fixture *f = cr_alloc(sizeof *f);
  cr_errinfo info;
  CR_ASSERT(cr_scenario_parse(text, strlen(text), "s", 1, &f->scenario, &info) == CR_OK);
  unsigned error = clause_of(CR_PARTY_DLL, CR_LEVEL_ERROR);
  unsigned warning = clause_of(CR_PARTY_DLL, CR_LEVEL_WARNING);
  unsigned crash = CR_CLAUSE_COUNT + CR_VERDICT_CRASHES;
  trace_of(&f->trace, &f->scenario, steps);
  trace_of(&f->crash, &f->scenario, steps);
  f->trace.verdict.kind = CR_VERDICT_VIOLATES;
  f->trace.verdict.clause = (cr_clause)error;
  f->trace.verdict.step = (uint32_t)steps - 1;
  f->crash.verdict.kind = CR_VERDICT_CRASHES;
  f->runs = (cr_conform_scenario){
      .scenario = &f->scenario, .suite = 3, .schedules = 7, .exhausted = true};
  f->runs.violated[error] = f->runs.violated[warning] = f->runs.violated[crash] = 2;
  f->finding[0] =
      (cr_conform_finding){&f->trace, "d/t.trace", hostile, 2, "ab12", NULL, place, 9, true};
  f->finding[1] =
      (cr_conform_finding){&f->crash, "d/c.trace", "", 2, NULL, &f->trace, NULL, 0, false};
  f->c = (cr_conformance){.tool = "clusrace 1.2.3",
                          .subject = &f->trace.subject,
                          .refused = "",
                          .note = hostile,
                          .scenario = &f->runs,
                          .scenarios_count = 1,
                          .finding = f->finding,
                          .findings_count = 2};
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    f->c.row[i] = (cr_conform_row){
        .verdict = CR_CONFORM_NOT_EXERCISED, .counts = true, .why = i % 2 == 0 ? hostile : "odd"};
  f->c.row[error] = (cr_conform_row){.verdict = CR_CONFORM_VIOLATED,
                                     .counts = true,
                                     .violated = 2,
                                     .why = "",
                                     .finding = &f->finding[0]};
  f->c.row[warning] = (cr_conform_row){.verdict = CR_CONFORM_VIOLATED, .violated = 2, .why = ""};
  f->c.row[crash] = f->c.row[error];
  f->c.row[crash].finding = &f->finding[1];
  return f;
}

static void fixture_free(fixture *f) {
  cr_trace_free(&f->trace);
  cr_trace_free(&f->crash);
  free(f);
}

typedef void writer(const cr_conformance *c, cr_buf *out);
/* The stream of a campaign. */
static void events(const cr_conformance *c, cr_buf *out) {
  cr_conform_event_begin(c, out);
  cr_conform_event_scenario(c->scenario->scenario, out);
  cr_conform_event_run(1, c->finding[0].trace, out);
  cr_conform_event_hunt(c->scenario, out);
  cr_conform_event_finding(c->finding[0].trace, out);
  cr_conform_events_end(c, out);
}

static void table(const cr_conformance *c, cr_buf *out) {
  cr_conform_table(c, 80, false, true, out);
}

static writer *const writers[] = {
    cr_conform_json,     events, cr_conform_sarif, cr_conform_junit, cr_conform_html,
    cr_conform_markdown, table};
enum { WRITERS = CR_ARRAY_LEN(writers) };

START_TEST(writers__twice__give_the_same_bytes) {
  fixture *f = fixture_new(30);
  cr_buf a = {0}, b = {0};
  writers[_i](&f->c, &a);
  writers[_i](&f->c, &b);
  ck_assert_uint_eq(a.len, b.len);
  ck_assert_mem_eq(a.data, b.data, a.len);
  cr_buf_free(&a);
  cr_buf_free(&b);
  fixture_free(f);
}
END_TEST

/* Neither a terminal nor a reader of lines is steered by what comes from a DLL. */
START_TEST(writers__hostile__give_text) {
  fixture *f = fixture_new(30);
  cr_buf out = {0};
  f->c.refused = f->c.command = f->c.version = f->c.time = hostile;
  f->c.baseline = f->finding[0].file = hostile;
  writers[_i](&f->c, &out);
  ck_assert(xmlCheckUTF8((const unsigned char *)out.data));
  ck_assert_uint_eq(strlen(out.data), out.len);
  for (size_t i = 0; i < out.len; i++) {
    unsigned char byte = (unsigned char)out.data[i];
    ck_assert_msg((byte >= ' ' && byte != 0x7F) || byte == '\n', "byte %u at %zu", byte, i);
  }
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(markdown__hostile__has_no_markup_of_others) {
  fixture *f = fixture_new(30);
  cr_buf out = {0};
  f->c.baseline = f->c.refused = hostile;
  f->finding[0].file = "d`|\n<i>x.trace";
  cr_conform_markdown(&f->c, &out);
  /* The commands are code by their indentation, each on one line. */
  char *begin = strstr(out.data, "\n<details>"), *end = strstr(out.data, "\n</details>");
  ck_assert(begin != NULL && end != NULL && begin < end);
  for (char *line = strstr(begin, "\n\n") + 2; line < end; line = strchr(line, '\n') + 1)
    ck_assert(*line == '\n' || strncmp(line, "    ", 4) == 0);
  memset(begin + 1, '-', (size_t)(end - begin - 1));
  ck_assert_ptr_null(strstr(out.data, "<b>"));
  ck_assert_ptr_null(strstr(out.data, " [1]"));
  ck_assert_ptr_nonnull(strstr(out.data, "`d'\\|'<i>x.trace`"));
  /* Every row of a table has as many cells as its head. */
  unsigned cells = 0;
  for (const char *line = out.data; *line != '\0'; line = strchr(line, '\n') + 1) {
    unsigned bars = 0;
    for (const char *at = line; *at != '\n'; at++) bars += *at == '|' && at[-1] != '\\';
    if (*line != '|') bars = 0;
    ck_assert(cells == 0 || bars == 0 || bars == cells);
    cells = bars;
  }
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

static void fingerprints_of(const cr_conformance *c, char prints[2][40]) {
  cr_buf out = {0};
  cr_conform_sarif(c, &out);
  json_t *root = json_loadb(out.data, out.len, 0, NULL);
  json_t *results = json_object_get(json_array_get(json_object_get(root, "runs"), 0), "results");
  for (size_t i = 0; i < 2; i++) {
    const char *print = NULL;
    ck_assert_int_eq(json_unpack(json_array_get(results, i), "{s:{s:s}}", "partialFingerprints",
                                 "primaryLocationLineHash", &print),
                     0);
    snprintf(prints[i], sizeof prints[i], "%s", print);
  }
  json_decref(root);
  cr_buf_free(&out);
}

/* Else each build of a DLL would close all alerts and open them again. */
START_TEST(sarif__another_build__same_fingerprints) {
  fixture *f = fixture_new(10);
  char one[2][40], other[2][40];
  f->trace.subject = (cr_subject){.kind = CR_SUBJECT_PE, .name = "a.dll", .digest = 1};
  f->crash.subject = f->trace.subject;
  fingerprints_of(&f->c, one);
  f->trace.subject.digest = f->crash.subject.digest = 2;
  fingerprints_of(&f->c, other);
  for (size_t i = 0; i < 2; i++) ck_assert_str_eq(one[i], other[i]);
  ck_assert_str_ne(one[0], one[1]);
  memcpy(f->trace.subject.name, "b.dll", 6);
  fingerprints_of(&f->c, other);
  ck_assert_str_ne(one[0], other[0]);
  fixture_free(f);
}
END_TEST

START_TEST(sarif__every_result__has_a_place_and_a_bounded_flow) {
  fixture *f = fixture_new(3001);
  cr_buf out = {0};
  f->c.baseline = "old";
  f->c.row[cr_conform_row_of(&f->trace.verdict)].change = CR_CONFORM_NEW;
  cr_conform_sarif(&f->c, &out);
  json_t *root = json_loadb(out.data, out.len, 0, NULL);
  ck_assert_ptr_nonnull(root);
  json_t *run = json_array_get(json_object_get(root, "runs"), 0), *result;
  json_t *rules = json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules");
  size_t i;
  ck_assert_uint_eq(json_array_size(json_object_get(run, "results")), 2);
  json_array_foreach(json_object_get(run, "results"), i, result) {
    const char *uri = NULL, *id = NULL,
               *rule = json_string_value(json_object_get(result, "ruleId"));
    int line = 0, index = -1;
    json_t *flow;
    ck_assert_int_eq(
        json_unpack(result, "{s:[{s:{s:{s:s}, s:{s:i}}}], s:i, s:[{s:[{s:o}]}]}", "locations",
                    "physicalLocation", "artifactLocation", "uri", &uri, "region", "startLine",
                    &line, "ruleIndex", &index, "codeFlows", "threadFlows", "locations", &flow),
        0);
    ck_assert_uint_le(json_array_size(flow), 1000);
    /* Every number that the message points to is the id of a related place. */
    const char *message =
        json_string_value(json_object_get(json_object_get(result, "message"), "text"));
    json_t *related = json_object_get(result, "relatedLocations");
    for (size_t k = 1; k <= json_array_size(related); k++) {
      char link[16];
      snprintf(link, sizeof link, "](%zu)", k);
      ck_assert_ptr_nonnull(strstr(message, link));
      ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(related, k - 1), "id")),
                       (json_int_t)k);
    }
    ck_assert(json_is_array(related));
    ck_assert_int_eq(json_unpack(json_array_get(rules, (size_t)index), "{s:s}", "id", &id), 0);
    ck_assert_str_eq(rule, id);
    ck_assert_str_eq(uri, i == 0 ? "sub%20folder/%C3%A9%231%3F%25%3A%5Bt%5D.trace" : "d/c.trace");
    /* The line is that of the step in the file as it is written. */
    cr_buf text = {0};
    char begin[16];
    const char *at;
    cr_trace_write(f->finding[i].trace, &text);
    at = text.data;
    for (int n = 1; n < line; n++) at = strchr(at, '\n') + 1;
    uint32_t step = f->finding[i].trace->verdict.step;
    snprintf(begin, sizeof begin, "%u ", step == 0 ? 3001 : step);
    ck_assert_int_eq(strncmp(at, begin, strlen(begin)), 0);
    cr_buf_free(&text);
    ck_assert_str_eq(json_string_value(json_object_get(result, "baselineState")),
                     i == 0 ? "new" : "unchanged");
  }
  json_decref(root);
  f->finding[0].file = ""; /* without a place it is left out: the whole file would be refused */
  cr_buf_clear(&out);
  cr_conform_sarif(&f->c, &out);
  root = json_loadb(out.data, out.len, 0, NULL);
  run = json_array_get(json_object_get(root, "runs"), 0);
  ck_assert_uint_eq(json_array_size(json_object_get(run, "results")), 1);
  json_decref(root);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(junit__hostile__is_well_formed_and_counts_what_counts) {
  fixture *f = fixture_new(30);
  cr_buf out = {0};
  cr_conform_junit(&f->c, &out);
  xmlDocPtr doc = xmlReadMemory(out.data, (int)out.len, "x", NULL, XML_PARSE_NONET);
  ck_assert_ptr_nonnull(doc);
  xmlChar *failures = xmlGetProp(xmlDocGetRootElement(doc), BAD_CAST "failures");
  ck_assert_str_eq((const char *)failures, "2"); /* the warning is none */
  xmlFree(failures);
  xmlFreeDoc(doc);
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

/* Paths are the only thing that may be longer: cut they could not be opened. */
START_TEST(table__any_width__fits) {
  fixture *f = fixture_new(30);
  for (unsigned width = 40; width < 200; width += 7) {
    cr_buf out = {0};
    cr_conform_table(&f->c, width, false, true, &out);
    ck_assert_ptr_null(strchr(out.data, '\033'));
    for (char *line = strtok(out.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
      ck_assert_msg(strlen(line) <= (width < 60 ? 60 : width), "%u: %s", width, line);
    cr_buf_free(&out);
  }
  cr_buf out = {0};
  cr_conform_table(&f->c, 80, true, false, &out);
  ck_assert_ptr_nonnull(strchr(out.data, '\033'));
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(file_version__of_a_pe_file__is_found) {
  static const unsigned char head[] = "MZ and so on V";
  static const unsigned char key[] = "V\0S\0_\0V\0E\0R\0S\0I\0O\0N\0_\0I\0N\0F\0O\0";
  static const unsigned char info[] = {0, 0,    0xBD, 4, 0xEF, 0xFE, 0, 0, 1, 0, 2, 0, 6,
                                       0, 0x11, 0,    0, 0x30, 0,    0, 0, 0, 0, 0, 0};
  cr_buf file = {0}, version = {0};
  cr_buf_add(&file, head, sizeof head);
  cr_conform_file_version(file.data, file.len, &version);
  ck_assert_uint_eq(version.len, 0);
  cr_buf_add(&file, key, sizeof key);
  cr_buf_add(&file, info, sizeof info);
  cr_conform_file_version(file.data, file.len, &version);
  ck_assert_str_eq(version.data, "6.2.12288.17");
  cr_buf_clear(&version);
  file.data[0] = 0x7F;
  cr_conform_file_version(file.data, file.len, &version);
  for (size_t n = 0; n < file.len; n++) cr_conform_file_version(file.data, n, &version);
  ck_assert_uint_eq(version.len, 0);
  cr_buf_free(&file);
  cr_buf_free(&version);
}
END_TEST

/* Without --all there is room for the prompt, however much is wrong. */
START_TEST(table__much_to_say__fits_a_screen) {
  fixture *f = fixture_new(30);
  cr_conform_scenario runs[12];
  cr_buf out = {0};
  unsigned lines = 0;
  for (size_t i = 0; i < CR_ARRAY_LEN(runs); i++) runs[i] = f->runs;
  f->c.scenario = runs;
  f->c.scenarios_count = CR_ARRAY_LEN(runs);
  f->c.note = "something unusual";
  f->c.baseline = _i == 0 ? NULL : "old";
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    cr_conform_row *row = &f->c.row[i];
    *row = (cr_conform_row){.counts = true, .why = cr_conform_id(i)};
    row->verdict = (uint8_t)(CR_CONFORM_VIOLATED + i % 4);
    row->change = (uint8_t)(i % (CR_CONFORM_GONE + 1));
    if (row->verdict == CR_CONFORM_VIOLATED) row->finding = &f->finding[0];
  }
  cr_conform_table(&f->c, 80, false, false, &out);
  for (const char *p = out.data; *p != '\0'; p++) lines += *p == '\n';
  ck_assert_uint_le(lines, 23);
  ck_assert_ptr_nonnull(strstr(out.data, "more (--all)"));
  cr_buf_free(&out);
  fixture_free(f);
}
END_TEST

START_TEST(status__baseline_and_bounds__decide) {
  fixture *f = fixture_new(30);
  unsigned error = cr_conform_row_of(&f->trace.verdict);
  unsigned crash = cr_conform_row_of(&f->crash.verdict);
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_SAFETY);
  f->c.row[error].verdict = CR_CONFORM_HELD;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_CRASH);
  f->c.baseline = "old";
  f->c.row[crash].change = CR_CONFORM_UNCHANGED;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_OK);
  f->c.row[crash].change = CR_CONFORM_NEW;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_CRASH);
  f->c.row[crash].verdict = CR_CONFORM_HELD;
  f->runs.exhausted = false;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_BOUNDED);
  f->runs.partial = true;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_OK);
  f->c.stopped = true;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_BOUNDED);
  f->c.nondeterministic = true;
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_NONDET);
  f->c.row[crash].verdict = CR_CONFORM_VIOLATED; /* what was seen was seen */
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_CRASH);
  f->c.row[crash].verdict = CR_CONFORM_HELD;
  f->c.nondeterministic = false;
  f->c.refused = "no";
  ck_assert_int_eq(cr_conform_exit(&f->c), CR_EXIT_NONDET);
  fixture_free(f);
}
END_TEST

START_TEST(ids__every_row__is_found_again) {
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    ck_assert_uint_eq(cr_conform_by_id(cr_conform_id(i)), i);
  ck_assert_uint_eq(cr_conform_by_id("hangs"), CR_CLAUSE_COUNT + CR_VERDICT_HANGS);
  ck_assert_uint_eq(cr_conform_by_id("conforms"), CR_CONFORM_ROWS);
  ck_assert_uint_eq(cr_conform_by_id(""), CR_CONFORM_ROWS);
}
END_TEST

/* Everything of the fixture into files of a folder, for programs that read such files. */
static int write_files(const char *folder) {
  static const struct {
    const char *name;
    writer *write;
  } files[] = {{"json", cr_conform_json}, {"ndjson", events},          {"sarif", cr_conform_sarif},
               {"xml", cr_conform_junit}, {"md", cr_conform_markdown}, {"html", cr_conform_html}};
  fixture *f = fixture_new(30);
  cr_err err = CR_OK;
  for (size_t i = 0; err == CR_OK && i < CR_ARRAY_LEN(files); i++) {
    cr_errinfo info;
    cr_buf out = {0}, path = {0};
    cr_buf_printf(&path, "%s/hostile.%s", folder, files[i].name);
    files[i].write(&f->c, &out);
    err = cr_file_write(path.data, out.data, out.len, &info);
    cr_buf_free(&out);
    cr_buf_free(&path);
  }
  fixture_free(f);
  return err == CR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  if (argc > 1) return write_files(argv[1]);
  Suite *suite = suite_create("conformance");
  TCase *tests = tcase_create("conformance");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, writers__twice__give_the_same_bytes, 0, WRITERS);
  tcase_add_loop_test(tests, writers__hostile__give_text, 0, WRITERS);
  tcase_add_test(tests, markdown__hostile__has_no_markup_of_others);
  tcase_add_test(tests, sarif__another_build__same_fingerprints);
  tcase_add_test(tests, sarif__every_result__has_a_place_and_a_bounded_flow);
  tcase_add_test(tests, junit__hostile__is_well_formed_and_counts_what_counts);
  tcase_add_test(tests, table__any_width__fits);
  tcase_add_test(tests, file_version__of_a_pe_file__is_found);
  tcase_add_loop_test(tests, table__much_to_say__fits_a_screen, 0, 2);
  tcase_add_test(tests, status__baseline_and_bounds__decide);
  tcase_add_test(tests, ids__every_row__is_found_again);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  xmlCleanupParser();
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
