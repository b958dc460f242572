/* byhand_suite.c - several traces on a DLL, one after the other; see byhand.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "byhand_private.h"
#include "clusrace/frame.h"
#include "tally.h"

enum { SUITE_BYTES_MAX = 256 * 1024 * 1024 };

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

/* A suite that is being replayed. */
typedef struct suite {
  const cr_byhand *b;
  cr_session *s;
  cr_tally tally;
  int status;  /* the worst so far */
  bool usable; /* the process */
} suite;

/* Keeps the first finding of its kind in the folder that --out names. */
static cr_err keep(const suite *u, const cr_trace *observed, cr_errinfo *info) {
  const cr_verdict *v = &observed->verdict;
  bool violates = v->kind == CR_VERDICT_VIOLATES;
  cr_buf path = {0}, text = {0};
  cr_err err = CR_OK;
  if (u->b->out == NULL || v->kind == CR_VERDICT_CONFORMS || v->kind == CR_VERDICT_INCONCLUSIVE)
    return CR_OK;
  cr_buf_printf(
      &path, "%s/%s-%s.trace", u->b->out, observed->scenario.name,
      violates ? cr_clause_row_of(v->clause)->id : cr_verdict_kind_name((cr_verdict_kind)v->kind));
  FILE *there = fopen(path.data, "rb");
  if (there != NULL) {
    fclose(there);
  } else {
    cr_trace_write(observed, &text);
    err = cr_file_write(path.data, text.data, text.len, info);
  }
  cr_buf_free(&path);
  cr_buf_free(&text);
  return err;
}

static cr_err replay_one(suite *u, const char *at, size_t n, unsigned long number,
                         cr_errinfo *info) {
  cr_trace input = {0}, observed = {0};
  char where[MAX_PATH + 32];
  int own = CR_EXIT_INPUT;
  snprintf(where, sizeof where, "%s:%lu", cr_path_name(u->b->suite), number);
  cr_err kept = CR_OK, err = cr_trace_read(at, n, where, &input, info);
  if (err != CR_OK) {
    (void)cr_byhand_fail(err, info);
  } else {
    bool its =
        input.subject.kind == CR_SUBJECT_LOADED && input.subject.digest == u->s->image.file_digest;
    bool same = cr_byhand_times(u->b, &input, u->b->flags | (its ? CR_REPLAY_EXACT : 0u), &observed,
                                &u->usable);
    cr_byhand_row(u->b, where, &observed, same);
    own = same ? (int)cr_verdict_exit(&observed.verdict) : CR_EXIT_NONDET;
    cr_tally_replay(&u->tally, u->s, &observed);
    u->tally.unsteady += !same;
    kept = keep(u, &observed, info);
  }
  if (worse(u->status, own)) u->status = own;
  cr_trace_free(&input);
  cr_trace_free(&observed);
  return kept;
}

int cr_byhand_suite(const cr_byhand *b) {
  suite u = {.b = b, .s = cr_session_get(), .status = CR_EXIT_OK, .usable = true};
  cr_errinfo info;
  cr_buf file = {0};
  unsigned long i = 0;
  cr_err err = cr_file_read(b->suite, SUITE_BYTES_MAX, &file, &info);
  if (err != CR_OK) return cr_byhand_fail(err, &info);
  const char *at = next_trace(file.len == 0 ? "" : file.data);
  if (at == NULL) {
    fprintf(stderr, CR_HOST_NAME ": %s: there is no trace in it\n", b->suite);
    return CR_EXIT_INPUT;
  }
  err = cr_prepare(u.s, &b->how, &info);
  if (err != CR_OK) return cr_byhand_cannot_load(b, err, &info);
  err = cr_tally_begin(b->tally, u.s, &u.tally, &info);
  while (at != NULL && err == CR_OK && u.usable) {
    const char *next = next_trace(at + 1);
    size_t n = next == NULL ? strlen(at) : (size_t)(next - at);
    if (++i >= b->from) err = replay_one(&u, at, n, i, &info);
    at = next;
  }
  if (err == CR_OK) err = cr_tally_end(b->tally, &u.tally, &info);
  if (err == CR_OK && at != NULL) { /* the process is spent: a new one does the rest */
    int rest = cr_byhand_hand_over(i + 1);
    return worse(u.status, rest) ? rest : u.status;
  }
  return err == CR_OK ? u.status : cr_byhand_fail(err, &info);
}
