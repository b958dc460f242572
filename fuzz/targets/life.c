/* life.c - see life.h. */
#include "life.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"
#include "prepare.h"

static const char scenario_text[] =
    "clusrace-scenario 1\n"
    "name fuzz-controls\n"
    "resource res0 type \"Clusrace Disk\"\n"
    "option sync control\n";

enum { WATCHDOG_MS = 20000, STEPS_MAX = 3000 };

static struct {
  char path[4096];
  cr_scenario scenario;
  cr_play play;
  bool prepared;
} life;

void cr_life_dll(const char *program, const char *dll) {
  const char *folder = getenv("CLUSRACE_TARGET_DLLS"), *slash = strrchr(program, '/');
  int n = slash == NULL ? 1 : (int)(slash - program);
  if (folder != NULL)
    snprintf(life.path, sizeof life.path, "%s/%s.so", folder, dll);
  else
    snprintf(life.path, sizeof life.path, "%.*s/%s.so", n, slash == NULL ? "." : program, dll);
  /* An engine that forks wants to know all code before that. */
  if (dlopen(life.path, RTLD_NOW | RTLD_LOCAL) == NULL)
    cr_target_fails("%s; it has to lie beside the program", dlerror());
}

/* ---- signals --------------------------------------------------------------------------------- */

/* The engine's handlers, which write the input down, and the host's, which know the DLL's threads:
 * a signal goes to the one whose thread it has met. */
static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
static struct sigaction of_engine[NSIG], of_host[NSIG];

static void on_signal(int number, siginfo_t *info, void *context) {
  const struct sigaction *whose = cr_self() != NULL ? &of_host[number] : &of_engine[number];
  if ((whose->sa_flags & SA_SIGINFO) != 0)
    whose->sa_sigaction(number, info, context);
  else if (whose->sa_handler != SIG_DFL && whose->sa_handler != SIG_IGN)
    whose->sa_handler(number);
  else
    signal(number, SIG_DFL);
}

static void remember_signals(void) {
  for (size_t i = 0; i < CR_ARRAY_LEN(signals); i++)
    sigaction(signals[i], NULL, &of_engine[signals[i]]);
  sigaction(SIGABRT, NULL, &of_engine[SIGABRT]);
}

/* There or not. What AddressSanitizer finds ends the process with its own report, which the engine
 * knows how to take, instead of becoming the DLL's verdict. */
__attribute__((weak)) void __asan_set_error_report_callback(void (*callback)(const char *text));

static void share_signals(void) {
  struct sigaction both = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&both.sa_mask);
  for (size_t i = 0; i < CR_ARRAY_LEN(signals); i++)
    sigaction(signals[i], &both, &of_host[signals[i]]);
  sigaction(SIGABRT, &of_engine[SIGABRT], NULL); /* how a finding ends */
  if (__asan_set_error_report_callback != NULL) __asan_set_error_report_callback(NULL);
}

/* ---- a life ---------------------------------------------------------------------------------- */

static void prepare(void) {
  cr_errinfo info;
  cr_preparation how = {.dll = life.path, .watchdog_ms = WATCHDOG_MS};
  cr_session *s = cr_session_get();
  remember_signals();
  if (cr_scenario_parse(scenario_text, sizeof scenario_text - 1, "built in", 1, &life.scenario,
                        &info) != CR_OK ||
      cr_prepare(s, &how, &info) != CR_OK)
    cr_target_fails("the host cannot begin: %s", info.text);
  share_signals();
  life.prepared = true;
}

/* Threads go on until nobody can any more. */
static void rest(void) {
  cr_sched *sched = &life.play.s->sched;
  for (unsigned i = 0; i < STEPS_MAX && !cr_play_over(&life.play); i++) {
    cr_thread *t = cr_sched_next(sched);
    bool by_time = t == NULL;
    if (by_time) t = cr_sched_first_deadline(sched);
    if (t == NULL) return;
    cr_play_run(&life.play, t, by_time);
  }
  if (!cr_play_over(&life.play)) cr_play_stop(&life.play, CR_VERDICT_HANGS, "not at rest");
}

static void call(cr_entry_point ep) {
  if (cr_play_over(&life.play) || !cr_play_may_call(&life.play, 0, ep)) return;
  cr_session_call(life.play.s, 0, ep);
  rest();
}

bool cr_life_control(const cr_control_given *given, bool of_type) {
  cr_session *s = life.play.s;
  /* Sent as one that has no input and as much room as there is; it is replaced by the given one. */
  cr_event fact = {.extra = CR_DETAIL_SENT,
                   .result = of_type ? CLUSCTL_RESOURCE_TYPE_GET_CHARACTERISTICS
                                     : CLUSCTL_RESOURCE_GET_CHARACTERISTICS};
  unsigned row = cr_control_row_of(&fact);
  if (cr_play_over(&life.play) || !cr_control_possible(s, 0, row)) return false;
  s->controls.given = given;
  cr_control_announce(s, 0, row);
  call(cr_control_entry(s, row));
  s->controls.given = NULL;
  return true;
}

static void judge(void) {
  const cr_trace *seen = &life.play.s->observed;
  cr_buf text = {0};
  if (seen->verdict.kind == CR_VERDICT_CONFORMS) return;
  cr_trace_write(seen, &text);
  fputs(text.data, stderr);
  cr_buf_clear(&text);
  cr_verdict_write(&seen->verdict, &text);
  cr_target_fails("the DLL %s", text.data);
}

void cr_life(void (*ask)(void *context), void *context) {
  if (!life.prepared) prepare();
  cr_play_begin(&life.play, cr_session_get(), &life.scenario, false);
  call(CR_EP_STARTUP);
  call(CR_EP_OPEN);
  ask(context);
  call(CR_EP_CLOSE);
  cr_play_end(&life.play, false);
  judge();
}
