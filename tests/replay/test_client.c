/* test_client.c - the controller against hosts that misbehave in every way a DLL can make them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clusrace/frame.h"
#include "clusrace/replay.h"

static char folder[] = "/tmp/clusrace-client.XXXXXX";

/* A file with the headers of a 64-bit DLL, which the fake host takes as its orders. */
static void make_dll(const char *mode, unsigned machine, unsigned characteristics, size_t n,
                     char *path, size_t size) {
  uint8_t bytes[256] = {'M', 'Z'};
  bytes[0x3c] = 0x80;
  memcpy(bytes + 0x80, "PE\0\0", 4);
  bytes[0x84] = (uint8_t)machine;
  bytes[0x85] = (uint8_t)(machine >> 8);
  bytes[0x96] = (uint8_t)characteristics;
  bytes[0x97] = (uint8_t)(characteristics >> 8);
  snprintf(path, size, "%s/%s.dll", folder, mode);
  cr_errinfo info;
  ck_assert_int_eq(cr_file_write(path, bytes, n, &info), CR_OK);
}

static void make_trace(cr_trace *trace) {
  static const char text[] = "clusrace-scenario 1\nname s\nresource disk0\noption pending\n";
  cr_scenario scenario;
  cr_errinfo info;
  cr_subject subject = {.kind = CR_SUBJECT_REFERENCE};
  cr_event call = {
      .kind = CR_EV_CALL, .role = CR_ROLE_MONITOR, .handle = CR_NO_HANDLE, .value = CR_EP_STARTUP};
  ck_assert_int_eq(cr_scenario_parse(text, strlen(text), "s", 1, &scenario, &info), CR_OK);
  cr_trace_init(trace, &scenario, &subject);
  cr_trace_push(trace, &call, 0);
  trace->verdict.kind = CR_VERDICT_CONFORMS;
}

static cr_host *host_for(const char *mode) {
  char path[256];
  cr_host *host;
  cr_errinfo info = {{0}};
  make_dll(mode, 0x8664, 0x2000, 256, path, sizeof path);
  /* Short only where it matters ("slow" takes 480 ms in all): the machine may be busy. */
  bool matters = strcmp(mode, "silent") == 0 || strcmp(mode, "slow") == 0;
  uint32_t timeout = matters ? 400 : 20000;
  cr_host_options options = {
      .host = FAKE_HOST, .dll = path, .wine = "", .step_timeout_ms = timeout};
  ck_assert_msg(cr_host_new(&options, &host, &info) == CR_OK, "%s", info.text);
  return host;
}

static const struct {
  const char *mode;
  cr_verdict_kind verdict;
  const char *note;
  bool confirmed;
} behaviours[] = {
    {"good", CR_VERDICT_CONFORMS, "", true},
    {"slow", CR_VERDICT_CONFORMS, "", true},
    {"deadlock", CR_VERDICT_DEADLOCK, "", true},
    {"chance", CR_VERDICT_INCONCLUSIVE, "two runs of one schedule differ", false},
    {"crash", CR_VERDICT_CRASHES, "ended without an answer", true},
    {"torn", CR_VERDICT_CRASHES, "ended without an answer", true},
    {"garbage", CR_VERDICT_CRASHES, "ended without an answer", true},
    {"silent", CR_VERDICT_HANGS, "no step for longer", true},
    {"refuses", CR_VERDICT_INCONCLUSIVE, "it will not", true},
};

START_TEST(host__of_each_kind__gets_its_verdict) {
  cr_host *host = host_for(behaviours[_i].mode);
  cr_trace trace, observed = {0};
  cr_errinfo info = {{0}};
  bool confirmed = false;
  make_trace(&trace);
  for (unsigned i = 0; i < 2; i++) { /* and it goes on with a fresh host */
    cr_err err = cr_host_replay(host, &trace, 0, &observed, &confirmed, &info);
    ck_assert_msg(err == CR_OK, "%s", info.text);
    ck_assert_int_eq(observed.verdict.kind, behaviours[_i].verdict);
    ck_assert_msg(strstr(observed.verdict.note, behaviours[_i].note) != NULL, "%s",
                  observed.verdict.note);
    ck_assert_int_eq(confirmed, behaviours[_i].confirmed);
    ck_assert_int_eq(observed.subject.kind, CR_SUBJECT_PE);
  }
  if (strcmp(behaviours[_i].mode, "crash") == 0) ck_assert_uint_eq(observed.steps_count, 1);
  cr_host_free(host);
  cr_trace_free(&trace);
  cr_trace_free(&observed);
}
END_TEST

static const struct {
  const char *mode, *says;
} broken[] = {{"contract", "built with another contract"},
              {"protocol", "of another version (protocol 2, not 3)"},
              {"stillborn", "the host does not speak"},
              {"refused", "refuses the trace: not today"}};

START_TEST(host__that_cannot_work__is_an_error) {
  cr_host *host = host_for(broken[_i].mode);
  cr_trace trace, observed = {0};
  cr_errinfo info = {{0}};
  make_trace(&trace);
  ck_assert_int_eq(cr_host_replay(host, &trace, 0, &observed, NULL, &info), CR_ERR_ENVIRONMENT);
  ck_assert_msg(strstr(info.text, broken[_i].says) != NULL, "%s", info.text);
  cr_host_free(host);
  cr_trace_free(&trace);
  cr_trace_free(&observed);
}
END_TEST

/* Ctrl-C after some looks: a host that hangs is not waited for, whatever it was asked. */
static unsigned looks;
static bool soon_interrupted(void) { return ++looks > 3; }

static unsigned elapsed_ms(const struct timespec *since) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (unsigned)((now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000);
}

static cr_host *patient_host_for(const char *mode) {
  char path[256];
  cr_host *host;
  cr_errinfo info = {{0}};
  make_dll(mode, 0x8664, 0x2000, 256, path, sizeof path);
  cr_host_options options = {.host = FAKE_HOST,
                             .dll = path,
                             .wine = "",
                             .step_timeout_ms = 60000,
                             .interrupted = soon_interrupted};
  ck_assert_msg(cr_host_new(&options, &host, &info) == CR_OK, "%s", info.text);
  looks = 0;
  return host;
}

static const char *const hanging[] = {"mute", "silent"}; /* from the start, at its first order */

START_TEST(replay__interrupted__ends_at_once) {
  cr_host *host = patient_host_for(hanging[_i]);
  cr_trace trace, observed = {0};
  cr_errinfo info = {{0}};
  struct timespec begun;
  bool confirmed = true;
  make_trace(&trace);
  clock_gettime(CLOCK_MONOTONIC, &begun);
  ck_assert(!cr_host_interrupted(host));
  ck_assert_int_eq(cr_host_replay(host, &trace, 0, &observed, &confirmed, &info), CR_OK);
  ck_assert_uint_lt(elapsed_ms(&begun), 1000);
  ck_assert(cr_host_interrupted(host));
  ck_assert_int_eq(observed.verdict.kind, CR_VERDICT_INCONCLUSIVE);
  ck_assert_str_eq(observed.verdict.note, "interrupted");
  ck_assert(!confirmed);
  cr_host_free(host);
  cr_trace_free(&trace);
  cr_trace_free(&observed);
}
END_TEST

START_TEST(hunt__interrupted__ends_at_once) {
  cr_host *host = patient_host_for(hanging[_i]);
  cr_trace trace;
  cr_hunt_options options = {.config = {.schedules = 10, .preemptions = CR_SEARCH_UNBOUNDED}};
  cr_hunt_report report;
  cr_errinfo info = {{0}};
  struct timespec begun;
  make_trace(&trace);
  clock_gettime(CLOCK_MONOTONIC, &begun);
  ck_assert_int_eq(cr_host_hunt(host, &trace.scenario, &options, &report, &info), CR_OK);
  ck_assert_uint_lt(elapsed_ms(&begun), 1000);
  ck_assert(report.interrupted && cr_host_interrupted(host));
  ck_assert_uint_eq(report.findings_count + report.unconfirmed + report.lost, 0);
  cr_hunt_report_free(&report);
  cr_host_free(host);
  cr_trace_free(&trace);
}
END_TEST

/* What is left of six calls of which two are needed, and how many replays that takes. */
static const struct {
  const char *mode;
  size_t steps;
  bool minimal, unsure;
  uint32_t replays;
} minimised[] = {{"two", 2, true, false, 11},    /* as it should be */
                 {"mortal", 2, true, false, 11}, /* a process for each replay */
                 {"fickle", 6, false, true, 11}, /* the shorter one does not come again, exactly */
                 {"varies", 5, true, false, 11}, /* with less it is another verdict */
                 {"spoils", 2, true, false, 12}, /* what is left over is no part of it */
                 {"good", 6, false, false, 10}}; /* nothing of it comes again */

static void make_finding(cr_trace *trace) {
  static const uint32_t calls[] = {CR_EP_LOOKS_ALIVE, CR_EP_OPEN, CR_EP_IS_ALIVE, CR_EP_ONLINE,
                                   CR_EP_OFFLINE};
  make_trace(trace);
  for (size_t i = 0; i < CR_ARRAY_LEN(calls); i++) {
    cr_event call = {
        .kind = CR_EV_CALL, .role = CR_ROLE_MONITOR, .handle = CR_NO_HANDLE, .value = calls[i]};
    cr_trace_push(trace, &call, 0);
  }
  trace->verdict = (cr_verdict){.kind = CR_VERDICT_DEADLOCK, .clause = CR_CLAUSE_COUNT, .step = 6};
}

START_TEST(minimise__each_kind_of_host__keeps_what_came_again) {
  cr_host *host = host_for(minimised[_i].mode);
  cr_trace trace, result = {0}, other = {0};
  cr_host_minimise_options options = {.strict = false};
  cr_host_minimised stats, more;
  cr_errinfo info = {{0}};
  make_finding(&trace);
  if (strcmp(minimised[_i].mode, "spoils") == 0) {
    trace.verdict.kind = CR_VERDICT_MISUSES;
    snprintf(trace.verdict.note, sizeof trace.verdict.note, "spoils memory; 1 handle left");
  }
  for (unsigned i = 0; i < 2; i++) {
    cr_trace *to = i == 0 ? &result : &other;
    cr_err err = cr_host_minimise(host, &trace, &options, to, i == 0 ? &stats : &more, &info);
    ck_assert_msg(err == CR_OK, "%s", info.text);
  }
  ck_assert_uint_eq(result.steps_count, minimised[_i].steps);
  ck_assert_int_eq(result.verdict.kind, trace.verdict.kind);
  ck_assert_uint_eq(stats.found_steps, 6);
  ck_assert_int_eq(stats.minimal, minimised[_i].minimal);
  ck_assert_int_eq(stats.unsure, minimised[_i].unsure);
  ck_assert(!stats.stopped);
  ck_assert_uint_eq(stats.replays, minimised[_i].replays);
  ck_assert_uint_eq(stats.replays, more.replays);
  cr_buf a = {0}, b = {0};
  cr_trace_write(&result, &a);
  cr_trace_write(&other, &b);
  ck_assert_str_eq(a.data, b.data);
  cr_buf_free(&a);
  cr_buf_free(&b);
  cr_host_free(host);
  cr_trace_free(&trace);
  cr_trace_free(&result);
  cr_trace_free(&other);
}
END_TEST

static bool three_times(void *context) { return ++*(unsigned *)context <= 3; }

START_TEST(minimise__stopped__is_the_trace_as_it_was) {
  cr_host *host = host_for("two");
  cr_trace trace, result = {0};
  unsigned asked = 0;
  cr_host_minimise_options options = {.go_on = three_times, .context = &asked};
  cr_host_minimised stats;
  cr_errinfo info = {{0}};
  make_finding(&trace);
  ck_assert_int_eq(cr_host_minimise(host, &trace, &options, &result, &stats, &info), CR_OK);
  ck_assert(stats.stopped && !stats.minimal);
  ck_assert_uint_eq(result.steps_count, trace.steps_count);
  trace.verdict.kind = CR_VERDICT_CONFORMS; /* no finding: nothing is run */
  ck_assert_int_eq(cr_host_minimise(host, &trace, &options, &result, &stats, &info), CR_OK);
  ck_assert_uint_eq(stats.replays, 0);
  ck_assert_int_eq(result.verdict.kind, CR_VERDICT_CONFORMS);
  cr_host_free(host);
  cr_trace_free(&trace);
  cr_trace_free(&result);
}
END_TEST

static const struct {
  unsigned machine, characteristics;
  size_t n;
  const char *says;
} files[] = {{0x8664, 0x2000, 10, "is no PE file"},
             {0x8664, 0x2000, 0x90, "cut short"},
             {0x014c, 0x2000, 256, "32-bit"},
             {0xaa64, 0x2000, 256, "another machine"},
             {0x8664, 0x0002, 256, "is a program"}};

START_TEST(dll__of_the_wrong_kind__is_refused) {
  char path[256];
  cr_host *host;
  cr_errinfo info = {{0}};
  make_dll("wrong", files[_i].machine, files[_i].characteristics, files[_i].n, path, sizeof path);
  cr_host_options options = {.host = FAKE_HOST, .dll = path, .wine = ""};
  ck_assert_int_eq(cr_host_new(&options, &host, &info), CR_ERR_INPUT);
  ck_assert_msg(strstr(info.text, files[_i].says) != NULL, "%s", info.text);
  ck_assert_ptr_null(host);
}
END_TEST

static const struct {
  const char *text, *load, *unseen, *remarks;
} hellos[] = {
    {"protocol 3\ncontract 00ff\ndll a.dll 0\nload ok\n", "ok", "", ""},
    {"load a.dll: no\r\nremark one\nremark two\n", "a.dll: no", "", "one; two"},
    {"not-seen  kernel32.dll CreateJob\nnot-seen  b.dll Other\n", "", "CreateJob, Other", ""},
    {"not-seen", "", "", ""}, /* nothing behind it, and nothing before it */
    {"not-seenX\nnot-seen \n\nload", "", "", ""},
    {"load first\nload second\n", "first", "", ""},
};

START_TEST(hello__of_any_form__is_read_as_far_as_it_says_something) {
  cr_hello hello;
  cr_hello_read(hellos[_i].text, strlen(hellos[_i].text), &hello);
  ck_assert_str_eq(hello.load, hellos[_i].load);
  ck_assert_str_eq(hello.unseen, hellos[_i].unseen);
  ck_assert_str_eq(hello.remarks, hellos[_i].remarks);
}
END_TEST

START_TEST(hello__too_long__is_cut) {
  cr_hello hello;
  cr_buf text = {0};
  for (unsigned i = 0; i < 100; i++)
    cr_buf_printf(&text, "not-seen  a.dll Function%u\nremark remark %u\n", i, i);
  cr_hello_read(text.data, text.len, &hello);
  cr_buf_free(&text);
  ck_assert_str_eq(hello.unseen + strlen(hello.unseen) - 5, ", ...");
  ck_assert_uint_eq(strlen(hello.remarks), CR_HELLO_TEXT_MAX - 1);
}
END_TEST

int main(void) {
  if (mkdtemp(folder) == NULL) return 1;
  Suite *suite = suite_create("client");
  TCase *tcase = tcase_create("client");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, host__of_each_kind__gets_its_verdict, 0, CR_ARRAY_LEN(behaviours));
  tcase_add_loop_test(tcase, host__that_cannot_work__is_an_error, 0, CR_ARRAY_LEN(broken));
  tcase_add_loop_test(tcase, replay__interrupted__ends_at_once, 0, CR_ARRAY_LEN(hanging));
  tcase_add_loop_test(tcase, hunt__interrupted__ends_at_once, 0, CR_ARRAY_LEN(hanging));
  tcase_add_loop_test(tcase, minimise__each_kind_of_host__keeps_what_came_again, 0,
                      CR_ARRAY_LEN(minimised));
  tcase_add_test(tcase, minimise__stopped__is_the_trace_as_it_was);
  tcase_add_loop_test(tcase, dll__of_the_wrong_kind__is_refused, 0, CR_ARRAY_LEN(files));
  tcase_add_loop_test(tcase, hello__of_any_form__is_read_as_far_as_it_says_something, 0,
                      CR_ARRAY_LEN(hellos));
  tcase_add_test(tcase, hello__too_long__is_cut);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  cr_buf command = {0};
  cr_buf_printf(&command, "rm -rf %s", folder);
  if (system(command.data) != 0) failed++;
  cr_buf_free(&command);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
