/* test_scenario.c - scenario files: defaults, canonical text, and refusals by line. */
#include <string.h>

#include "suites.h"

static const char good[] =
    "clusrace-scenario 1\n"
    "# a comment\n"
    "name mine\n"
    "about Words: any, even \"quoted\" ones.\n"
    "volume v0 letter X\n"
    "resource r0 volume v0   # manages it\n"
    "app a0 volume v0\n"
    "option sync app-file\n"
    "budget online 3\n";

START_TEST(scenario__good_text__has_values_and_defaults) {
  cr_scenario s;
  cr_errinfo info = {{0}};
  ck_assert_msg(cr_scenario_parse(good, strlen(good), "f", 1, &s, &info) == CR_OK, "%s", info.text);
  ck_assert_str_eq(s.name, "mine");
  ck_assert_str_eq(s.about, "Words: any, even \"quoted\" ones.");
  ck_assert_uint_eq(s.volume[0].off, 1);
  ck_assert_int_eq(s.volume[0].letter, 'X');
  ck_assert_str_eq(s.resource[0].type, "Clusrace Disk");
  ck_assert_uint_eq(s.resource[0].volume, 0);
  ck_assert_uint_eq(s.budget[CR_BUDGET_ONLINE], 3);
  ck_assert_uint_eq(s.budget[CR_BUDGET_OFFLINE], 1);
  ck_assert(s.option[CR_OPTION_SYNC] && s.option[CR_OPTION_APP_FILE]);
  ck_assert(!s.option[CR_OPTION_PENDING]);
}
END_TEST

START_TEST(scenario__written__reads_back_to_the_same_bytes) {
  cr_scenario s, back;
  cr_errinfo info;
  cr_buf first = {0}, second = {0};
  ck_assert_int_eq(cr_scenario_parse(good, strlen(good), "f", 1, &s, &info), CR_OK);
  cr_scenario_write(&s, "", &first);
  ck_assert_int_eq(cr_scenario_parse(first.data, first.len, "f", 1, &back, &info), CR_OK);
  cr_scenario_write(&back, "", &second);
  ck_assert_str_eq(first.data, second.data);
  ck_assert_uint_eq(s.digest, back.digest);
  ck_assert_mem_eq(&s, &back, sizeof s);
  cr_buf_free(&first);
  cr_buf_free(&second);
}
END_TEST

START_TEST(scenario__digest__tells_all_but_about) {
  cr_scenario s, other;
  cr_errinfo info;
  cr_buf text = {0};
  ck_assert_int_eq(cr_scenario_parse(good, strlen(good), "f", 1, &s, &info), CR_OK);
  cr_buf_puts(&text, good);
  memcpy(strstr(text.data, "Words"), "Words", 5);
  strstr(text.data, "Words")[0] = 'w';
  ck_assert_int_eq(cr_scenario_parse(text.data, text.len, "f", 1, &other, &info), CR_OK);
  ck_assert_uint_eq(s.digest, other.digest);
  strstr(text.data, "online 3")[7] = '4';
  ck_assert_int_eq(cr_scenario_parse(text.data, text.len, "f", 1, &other, &info), CR_OK);
  ck_assert_uint_ne(s.digest, other.digest);
  cr_buf_free(&text);
}
END_TEST

#define STACK_BEGIN \
  "clusrace-scenario 1\nname x\nvolume v letter V\napp a volume v\noption sync\npart stack\n"
#define STACK STACK_BEGIN "resource r\n"
#define STACK_WITH_DISK STACK_BEGIN "resource r volume v\n"

static const struct {
  const char *text, *says;
} broken[] = {
    {"", "f:1: not a scenario"},
    {"hello\n", "f:1: not a scenario"},
    {"clusrace-scenario 2\n", "f:1: scenario format 2"},
    {"clusrace-scenario 1\noption sync\nresource r\n", "no name"},
    {"clusrace-scenario 1\nname n\noption sync\n", "no resource"},
    {"clusrace-scenario 1\nname n\nresource r\n", "operations could never end"},
    {"clusrace-scenario 1\nname a/b\n", "f:2: expected `name NAME`"},
    {"clusrace-scenario 1\nresource r\nresource r\n", "f:3: the name \"r\" is taken"},
    {"clusrace-scenario 1\nresource monitor\n", "f:2: the name \"monitor\" is taken"},
    {"clusrace-scenario 1\nresource r volume v\n", "f:2: there is no volume \"v\""},
    {"clusrace-scenario 1\nresource r colour red\n", "f:2: \"colour\" is not known here"},
    {"clusrace-scenario 1\nvolume v\n", "f:2: a volume needs `letter X`"},
    {"clusrace-scenario 1\nvolume v letter x\n", "f:2: letter needs one of A to Z"},
    {"clusrace-scenario 1\nvolume v letter X\nvolume w letter X\n", "f:3: the letter X is taken"},
    {"clusrace-scenario 1\nvolume v letter X state half\n", "f:2: \"half\" is not known"},
    {"clusrace-scenario 1\nvolume v letter X detach never\n", "f:2: \"never\" is not known"},
    {"clusrace-scenario 1\napp a\n", "f:2: expected `app NAME volume VOLUME`"},
    {"clusrace-scenario 1\nname x\nresource r\noption sync\npart loading nodes\n",
     "goes with no other part"},
    {"clusrace-scenario 1\nname x\nresource r\noption sync live\npart nodes\n",
     "liveness is judged without parts"},
    {"clusrace-scenario 1\nname x\nresource r\noption sync\npart disk\n", "add `volume` and `app`"},
    {"clusrace-scenario 1\nname x\nresource r\noption sync\npart stack\n", "add `volume`"},
    {"clusrace-scenario 1\nname x\nresource a\nresource b\nresource c\noption sync\npart nodes\n",
     "remove a `resource`"},
    {"clusrace-scenario 1\nname x\nvolume v letter V\nresource a volume v\nresource b volume v\n"
     "resource c volume v\nresource d volume v\napp p volume v\napp q volume v\napp t volume v\n"
     "app u volume v\noption sync\npart stack\n",
     "needs 33 handles"},
    {"clusrace-scenario 1\nname x\nvolume v letter V state offline\nresource r\napp a volume v\n"
     "option sync\npart disk\nset disk.story 2\n",
     "f:8: `set disk.story 2` begins with the volume v online; write `state online` there"},
    {"clusrace-scenario 1\nname x\nvolume v letter V state online\nresource r\napp a volume v\n"
     "option sync\npart removal\nset removal.story 3\n",
     "f:8: `set removal.story 3` tells of 2 volumes; add a `volume`"},
    {"clusrace-scenario 1\nname x\nvolume v letter V\nresource r volume v\noption sync\n"
     "part health\n",
     "f:6: part health tells of a service; remove `volume v` from the resource r"},
    {STACK "set stack.story 5\nset stack.notes 1\n", "goes with `set stack.story 8` alone"},
    {STACK "set stack.story 8\nset stack.system 1\n", "remove `set stack.system 1`"},
    {STACK "option app-file\n", "remove the options for programs"},
    {STACK "set stack.story 31\nset stack.tool 1\n", "tells of programs that follow a script"},
    {STACK "resource two\n", "part stack has one resource"},
    {STACK "set stack.story 12\nset stack.tool 1\n", "lets the tool die"},
    {STACK_WITH_DISK "set stack.story 9\n", "takes the volume away"},
    {STACK_WITH_DISK "set stack.csv 1\n", "without a resource that has a volume"},
    {"clusrace-scenario 1\nname x\nvolume v letter V detach once\nresource r\noption sync\n"
     "part nodes\n",
     "f:6: part nodes follows the cache"},
    {"clusrace-scenario 1\nname x\nvolume v letter V\nresource r volume v\napp a volume v\n"
     "option sync app-file\npart nodes\nset nodes.lock-flushes 1\n",
     "f:8: `set nodes.lock-flushes 1` wants a volume that Offline can lock"},
    {"clusrace-scenario 1\nname x\nresource r depends s\n", "there is no resource \"s\" above"},
    {"clusrace-scenario 1\nname x\nresource r\noption sync app-file\n", "but no volume"},
    {"clusrace-scenario 1\nset loading.story 3\n", "loading"},
    {"clusrace-scenario 1\nbudget online many\n",
     "f:2: \"many\" is no number from 0 to 14 or `forever`"},
    {"clusrace-scenario 1\nbudget progress forever\n",
     "f:2: \"forever\" is no number from 0 to 14"},
    {"clusrace-scenario 1\nbudget online 16\n",
     "f:2: \"16\" is no number from 0 to 14 or `forever`"},
    {"clusrace-scenario 1\nbudget online 007\n", "f:2: \"007\" is no number"},
    {"clusrace-scenario 1\nbudget money 1\n", "f:2: there is no budget \"money\""},
    {"clusrace-scenario 1\noption wings\n", "f:2: there is no option \"wings\""},
    {"clusrace-scenario 1\nabout\n", "f:2: about needs a sentence"},
    {"clusrace-scenario 1\nresource a type Disk\"\n", "f:2: a quotation mark inside a word"},
    {"clusrace-scenario 1\nsing\n", "f:2: \"sing\" is not known here"},
    {"clusrace-scenario 1\ns\033[2J\177g\n",
     "f:2: control character at column 2; this must be a text"},
    {"clusrace-scenario 1\nresource a\nresource b\nresource c\nresource d\nresource e\n",
     "f:6: too many objects"},
};

START_TEST(scenario__broken_text__is_refused_by_line) {
  cr_scenario s;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_scenario_parse(broken[_i].text, strlen(broken[_i].text), "f", 1, &s, &info),
                   CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, broken[_i].says) != NULL, "said \"%s\", not \"%s\"", info.text,
                broken[_i].says);
}
END_TEST

/* ---- stories --------------------------------------------------------------------------------- */

static const struct {
  const char *part;
  cr_param param;
} stories[] = {
    {"disk", CR_PARAM_DISK_STORY},         {"removal", CR_PARAM_REMOVAL_STORY},
    {"policy", CR_PARAM_POLICY_STORY},     {"inside", CR_PARAM_INSIDE_STORY},
    {"loading", CR_PARAM_LOADING_STORY},   {"health", CR_PARAM_HEALTH_STORY},
    {"controls", CR_PARAM_CONTROLS_STORY},
};

/* Company of a story: volumes in either state, a resource on one, programs. */
static const char *const company[] = {
    "resource r\n",
    "volume v letter V state online\nresource r volume v\napp a volume v\n",
    "volume v letter V state offline\nresource r\napp a volume v\n",
    "volume v letter V state online detach any\nvolume w letter W state online\nresource r\n"
    "app a volume v\napp b volume w\n",
    "volume v letter V state online\nvolume w letter W state offline\nresource r\n"
    "app b volume w\n",
};

/* Is the scenario accepted? What is accepted the reference passes, whoever goes first. */
static bool tells(const char *text) {
  enum { STEPS = 200, ORDERS = 4 };
  const cr_subject reference = {.kind = CR_SUBJECT_REFERENCE};
  cr_scenario s;
  cr_errinfo info;
  if (cr_scenario_parse(text, strlen(text), "f", 1, &s, &info) != CR_OK) return false;
  cr_model *model = cr_model_new(&s, &reference, NULL);
  for (unsigned order = 0; order < ORDERS; order++) {
    uint8_t choices[STEPS];
    cr_trace trace = {0};
    for (unsigned i = 0; i < STEPS; i++) choices[i] = (uint8_t)(order * (i + order) * 37);
    cr_choices_run(model, choices, sizeof choices, STEPS, &trace, NULL, NULL);
    ck_assert_msg(trace.verdict.kind != CR_VERDICT_VIOLATES, "%s violates %s", text,
                  cr_clause_row_of(trace.verdict.clause)->id);
    cr_trace_free(&trace);
  }
  cr_model_free(model);
  return true;
}

START_TEST(scenario__story_in_any_company__is_refused_or_breaks_no_clause) {
  for (unsigned story = 1; story <= cr_param_max(stories[_i].param); story++) {
    unsigned told = 0;
    for (size_t i = 0; i < CR_ARRAY_LEN(company); i++) {
      cr_buf text = {0};
      cr_buf_printf(&text, "clusrace-scenario 1\nname x\n%soption sync quiet\npart %s\nset %s %u\n",
                    company[i], stories[_i].part, cr_param_name(stories[_i].param), story);
      told += tells(text.data);
      cr_buf_free(&text);
    }
    ck_assert_uint_gt(told, 0);
    ck_assert_uint_lt(told, CR_ARRAY_LEN(company));
  }
}
END_TEST

Suite *cr_suite_scenario(void) {
  Suite *suite = suite_create("scenario");
  TCase *tcase = tcase_create("scenario");
  tcase_add_test(tcase, scenario__good_text__has_values_and_defaults);
  tcase_add_test(tcase, scenario__written__reads_back_to_the_same_bytes);
  tcase_add_test(tcase, scenario__digest__tells_all_but_about);
  tcase_add_loop_test(tcase, scenario__broken_text__is_refused_by_line, 0, CR_ARRAY_LEN(broken));
  tcase_add_loop_test(tcase, scenario__story_in_any_company__is_refused_or_breaks_no_clause, 0,
                      CR_ARRAY_LEN(stories));
  suite_add_tcase(suite, tcase);
  return suite;
}
