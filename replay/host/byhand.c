/* byhand.c - one replay, hunts, imports; see byhand.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byhand_private.h"
#include "clusrace/frame.h"
#include "follow.h"
#include "hunt.h"
#include "tally.h"

enum { SCENARIO_BYTES_MAX = 256 * 1024, SCHEDULES_AT_A_TIME = 1000 };

/* ---- stopping before a step ------------------------------------------------------------------ */

static void say_threads(const cr_sched *sched) {
  for (unsigned i = 0; i < CR_THREADS_MAX; i++) {
    const cr_thread *t = &sched->thread[i];
    cr_buf text = {0};
    if (t->state == CR_THREAD_FREE) continue;
    cr_thread_name(t, &text);
    cr_buf_printf(&text, " is thread %lu (0x%lx), last seen ", (unsigned long)t->os_id,
                  (unsigned long)t->os_id);
    if (t->site == NULL)
      cr_buf_puts(&text, "at its start");
    else
      cr_address_write(t->site, &text);
    fprintf(stderr, CR_HOST_NAME ":   %s\n", text.data);
    cr_buf_free(&text);
  }
}

#ifdef _WIN32 /* elsewhere: replay/native/byhand_posix.c */

void cr_person_waits(void) {
  char line[8];
  DWORD got = 0;
  if (IsDebuggerPresent()) {
    DebugBreak();
    return;
  }
  HANDLE console = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
  bool own = console != INVALID_HANDLE_VALUE;
  fprintf(stderr, CR_HOST_NAME ": no debugger is attached; process %lu, Enter goes on\n",
          GetCurrentProcessId());
  (void)ReadFile(own ? console : GetStdHandle(STD_INPUT_HANDLE), line, sizeof line, &got, NULL);
  if (own) CloseHandle(console);
}

#endif

static void stop_now(void) {
  cr_session *s = cr_session_get();
  cr_buf text = {0};
  if (s->break_at <= s->break_in->steps_count)
    cr_trace_write_event(&s->break_in->scenario, &s->break_in->steps[s->break_at - 1].event, &text);
  fprintf(stderr, CR_HOST_NAME ": before step %lu%s%s\n", s->break_at, text.len == 0 ? "" : ": ",
          text.len == 0 ? "" : text.data);
  say_threads(&s->sched);
  cr_buf_free(&text);
  cr_person_waits();
}

static void count_step(const cr_event *event) {
  const cr_session *s = cr_session_get();
  (void)event;
  if (s->observed.steps_count + 1 == s->break_at) stop_now();
}

/* ---- one replay ------------------------------------------------------------------------------ */

static cr_err write_out(const cr_byhand *b, const cr_trace *trace, cr_errinfo *info) {
  cr_buf text = {0};
  if (b->out == NULL) return CR_OK;
  cr_trace_write(trace, &text);
  cr_err err = cr_file_write(b->out, text.data, text.len, info);
  cr_buf_free(&text);
  return err;
}

/* Replays it as often as asked for. usable: the process can be used again. */
bool cr_byhand_times(const cr_byhand *b, const cr_trace *input, uint32_t flags, cr_trace *observed,
                     bool *usable) {
  cr_session *s = cr_session_get();
  cr_trace again = {0};
  cr_buf first = {0}, text = {0};
  bool same = true;
  s->break_at = b->break_at;
  s->break_in = input;
  s->crumb = b->break_at != 0 ? count_step : NULL;
  if (b->break_at != 0) s->sched.watchdog_ms = INFINITE; /* people take their time */
  if (b->break_at == 1) stop_now();
  *usable = cr_follow(s, input, flags, observed);
  s->crumb = NULL;
  cr_trace_write(observed, &first);
  for (unsigned long i = 1; i < b->repeat && *usable && same; i++) {
    *usable = cr_follow(s, input, flags, &again);
    cr_buf_clear(&text);
    cr_trace_write(&again, &text);
    same = text.len == first.len && memcmp(text.data, first.data, text.len) == 0;
    if (same) continue;
    cr_buf where = {0};
    cr_trace_write_parting(observed, &again, &where);
    fprintf(stderr, CR_HOST_NAME ": replay %lu differs from the first %s\n", i + 1, where.data);
    cr_buf_free(&where);
  }
  cr_trace_free(&again);
  cr_buf_free(&first);
  cr_buf_free(&text);
  return same;
}

int cr_byhand_replay(const cr_byhand *b) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf file = {0}, text = {0};
  cr_trace input = {0}, observed = {0};
  bool usable;
  cr_err err = cr_file_read(b->trace, CR_TRACE_BYTES_MAX, &file, &info);
  if (err == CR_OK) err = cr_trace_read(file.data, file.len, b->trace, &input, &info);
  if (err != CR_OK) return cr_byhand_fail(err, &info);
  if (b->break_at > input.steps_count + 1) {
    fprintf(stderr, CR_HOST_NAME ": %s has %zu steps, so there is no step %lu\n", b->trace,
            input.steps_count, b->break_at);
    return CR_EXIT_USAGE;
  }
  err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return cr_byhand_cannot_load(b, err, &info);
  bool same = cr_byhand_times(b, &input, b->flags, &observed, &usable);
  int status = same ? (int)cr_verdict_exit(&observed.verdict) : CR_EXIT_NONDET;
  if (b->json) {
    cr_byhand_row(b, cr_path_name(b->trace), &observed, same);
  } else if (b->out == NULL) {
    cr_trace_write(&observed, &text);
    cr_byhand_print(&text);
  } else {
    cr_byhand_row(b, cr_path_name(b->trace), &observed, same);
  }
  err = write_out(b, &observed, &info);
  return err == CR_OK ? status : cr_byhand_fail(err, &info);
}

/* ---- hunts ----------------------------------------------------------------------------------- */

static void print_hunt(const cr_byhand *b, const cr_search *search, const cr_hunt_answer *answer,
                       const cr_trace *found) {
  const cr_search_stats *stats = cr_search_stats_of(search);
  const char *error = answer->error[0] == '\0' ? NULL : answer->error;
  cr_buf verdict = {0}, row = {0}, warnings = {0};
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (cr_clauses_has(&answer->warned, (cr_clause)c))
      cr_buf_printf(&warnings, "%s%s", warnings.len == 0 ? "" : " ",
                    cr_clause_row_of((cr_clause)c)->id);
  bool finding = found->steps_count != 0;
  if (finding) cr_verdict_write(&found->verdict, &verdict);
  const char *outcome = finding         ? verdict.data
                        : error != NULL ? "does not repeat itself"
                                        : "conforms";
  const char *name = cr_session_get()->image.name;
  if (b->json) {
    cr_buf_puts(&row, "{");
    cr_byhand_json_text(&row, "dll", name);
    cr_byhand_json_text(&row, "verdict", outcome);
    cr_byhand_json_number(&row, "schedules", stats->schedules);
    cr_byhand_json_number(&row, "redundant", stats->redundant);
    cr_byhand_json_bool(&row, "exhausted", cr_search_exhausted(search));
    if (error != NULL) cr_byhand_json_text(&row, "differs", error);
    if (finding && b->out != NULL) cr_byhand_json_text(&row, "out", b->out);
    if (warnings.len != 0) cr_byhand_json_text(&row, "warnings", warnings.data);
    cr_byhand_json_image(&row);
    cr_buf_puts(&row, "}\n");
  } else {
    cr_buf_printf(&row, "%s: %s after %llu schedules%s\n", name, outcome,
                  (unsigned long long)stats->schedules,
                  finding                       ? ""
                  : cr_search_exhausted(search) ? ", which are all within the bounds"
                                                : "; there are more");
    if (finding && found->verdict.kind == CR_VERDICT_VIOLATES)
      cr_buf_printf(&row, "  %s\n", cr_clause_row_of(found->verdict.clause)->text);
    if (error != NULL) cr_buf_printf(&row, "  %s\n", error);
    if (warnings.len != 0) cr_buf_printf(&row, "  warnings: %s\n", warnings.data);
    if (finding && b->out != NULL)
      cr_buf_printf(&row, "  " CR_HOST_NAME " replay --dll %s --trace %s --exact\n", b->how.dll,
                    b->out);
  }
  cr_byhand_print(&row);
  cr_buf_free(&row);
  cr_buf_free(&verdict);
  cr_buf_free(&warnings);
}

static void tally_hunt(const cr_byhand *b, cr_tally *tally, const cr_search *search,
                       const cr_hunt_answer *answer, const cr_trace *found) {
  const cr_verdict *v = &found->verdict;
  uint64_t schedules = cr_search_stats_of(search)->schedules;
  bool finding = found->steps_count != 0;
  tally->hunts++;
  tally->schedules += schedules;
  tally->exhausted += cr_search_exhausted(search);
  tally->sampled += b->config.strategy != CR_STRATEGY_SYSTEMATIC;
  tally->unsteady += cr_search_error(search) != NULL;
  tally->verdict[CR_VERDICT_CONFORMS] += schedules - (finding && schedules > 0);
  tally->verdict[v->kind] += finding;
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    tally->held[c] += answer->held[c];
    tally->broken[c] += answer->broken[c];
  }
  if (finding && v->kind == CR_VERDICT_VIOLATES && answer->broken[v->clause] == 0)
    tally->broken[v->clause]++; /* judged at the end of a schedule */
}

int cr_byhand_hunt(const cr_byhand *b) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf file = {0};
  cr_scenario scenario;
  cr_trace found = {0};
  cr_hunt_answer answer = {0};
  cr_tally tally;
  cr_hunt_request *request = cr_alloc(sizeof *request);
  cr_err err = cr_file_read(b->scenario, SCENARIO_BYTES_MAX, &file, &info);
  if (err == CR_OK) err = cr_scenario_parse(file.data, file.len, b->scenario, 1, &scenario, &info);
  for (unsigned p = 0; err == CR_OK && p < CR_PART_COUNT; p++)
    if (scenario.part[p])
      err = cr_fail(&info, CR_ERR_INPUT, "%s: the host does not play the part %s", b->scenario,
                    cr_part_name((cr_part)p));
  if (err != CR_OK) return cr_byhand_fail(err, &info);
  err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return cr_byhand_cannot_load(b, err, &info);
  request->config = b->config;
  if (request->config.budget[CR_COST_FAULT] == CR_SEARCH_UNBOUNDED) /* not given */
    request->config.budget[CR_COST_FAULT] = scenario.budget[CR_BUDGET_FAULT];
  err = cr_tally_begin(b->tally, s, &tally, &info);
  if (err != CR_OK) return cr_byhand_fail(err, &info);
  cr_search *search = cr_search_new(&request->config);
  request->most = SCHEDULES_AT_A_TIME;
  request->strict = (b->flags & CR_REPLAY_STRICT) != 0;
  bool usable = true;
  while (usable && found.steps_count == 0 && !cr_search_over(search) &&
         cr_search_error(search) == NULL)
    usable = cr_hunt_some(s, search, &scenario, request, &answer, &found);
  print_hunt(b, search, &answer, &found);
  int status = found.steps_count != 0            ? (int)cr_verdict_exit(&found.verdict)
               : cr_search_error(search) != NULL ? CR_EXIT_NONDET
               : cr_search_exhausted(search)     ? CR_EXIT_OK
                                                 : CR_EXIT_BOUNDED;
  if (found.steps_count != 0) err = write_out(b, &found, &info);
  tally_hunt(b, &tally, search, &answer, &found);
  if (err == CR_OK) err = cr_tally_end(b->tally, &tally, &info);
  return err == CR_OK ? status : cr_byhand_fail(err, &info);
}

int cr_byhand_imports(const cr_byhand *b) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf text = {0};
  cr_err err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return cr_byhand_fail(err, &info);
  cr_image_imports(&s->image, false, &text);
  cr_byhand_print(&text);
  cr_buf_free(&text);
  return CR_EXIT_OK;
}
