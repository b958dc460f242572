/* byhand.c - see byhand.h. */
#include "byhand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "follow.h"
#include "hunt.h"

enum {
  SUITE_BYTES_MAX = 256 * 1024 * 1024,
  SCENARIO_BYTES_MAX = 256 * 1024,
  SCHEDULES_AT_A_TIME = 1000
};

static int fail(cr_err err, const cr_errinfo *info) {
  fprintf(stderr, CR_HOST_NAME ": %s\n", info->text);
  return err == CR_ERR_INPUT ? CR_EXIT_INPUT : CR_EXIT_ENVIRONMENT;
}

static void print(const cr_buf *text) {
  if (text->len != 0) fwrite(text->data, 1, text->len, stdout);
  fflush(stdout);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_string(cr_buf *out, const char *text) {
  cr_buf_putc(out, '"');
  for (const char *c = text; *c != '\0'; c++) {
    unsigned char u = (unsigned char)*c;
    if (*c == '"' || *c == '\\')
      cr_buf_printf(out, "\\%c", *c);
    else if (u < ' ' || u == 0x7F)
      cr_buf_printf(out, "\\u%04x", u);
    else
      cr_buf_putc(out, *c);
  }
  cr_buf_putc(out, '"');
}

static void json_text(cr_buf *out, const char *key, const char *text) {
  cr_buf_printf(out, "%s\"%s\": ", out->data[out->len - 1] == '{' ? "" : ", ", key);
  json_string(out, text);
}

static void json_number(cr_buf *out, const char *key, unsigned long long number) {
  cr_buf_printf(out, "%s\"%s\": %llu", out->data[out->len - 1] == '{' ? "" : ", ", key, number);
}

static void json_bool(cr_buf *out, const char *key, bool value) {
  cr_buf_printf(out, "%s\"%s\": %s", out->data[out->len - 1] == '{' ? "" : ", ", key,
                value ? "true" : "false");
}

/* What is unusual about the DLL and what nobody simulates, for a report. */
static void json_image(cr_buf *out) {
  const cr_image *image = &cr_session_get()->image;
  cr_buf unseen = {0};
  if (image->remarks.len != 0) json_text(out, "remarks", image->remarks.data);
  if (cr_image_imports(image, true, &unseen) != 0) json_text(out, "not_simulated", unseen.data);
  cr_buf_free(&unseen);
}

/* One replay on one line. */
static void print_row(const cr_byhand *b, const char *name, const cr_trace *observed, bool same) {
  cr_buf row = {0}, subject = {0}, verdict = {0};
  int status = same ? (int)cr_verdict_exit(&observed->verdict) : CR_EXIT_NONDET;
  cr_subject_write(&observed->subject, &subject);
  cr_verdict_write(&observed->verdict, &verdict);
  if (b->json) {
    cr_buf_puts(&row, "{");
    json_text(&row, "trace", name);
    json_text(&row, "subject", subject.data);
    json_text(&row, "verdict", verdict.data);
    json_number(&row, "steps", observed->steps_count);
    json_bool(&row, "deterministic", same);
    json_number(&row, "status", (unsigned)status);
    json_image(&row);
    cr_buf_puts(&row, "}\n");
  } else {
    cr_buf_printf(&row, "%s on %s: %s%s\n", name, subject.data, verdict.data,
                  same ? "" : "; another replay differs");
  }
  print(&row);
  cr_buf_free(&row);
  cr_buf_free(&subject);
  cr_buf_free(&verdict);
}

/* Loading has failed: one line on standard error, and with --json the same as an object. */
static int cannot_load(const cr_byhand *b, cr_err err, const cr_errinfo *info) {
  if (b->json) {
    cr_buf row = {0};
    cr_buf_puts(&row, "{");
    json_text(&row, "dll", cr_path_name(b->how.dll));
    json_text(&row, "refused", info->text);
    cr_buf_puts(&row, "}\n");
    print(&row);
    cr_buf_free(&row);
  }
  return fail(err, info);
}

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
static bool replay_times(const cr_byhand *b, const cr_trace *input, uint32_t flags,
                         cr_trace *observed, bool *usable) {
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
    if (!same) fprintf(stderr, CR_HOST_NAME ": replay %lu differs from the first\n", i + 1);
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
  if (err != CR_OK) return fail(err, &info);
  if (b->break_at > input.steps_count + 1) {
    fprintf(stderr, CR_HOST_NAME ": %s has %zu steps, so there is no step %lu\n", b->trace,
            input.steps_count, b->break_at);
    return CR_EXIT_USAGE;
  }
  err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return cannot_load(b, err, &info);
  bool same = replay_times(b, &input, b->flags, &observed, &usable);
  int status = same ? (int)cr_verdict_exit(&observed.verdict) : CR_EXIT_NONDET;
  if (b->json) {
    print_row(b, cr_path_name(b->trace), &observed, same);
  } else if (b->out == NULL) {
    cr_trace_write(&observed, &text);
    print(&text);
  } else {
    print_row(b, cr_path_name(b->trace), &observed, same);
  }
  err = write_out(b, &observed, &info);
  return err == CR_OK ? status : fail(err, &info);
}

/* ---- suites ---------------------------------------------------------------------------------- */

static const char suite_head[] = "clusrace-trace ";

/* Where the next trace begins, after `at`; NULL when there is none. */
static const char *next_trace(const char *at) {
  for (const char *line = at; line != NULL; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, suite_head, strlen(suite_head)) == 0) return line;
    if (*line == '\0') return NULL;
  }
  return NULL;
}

static bool worse(int than, int status) {
  static const int order[] = {
      CR_EXIT_OK,     CR_EXIT_BOUNDED, CR_EXIT_DIVERGED, CR_EXIT_NONDET,      CR_EXIT_LIVENESS,
      CR_EXIT_SAFETY, CR_EXIT_CRASH,   CR_EXIT_INPUT,    CR_EXIT_ENVIRONMENT, CR_EXIT_INTERNAL};
  unsigned a = 0, b = 0;
  while (a < CR_ARRAY_LEN(order) && order[a] != than) a++;
  while (b < CR_ARRAY_LEN(order) && order[b] != status) b++;
  return b > a;
}

#ifdef _WIN32

int cr_byhand_hand_over(unsigned long from) {
  const WCHAR *own = GetCommandLineW();
  size_t n = (size_t)lstrlenW(own) + 64;
  WCHAR *line = cr_alloc(n * sizeof *line);
  STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
  PROCESS_INFORMATION process;
  DWORD status = CR_EXIT_ENVIRONMENT;
  start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  swprintf(line, n, L"%ls --from %lu", own, from);
  if (CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) {
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
  } else {
    fprintf(stderr, CR_HOST_NAME ": no process can be started for the rest of the suite\n");
  }
  free(line);
  return (int)status;
}

#endif

int cr_byhand_suite(const cr_byhand *b) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf file = {0};
  unsigned long i = 0;
  int status = CR_EXIT_OK;
  bool usable = true;
  cr_err err = cr_file_read(b->suite, SUITE_BYTES_MAX, &file, &info);
  if (err != CR_OK) return fail(err, &info);
  const char *at = next_trace(file.len == 0 ? "" : file.data);
  if (at == NULL) {
    fprintf(stderr, CR_HOST_NAME ": %s: there is no trace in it\n", b->suite);
    return CR_EXIT_INPUT;
  }
  err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return cannot_load(b, err, &info);
  while (at != NULL) {
    const char *next = next_trace(at + 1);
    size_t n = next == NULL ? strlen(at) : (size_t)(next - at);
    cr_trace input = {0}, observed = {0};
    int own = CR_EXIT_INPUT;
    if (++i >= b->from) {
      if (!usable) {
        own = cr_byhand_hand_over(i);
        return worse(status, own) ? own : status;
      }
      char where[MAX_PATH + 32];
      snprintf(where, sizeof where, "%s:%lu", cr_path_name(b->suite), i);
      err = cr_trace_read(at, n, where, &input, &info);
      if (err != CR_OK) {
        fprintf(stderr, CR_HOST_NAME ": %s\n", info.text);
      } else {
        bool its =
            input.subject.kind == CR_SUBJECT_LOADED && input.subject.digest == s->image.file_digest;
        bool same =
            replay_times(b, &input, b->flags | (its ? CR_REPLAY_EXACT : 0u), &observed, &usable);
        print_row(b, where, &observed, same);
        own = same ? (int)cr_verdict_exit(&observed.verdict) : CR_EXIT_NONDET;
      }
      if (worse(status, own)) status = own;
      cr_trace_free(&input);
      cr_trace_free(&observed);
    }
    at = next;
  }
  return status;
}

/* ---- hunts ----------------------------------------------------------------------------------- */

static void print_hunt(const cr_byhand *b, const cr_search *search, const cr_clauses *warned,
                       const cr_trace *found) {
  const cr_search_stats *stats = cr_search_stats_of(search);
  const char *error = cr_search_error(search);
  cr_buf verdict = {0}, row = {0}, warnings = {0};
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (cr_clauses_has(warned, (cr_clause)c))
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
    json_text(&row, "dll", name);
    json_text(&row, "verdict", outcome);
    json_number(&row, "schedules", stats->schedules);
    json_number(&row, "redundant", stats->redundant);
    json_bool(&row, "exhausted", cr_search_exhausted(search));
    if (error != NULL) json_text(&row, "differs", error);
    if (finding && b->out != NULL) json_text(&row, "out", b->out);
    if (warnings.len != 0) json_text(&row, "warnings", warnings.data);
    json_image(&row);
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
  print(&row);
  cr_buf_free(&row);
  cr_buf_free(&verdict);
  cr_buf_free(&warnings);
}

int cr_byhand_hunt(const cr_byhand *b) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf file = {0};
  cr_scenario scenario;
  cr_trace found = {0};
  cr_hunt_answer answer = {0};
  cr_hunt_request *request = cr_alloc(sizeof *request);
  cr_err err = cr_file_read(b->scenario, SCENARIO_BYTES_MAX, &file, &info);
  if (err == CR_OK) err = cr_scenario_parse(file.data, file.len, b->scenario, 1, &scenario, &info);
  for (unsigned p = 0; err == CR_OK && p < CR_PART_COUNT; p++)
    if (scenario.part[p])
      err = cr_fail(&info, CR_ERR_INPUT, "%s: the host does not play the part %s", b->scenario,
                    cr_part_name((cr_part)p));
  if (err != CR_OK) return fail(err, &info);
  err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return cannot_load(b, err, &info);
  request->config = b->config;
  if (request->config.budget[CR_COST_FAULT] == CR_SEARCH_UNBOUNDED) /* not given */
    request->config.budget[CR_COST_FAULT] = scenario.budget[CR_BUDGET_FAULT];
  cr_search *search = cr_search_new(&request->config);
  request->most = SCHEDULES_AT_A_TIME;
  request->strict = (b->flags & CR_REPLAY_STRICT) != 0;
  bool usable = true;
  while (usable && found.steps_count == 0 && !cr_search_over(search) &&
         cr_search_error(search) == NULL)
    usable = cr_hunt_some(s, search, &scenario, request, &answer, &found);
  print_hunt(b, search, &answer.warned, &found);
  int status = found.steps_count != 0            ? (int)cr_verdict_exit(&found.verdict)
               : cr_search_error(search) != NULL ? CR_EXIT_NONDET
               : cr_search_exhausted(search)     ? CR_EXIT_OK
                                                 : CR_EXIT_BOUNDED;
  if (found.steps_count != 0) err = write_out(b, &found, &info);
  return err == CR_OK ? status : fail(err, &info);
}

int cr_byhand_imports(const cr_byhand *b) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_buf text = {0};
  cr_err err = cr_prepare(s, &b->how, &info);
  if (err != CR_OK) return fail(err, &info);
  cr_image_imports(&s->image, false, &text);
  print(&text);
  cr_buf_free(&text);
  return CR_EXIT_OK;
}
