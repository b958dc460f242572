/* test_trace.c - the text form: written and read back to the same bytes; anything else refused with
 * file, line and reason. */
#include <stdio.h>
#include <string.h>

#include "suites.h"

static void random_trace(uint64_t seed, const char *name, cr_mutant mutant, cr_trace *trace) {
  cr_scenario scenario;
  cr_subject subject = {.kind = mutant == CR_MUTANT_NONE ? CR_SUBJECT_REFERENCE : CR_SUBJECT_MUTANT,
                        .mutant = (uint32_t)mutant};
  load_scenario(name, &scenario);
  cr_model *model = cr_model_new(&scenario, &subject, NULL);
  uint8_t bytes[200];
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)cr_rng_next(&rng);
  cr_trace_init(trace, &scenario, &subject);
  cr_choices_run(model, bytes, sizeof bytes, 200, trace, NULL, NULL);
  cr_model_free(model);
}

static void round_trip(const cr_trace *trace) {
  cr_buf first = {0}, second = {0};
  cr_trace back = {0};
  cr_errinfo info = {{0}};
  ck_assert_uint_eq(cr_trace_write_digested(trace, &second), cr_trace_behaviour_digest(trace));
  cr_trace_write(trace, &first);
  ck_assert_str_eq(first.data, second.data);
  cr_buf_clear(&second);
  ck_assert_msg(cr_trace_read(first.data, first.len, "t", &back, &info) == CR_OK, "%s\n%s",
                info.text, first.data);
  cr_trace_write(&back, &second);
  ck_assert_str_eq(first.data, second.data);
  ck_assert_uint_eq(cr_trace_behaviour_digest(trace), cr_trace_behaviour_digest(&back));
  ck_assert_uint_eq(cr_trace_signature(trace), cr_trace_signature(&back));
  cr_buf_free(&first);
  cr_buf_free(&second);
  cr_trace_free(&back);
}

START_TEST(trace__random_runs__round_trip) {
  static const char *const names[] = {"disk-basic", "disk-admin", "disk-small", "two-disks"};
  for (uint64_t seed = 0; seed < 200; seed++) {
    cr_trace trace = {0};
    cr_mutant mutant = (cr_mutant)(seed % CR_MUTANT_COUNT);
    random_trace(seed, names[seed % CR_ARRAY_LEN(names)], mutant, &trace);
    round_trip(&trace);
    cr_trace_free(&trace);
  }
}
END_TEST

/* Every kind of event, every field at its edges. */
START_TEST(trace__random_events__round_trip) {
  cr_scenario scenario;
  cr_subject subject = {.kind = CR_SUBJECT_PE, .name = "a b.dll", .digest = 0x0123456789abcdefu};
  cr_trace trace = {0};
  cr_rng rng;
  load_scenario("two-disks", &scenario);
  cr_trace_init(&trace, &scenario, &subject);
  cr_rng_seed(&rng, 7);
  for (unsigned i = 0; i < 5000; i++) {
    cr_event e = {
        .kind = (uint8_t)(1 + cr_rng_below(&rng, CR_EV_COUNT - 1)),
        .role = (uint8_t)(1 + cr_rng_below(&rng, CR_ROLE_COUNT - 1)),
        .handle = (uint8_t)(cr_rng_below(&rng, 2) ? cr_rng_below(&rng, 32) : CR_NO_HANDLE),
        .cause = (uint8_t)cr_rng_below(&rng, CR_CAUSE_COUNT),
        .effects = (uint8_t)cr_rng_below(&rng, 1u << CR_FX_COUNT),
        .object = (uint8_t)cr_rng_below(&rng, 2)};
    const cr_event_row *row = cr_event_row_of(e.kind);
    if (e.role == CR_ROLE_EP || e.role == CR_ROLE_TERM || e.role == CR_ROLE_WORKER)
      e.who = (uint8_t)cr_rng_below(&rng, 2);
    if (e.role == CR_ROLE_WORKER) e.lane = (uint8_t)cr_rng_below(&rng, 255);
    if (row->value != CR_FIELD_NONE) e.value = cr_rng_below(&rng, 300);
    if (row->extra == CR_FIELD_ACCESS) e.extra = cr_rng_below(&rng, 32);
    if (row->extra == CR_FIELD_CHECKPOINT) e.extra = (uint32_t)cr_rng_next(&rng);
    if (row->result != CR_FIELD_NONE)
      e.result = cr_rng_below(&rng, 2) ? 0 : (uint32_t)cr_rng_next(&rng);
    cr_trace_push(&trace, &e, cr_rng_below(&rng, 2) ? cr_rng_next(&rng) | 1 : 0);
  }
  for (uint8_t kind = 0; kind < CR_VERDICT_COUNT; kind++) {
    trace.verdict =
        (cr_verdict){.kind = kind,
                     .clause = kind == CR_VERDICT_VIOLATES ? (cr_clause)3 : CR_CLAUSE_COUNT,
                     .step = kind == CR_VERDICT_CONFORMS ? 0 : 17,
                     .note = "left at step 3"};
    round_trip(&trace);
  }
  cr_trace_free(&trace);
}
END_TEST

START_TEST(trace__a_hostile_note_or_name__is_read_again_as_one_text) {
  cr_subject subject = {.kind = CR_SUBJECT_NATIVE, .name = "a\"b\nc.dll", .digest = 5};
  cr_scenario scenario;
  cr_trace trace = {0}, again = {0};
  cr_buf text = {0};
  cr_errinfo info;
  load_scenario("disk-basic", &scenario);
  cr_trace_init(&trace, &scenario, &subject);
  trace.verdict = (cr_verdict){.kind = CR_VERDICT_CRASHES,
                               .clause = CR_CLAUSE_COUNT,
                               .note = "in \"x\"\nverdict conforms # no"};
  round_trip(&trace);
  cr_trace_write(&trace, &text);
  ck_assert_msg(cr_trace_read(text.data, text.len, "t", &again, &info) == CR_OK, "%s", info.text);
  ck_assert_str_eq(again.subject.name, "a'b c.dll");
  ck_assert_str_eq(again.verdict.note, "in 'x' verdict conforms # no");
  cr_buf_free(&text);
  cr_trace_free(&trace);
  cr_trace_free(&again);
}
END_TEST

START_TEST(trace__two_of_one_schedule__part_at_their_first_difference) {
  cr_trace one = {0}, other = {0};
  cr_buf text = {0};
  cr_event call = {
      .kind = CR_EV_CALL, .role = CR_ROLE_MONITOR, .value = CR_EP_STARTUP, .handle = CR_NO_HANDLE};
  cr_event ret = {
      .kind = CR_EV_RET, .role = CR_ROLE_EP, .value = CR_EP_STARTUP, .handle = CR_NO_HANDLE};
  cr_trace_push(&one, &call, 0);
  cr_trace_push(&other, &call, 0);
  cr_trace_push(&one, &ret, 0);
  one.scenario.resources_count = other.scenario.resources_count = 1;
  snprintf(one.scenario.resource[0].name, sizeof one.scenario.resource[0].name, "disk0");
  other.scenario = one.scenario;
  other.verdict.kind = CR_VERDICT_HANGS;
  cr_trace_write_parting(&one, &other, &text);
  ck_assert_str_eq(text.data,
                   "from step 2 on: once disk0.ep ret disk0 Startup -> 0, once it hangs");
  ret.result = 5;
  cr_trace_push(&other, &ret, 0);
  cr_buf_clear(&text);
  cr_trace_write_parting(&one, &other, &text);
  ck_assert_str_eq(text.data,
                   "from step 2 on: once disk0.ep ret disk0 Startup -> 0, "
                   "once disk0.ep ret disk0 Startup -> 5");
  cr_buf_free(&text);
  cr_trace_free(&one);
  cr_trace_free(&other);
}
END_TEST

static const char good[] =
    "clusrace-trace 1\n"
    "contract 0123456789abcdef\n"
    "scenario s DIGESTDIGESTDIGE\n"
    "  clusrace-scenario 1\n"
    "  name s\n"
    "  volume vol0 letter V state offline detach cleanup\n"
    "  resource disk0 type \"T\" volume vol0\n"
    "  option pending\n"
    "subject reference\n"
    "1 monitor call disk0 Startup @00000000000000aa\n"
    "2 disk0.ep openv vol0 h3 rw/rw -> 0 +raw\n"
    "verdict conforms\n";

/* What is replaced in the good text, by what, and what the refusal must say. */
static const struct {
  const char *from, *to, *says;
} broken[] = {
    {"clusrace-trace 1", "clusrace-trace 2", "t:1: trace format 2"},
    {"clusrace-trace 1", "something else", "t:1: not a trace"},
    {"contract 0123456789abcdef", "contract 0123", "t:2: expected `contract`"},
    {"contract 0123456789abcdef", "contract 0123456789ABCDEF", "t:2: expected `contract`"},
    {"scenario s ", "scenario s-", "t:3: expected `scenario NAME`"},
    {"  name s", "  name other", "t:3: the scenario below"},
    {"  option pending", "  option nothing", "t:8: there is no option"},
    {"  option pending", "  option pending\n  budget online 16", "t:9: \"16\" is no number"},
    {"subject reference", "subject mutant nobody", "t:9: \"nobody\" is no known mutant"},
    {"subject reference", "subject pe", "t:9: the line ends where file name"},
    {"subject reference", "1 monitor call disk0 Startup", "t:9: expected `subject`"},
    {"1 monitor", "2 monitor", "t:10: step 2 follows step 0"},
    {"1 monitor", "nobody did", "t:10: \"nobody\" begins neither"},
    {"1 monitor", "1 nobody", "t:10: \"nobody\" is no actor"},
    {"call disk0", "shout disk0", "t:10: \"shout\" is no kind of event"},
    {"call disk0", "call disk9", "t:10: \"disk9\" is no resource"},
    {"Startup", "Shutdown", "t:10: \"Shutdown\" is no value"},
    {"Startup", "1", "t:10: \"1\" is no value"},
    {"@00000000000000aa", "@aa", "t:10: \"@aa\" is no state digest"},
    {"rw/rw", "wr/rw", "t:11: \"wr/rw\" is no access"},
    {"-> 0", "0", "t:11: \"0\" is no `->`"},
    {"-> 0", "-> -1", "t:11: \"-1\" is no result"},
    {"-> 0", "-> 4294967296", "t:11: \"4294967296\" is no result"},
    {"-> 0", "-> 21 (boredom)", "t:11: \"(boredom)\" is no cause"},
    {"+raw", "+rain", "t:11: \"+rain\" is no effect"},
    {"+raw", "+raw +mount", "t:11: \"+mount\" is no effect"},
    {"+raw", "+raw more", "t:11: \"more\" is no part of this step"},
    {"verdict conforms\n", "", "t:11: the trace ends without a verdict"},
    {"verdict conforms", "verdict pleases", "t:12: \"pleases\" is no verdict"},
    {"verdict conforms", "verdict violates RM-NONE-01 at 1", "t:12: \"RM-NONE-01\" is no clause"},
    {"verdict conforms", "verdict violates RM-LOAD-01 at 3", "t:12: \"3\" is no number of a step"},
    {"verdict conforms", "verdict violates RM-LOAD-01", "t:12: the verdict names no step"},
    {"verdict conforms\n", "verdict conforms\n3 monitor", "t:13: text after the verdict"},
    {"rw/rw", "r\001/rw", "t:11: control character"},
    {"\"T\"", "\"T", "a quoted word is not closed"},
};

/* text with the first `from` replaced by `to`. */
static void substitute(const char *text, const char *from, const char *to, cr_buf *out) {
  const char *at = strstr(text, from);
  ck_assert_msg(at != NULL, "\"%s\" does not occur", from);
  cr_buf_clear(out);
  cr_buf_add(out, text, (size_t)(at - text));
  cr_buf_puts(out, to);
  cr_buf_puts(out, at + strlen(from));
}

/* The good text with the right digest of its scenario. */
static void good_text(cr_buf *out) {
  cr_scenario scenario;
  cr_errinfo info;
  char digest[17];
  static const char alone[] =
      "clusrace-scenario 1\nname s\nvolume vol0 letter V state offline detach cleanup\n"
      "resource disk0 type \"T\" volume vol0\noption pending\n";
  ck_assert_int_eq(cr_scenario_parse(alone, strlen(alone), "s", 1, &scenario, &info), CR_OK);
  snprintf(digest, sizeof digest, "%016llx", (unsigned long long)scenario.digest);
  substitute(good, "DIGESTDIGESTDIGE", digest, out);
}

START_TEST(trace__good_text__is_read) {
  cr_buf text = {0};
  cr_trace trace = {0};
  cr_errinfo info = {{0}};
  good_text(&text);
  ck_assert_msg(cr_trace_read(text.data, text.len, "t", &trace, &info) == CR_OK, "%s", info.text);
  ck_assert_uint_eq(trace.steps_count, 2);
  ck_assert_uint_eq(trace.steps[0].after, 0xaa);
  ck_assert_uint_eq(trace.steps[1].event.handle, 3);
  ck_assert_uint_eq(trace.steps[1].event.effects, CR_FX_RAW);
  ck_assert_int_eq(trace.verdict.kind, CR_VERDICT_CONFORMS);
  ck_assert(!cr_trace_current(&trace));
  cr_trace_free(&trace);
  cr_buf_free(&text);
}
END_TEST

START_TEST(trace__broken_text__is_refused_by_line) {
  cr_buf text = {0}, worse = {0};
  cr_trace trace = {0};
  cr_errinfo info = {{0}};
  good_text(&text);
  substitute(text.data, broken[_i].from, broken[_i].to, &worse);
  cr_err err = cr_trace_read(worse.data, worse.len, "t", &trace, &info);
  ck_assert_msg(err == CR_ERR_INPUT, "accepted: %s", worse.data);
  ck_assert_msg(strstr(info.text, broken[_i].says) != NULL, "said \"%s\", not \"%s\"", info.text,
                broken[_i].says);
  ck_assert_ptr_null(trace.steps);
  cr_buf_free(&text);
  cr_buf_free(&worse);
}
END_TEST

/* No prefix of a file is a file, and no flipped bit crashes the reader. */
START_TEST(trace__damaged_text__never_passes_as_whole) {
  cr_buf text = {0};
  cr_trace trace = {0};
  cr_errinfo info;
  good_text(&text);
  for (size_t n = 0; n + 1 < text.len; n++)
    ck_assert_int_eq(cr_trace_read(text.data, n, "t", &trace, &info),
                     n + strlen("s\n") > text.len ? CR_OK : CR_ERR_INPUT);
  for (size_t i = 0; i < text.len; i++)
    for (unsigned bit = 0; bit < 8; bit++) {
      text.data[i] = (char)(text.data[i] ^ (1 << bit));
      if (cr_trace_read(text.data, text.len, "t", &trace, &info) == CR_OK) round_trip(&trace);
      text.data[i] = (char)(text.data[i] ^ (1 << bit));
    }
  cr_trace_free(&trace);
  cr_buf_free(&text);
}
END_TEST

Suite *cr_suite_trace(void) {
  Suite *suite = suite_create("trace");
  TCase *tcase = tcase_create("trace");
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, trace__random_runs__round_trip);
  tcase_add_test(tcase, trace__random_events__round_trip);
  tcase_add_test(tcase, trace__a_hostile_note_or_name__is_read_again_as_one_text);
  tcase_add_test(tcase, trace__two_of_one_schedule__part_at_their_first_difference);
  tcase_add_test(tcase, trace__good_text__is_read);
  tcase_add_loop_test(tcase, trace__broken_text__is_refused_by_line, 0, CR_ARRAY_LEN(broken));
  tcase_add_test(tcase, trace__damaged_text__never_passes_as_whole);
  suite_add_tcase(suite, tcase);
  return suite;
}
