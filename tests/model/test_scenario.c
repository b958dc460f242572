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
    {"clusrace-scenario 1\ns\033[2J\177g\n", "f:2: control character at column 2; this must be a text"},
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

Suite *cr_suite_scenario(void) {
  Suite *suite = suite_create("scenario");
  TCase *tcase = tcase_create("scenario");
  tcase_add_test(tcase, scenario__good_text__has_values_and_defaults);
  tcase_add_test(tcase, scenario__written__reads_back_to_the_same_bytes);
  tcase_add_test(tcase, scenario__digest__tells_all_but_about);
  tcase_add_loop_test(tcase, scenario__broken_text__is_refused_by_line, 0, CR_ARRAY_LEN(broken));
  suite_add_tcase(suite, tcase);
  return suite;
}
