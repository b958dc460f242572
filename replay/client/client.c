/* client.c - the controller of one host; see clusrace/replay.h. POSIX: it never runs on Windows. */
#include "clusrace/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "private.h"

enum { STEP_TIMEOUT_MS = 8000, START_TIMEOUT_MS = 60000, RECYCLE_AFTER = 200 };

static char *copy(const char *text) { return text == NULL ? NULL : cr_strdup(text); }

/* ---- what a file is -------------------------------------------------------------------------- */

static uint32_t le(const uint8_t *p, unsigned n) {
  uint32_t x = 0;
  for (unsigned i = 0; i < n; i++) x |= (uint32_t)p[i] << (8 * i);
  return x;
}

/* A 64-bit PE DLL, by its headers. */
static cr_err check_pe(const char *path, const cr_buf *file, cr_errinfo *info) {
  const uint8_t *bytes = (const uint8_t *)file->data;
  if (file->len < 64 || bytes[0] != 'M' || bytes[1] != 'Z')
    return cr_fail(info, CR_ERR_INPUT, "%s: is no PE file; name a resource DLL", path);
  size_t at = le(bytes + 0x3c, 4);
  if (at > file->len || file->len - at < 26 || memcmp(bytes + at, "PE\0\0", 4) != 0)
    return cr_fail(info, CR_ERR_INPUT, "%s: is no PE file or is cut short", path);
  uint32_t machine = le(bytes + at + 4, 2), characteristics = le(bytes + at + 22, 2);
  if (machine == 0x14c)
    return cr_fail(info, CR_ERR_INPUT, "%s: is a 32-bit DLL; build it for x64", path);
  if (machine != 0x8664)
    return cr_fail(info, CR_ERR_INPUT, "%s: is for another machine (0x%x); build it for x64", path,
                   machine);
  if (!(characteristics & 0x2000))
    return cr_fail(info, CR_ERR_INPUT, "%s: is a program, not a DLL", path);
  return CR_OK;
}

/* A 64-bit shared object for x86. */
static cr_err check_elf(const char *path, const cr_buf *file, cr_errinfo *info) {
  const uint8_t *bytes = (const uint8_t *)file->data;
  enum { CLASS_AT = 4, CLASS_64 = 2, TYPE_AT = 16, TYPE_SHARED = 3, MACHINE_X86_64 = 62 };
  if (file->len < 64 || bytes[CLASS_AT] != CLASS_64 || le(bytes + TYPE_AT + 2, 2) != MACHINE_X86_64)
    return cr_fail(info, CR_ERR_INPUT, "%s: is not for 64-bit x86", path);
  if (le(bytes + TYPE_AT, 2) != TYPE_SHARED)
    return cr_fail(info, CR_ERR_INPUT, "%s: is no shared object", path);
  return CR_OK;
}

static bool is_elf(const cr_buf *file) {
  return file->len >= 4 && memcmp(file->data, "\177ELF", 4) == 0;
}

cr_err cr_host_new(const cr_host_options *options, cr_host **out, cr_errinfo *info) {
  cr_buf file = {0};
  *out = NULL;
  FILE *host = fopen(options->host, "rb");
  if (host == NULL)
    return cr_fail(info, CR_ERR_INPUT, "%s: the host program cannot be read; run `./dev build`",
                   options->host);
  fclose(host);
  cr_err err = cr_file_read(options->dll, (size_t)1 << 30, &file, info);
  bool native = err == CR_OK && is_elf(&file);
  if (err == CR_OK)
    err = native ? check_elf(options->dll, &file, info) : check_pe(options->dll, &file, info);
  if (err == CR_OK && native && options->threads != NULL)
    err = cr_fail(info, CR_ERR_INPUT, "%s: the host for shared objects has no %s", options->dll,
                  options->threads);
  if (err != CR_OK) {
    cr_buf_free(&file);
    return err;
  }
  cr_host *h = cr_alloc(sizeof *h);
  h->host = copy(options->host);
  h->dll = copy(options->dll);
  h->type = copy(options->type);
  h->properties = copy(options->properties);
  h->threads = copy(options->threads);
  h->wine = copy(native ? "" : options->wine == NULL ? "wine" : options->wine);
  h->prefix = copy(options->wine_prefix);
  h->heap_guard = options->heap_guard;
  h->refuse_unseen = options->refuse_unseen;
  h->processor = options->processor;
  h->asks = options->interrupted;
  h->step_timeout_ms = options->step_timeout_ms == 0 ? STEP_TIMEOUT_MS : options->step_timeout_ms;
  h->recycle_after = options->recycle_after == 0 ? RECYCLE_AFTER : options->recycle_after;
  const char *slash = strrchr(options->dll, '/');
  const char *name = slash == NULL ? options->dll : slash + 1;
  h->subject = (cr_subject){.kind = native ? CR_SUBJECT_NATIVE : CR_SUBJECT_PE,
                            .digest = cr_digest(file.data, file.len)};
  snprintf(h->subject.name, sizeof h->subject.name, "%s", name);
  cr_buf_free(&file);
  *out = h;
  return CR_OK;
}

void cr_host_free(cr_host *h) {
  if (h == NULL) return;
  if (h->link.pid != 0) cr__link_close(&h->link, true);
  free(h->host);
  free(h->dll);
  free(h->type);
  free(h->properties);
  free(h->threads);
  free(h->wine);
  free(h->prefix);
  free(h);
}

const cr_subject *cr_host_subject(const cr_host *h) { return &h->subject; }
bool cr_host_interrupted(const cr_host *h) { return h->interrupted; }

/* ---- starting -------------------------------------------------------------------------------- */

const char *cr_host_unseen(const cr_host *h) { return h->unseen; }

const char *cr_host_remarks(const cr_host *h) { return h->remarks; }

static cr_err start(cr_host *h, cr_errinfo *info) {
  cr__launch launch = {h->wine,          h->prefix,     h->host,    h->dll,
                       h->type,          h->properties, h->threads, h->heap_guard,
                       h->refuse_unseen, h->processor,  h->asks};
  cr_err err = cr__link_open(&launch, &h->link, info);
  if (err != CR_OK) return err;
  cr_buf text = {0};
  cr_hello hello;
  uint8_t type = 0;
  char contract[20];
  cr__link_state state = cr__link_read(&h->link, START_TIMEOUT_MS, &type, &text);
  h->refused[0] = '\0';
  if (state == CR__LINK_INTERRUPTED) {
    h->interrupted = true;
  } else if (state != CR__LINK_OK || type != CR_FRAME_HELLO) {
    err = cr_fail(info, CR_ERR_ENVIRONMENT,
                  "%s: the host does not speak (%s); check that `%s` runs 64-bit programs", h->host,
                  state == CR__LINK_SILENT ? "silent for a minute" : "ended at once",
                  h->wine[0] == '\0' ? h->host : h->wine);
  } else {
    snprintf(contract, sizeof contract, "%016llx", (unsigned long long)cr_contract_digest());
    cr_hello_read(text.data, text.len, &hello);
    char protocol[12];
    snprintf(protocol, sizeof protocol, "%d", (int)CR_FRAME_PROTOCOL);
    if (strcmp(hello.protocol, protocol) != 0)
      err = cr_fail(info, CR_ERR_ENVIRONMENT,
                    "%s: the host is of another version (protocol %s, not %s); run `./dev build`",
                    h->host, hello.protocol, protocol);
    else if (strcmp(hello.contract, contract) != 0)
      err = cr_fail(info, CR_ERR_ENVIRONMENT,
                    "%s: the host was built with another contract (%s, not %s); run `./dev build`",
                    h->host, hello.contract, contract);
    memcpy(h->unseen, hello.unseen, sizeof h->unseen);
    memcpy(h->remarks, hello.remarks, sizeof h->remarks);
    const char *value = hello.load;
    size_t file = h->properties == NULL ? 0 : strlen(h->properties);
    if (file != 0 && strncmp(value, h->properties, file) == 0)
      err = cr_fail(info, CR_ERR_INPUT, "%s", value);
    else if (strcmp(value, "ok") != 0)
      snprintf(h->refused, sizeof h->refused, "%s",
               value[0] == '\0' ? "the DLL is refused" : value);
  }
  cr_buf_free(&text);
  if (err != CR_OK || h->refused[0] != '\0' || h->interrupted) cr__link_close(&h->link, false);
  h->replays = 0;
  return err;
}

void cr__host_stop(cr_host *h, bool in_order) {
  if (h->link.pid != 0) cr__link_close(&h->link, in_order);
}

cr_err cr__host_ready(cr_host *h, cr_errinfo *info) {
  if (h->link.pid != 0) return CR_OK;
  for (unsigned tries = 2;;) { /* Wine fails to start one in a thousand */
    if (h->asks != NULL && h->asks()) h->interrupted = true;
    if (h->interrupted) return CR_OK;
    cr_err err = start(h, info);
    if (err != CR_ERR_ENVIRONMENT || --tries == 0) return h->interrupted ? CR_OK : err;
  }
}

bool cr_replay_lives_again(const cr_verdict *v) {
  static const char again[] = "lived again: ";
  if (v->kind == CR_VERDICT_VIOLATES && v->clause == CR_CLAUSE_RM_CLOSE_06) return true;
  return strncmp(v->note, again, sizeof again - 1) == 0;
}

/* ---- one replay ------------------------------------------------------------------------------ */

void cr__from_breadcrumbs(cr_host *h, const cr_scenario *scenario, const cr_buf *crumbs,
                          bool silent, cr_trace *observed) {
  cr_verdict_kind kind = silent ? CR_VERDICT_HANGS : CR_VERDICT_CRASHES;
  const char *note =
      silent ? "no step for longer than the limit" : "the host ended without an answer";
  cr_trace head = {0};
  cr_buf text = {0};
  cr_errinfo ignored;
  cr_trace_init(&head, scenario, &h->subject);
  cr_trace_write(&head, &text);
  size_t verdict = text.len - strlen("verdict none\n");
  text.len = verdict;
  text.data[verdict] = '\0';
  cr_buf_add(&text, crumbs->data == NULL ? "" : crumbs->data, crumbs->len);
  cr_buf_puts(&text, "verdict none\n");
  if (cr_trace_read(text.data, text.len, "breadcrumbs", observed, &ignored) != CR_OK) {
    cr_trace_free(observed);
    cr_trace_init(observed, scenario, &h->subject);
  }
  observed->verdict.kind = (uint8_t)kind;
  observed->verdict.clause = CR_CLAUSE_COUNT;
  observed->verdict.step = (uint32_t)observed->steps_count;
  snprintf(observed->verdict.note, sizeof observed->verdict.note, "%s", note);
  cr_buf_free(&text);
  cr_trace_free(&head);
}

static void say_interrupted(const cr_host *h, const cr_trace *trace, cr_trace *observed) {
  cr_trace_free(observed);
  cr_trace_init(observed, &trace->scenario, &h->subject);
  observed->verdict.kind = CR_VERDICT_INCONCLUSIVE;
  snprintf(observed->verdict.note, sizeof observed->verdict.note, "interrupted");
}

bool cr__hangs_silently(const cr_verdict *v) {
  static const char silent[] = "no step for ";
  return v->kind == CR_VERDICT_HANGS && strncmp(v->note, silent, sizeof silent - 1) == 0;
}

/* Can a host that has answered so be asked again? Hunts go on in one after thousands of violations;
 * after a crash or a thread that does not come back nobody can. */
static bool leaves_sound(const cr_trace *observed, uint32_t flags) {
  const cr_verdict *v = &observed->verdict;
  bool kept = (flags & CR_REPLAY_KEEP) != 0;
  return v->kind == CR_VERDICT_CONFORMS ||
         (kept && v->kind != CR_VERDICT_CRASHES && !cr__hangs_silently(v));
}

static cr_err once(cr_host *h, const cr_trace *trace, uint32_t flags, cr_trace *observed,
                   cr_errinfo *info) {
  cr_err ready = cr__host_ready(h, info);
  if (ready != CR_OK) return ready;
  if (h->interrupted) {
    say_interrupted(h, trace, observed);
    return CR_OK;
  }
  if (h->refused[0] != '\0') {
    cr_trace_free(observed);
    cr_trace_init(observed, &trace->scenario, &h->subject);
    observed->verdict.kind = CR_VERDICT_INCONCLUSIVE;
    snprintf(observed->verdict.note, sizeof observed->verdict.note, "%.300s", h->refused);
    return CR_OK;
  }
  cr_buf request = {0}, answer = {0}, crumbs = {0};
  for (unsigned i = 0; i < 4; i++) cr_buf_putc(&request, (char)((flags & 0xFFu) >> (8 * i) & 0xFF));
  cr_trace_write(trace, &request);
  uint8_t type = 0;
  cr__link_state state = cr__link_write(&h->link, CR_FRAME_REPLAY, request.data, request.len)
                             ? CR__LINK_OK
                             : CR__LINK_ENDED;
  while (state == CR__LINK_OK) {
    state = cr__link_read(&h->link, h->step_timeout_ms, &type, &answer);
    if (state != CR__LINK_OK || type != CR_FRAME_BREADCRUMB) break;
    cr_buf_add(&crumbs, answer.data, answer.len);
    if (answer.len > 0 && answer.data[answer.len - 1] != '\n') cr_buf_putc(&crumbs, '\n');
  }
  cr_err err = CR_OK;
  bool used = h->replays > 0, gone = state != CR__LINK_OK && state != CR__LINK_INTERRUPTED;
  if (state == CR__LINK_INTERRUPTED) {
    h->interrupted = true;
    say_interrupted(h, trace, observed);
  } else if (state != CR__LINK_OK) {
    bool silent = state == CR__LINK_SILENT;
    cr__from_breadcrumbs(h, &trace->scenario, &crumbs, silent, observed);
    cr__host_stop(h, false);
  } else if (type == CR_FRAME_RESULT) {
    err = cr_trace_read(answer.data, answer.len, "the host's answer", observed, info);
    if (err != CR_OK) err = CR_ERR_ENVIRONMENT;
  } else {
    err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s: the host refuses the trace: %.300s", h->host,
                  answer.data == NULL ? "" : answer.data);
  }
  h->replays++;
  bool suspect = err != CR_OK || !leaves_sound(observed, flags);
  if (suspect || h->replays >= h->recycle_after) cr__host_stop(h, !suspect);
  cr_buf_free(&request);
  cr_buf_free(&answer);
  cr_buf_free(&crumbs);
  /* It may have been the one before: what counts is a host that has done nothing else. */
  return gone && used && (flags & CR_REPLAY_KEEP) ? once(h, trace, flags, observed, info) : err;
}

static bool same_bytes(const cr_trace *a, const cr_trace *b) {
  cr_buf ta = {0}, tb = {0};
  cr_trace_write(a, &ta);
  cr_trace_write(b, &tb);
  bool same = ta.len == tb.len && memcmp(ta.data, tb.data, ta.len) == 0;
  cr_buf_free(&ta);
  cr_buf_free(&tb);
  return same;
}

cr_err cr_host_replay(cr_host *h, const cr_trace *trace, uint32_t flags, cr_trace *observed,
                      bool *confirmed, cr_errinfo *info) {
  cr_err err = once(h, trace, flags, observed, info);
  if (confirmed != NULL) *confirmed = err == CR_OK && !h->interrupted;
  if (confirmed != NULL && flags & CR_REPLAY_ONCE) *confirmed = false;
  if (err != CR_OK || observed->verdict.kind == CR_VERDICT_CONFORMS || h->refused[0] != '\0' ||
      h->interrupted || flags & CR_REPLAY_ONCE)
    return err;
  /* A finding, in a fresh host; a host that died tells its steps this time. */
  bool died =
      observed->verdict.kind == CR_VERDICT_CRASHES || observed->verdict.kind == CR_VERDICT_HANGS;
  cr_trace again = {0};
  err = once(h, trace, died ? flags | CR_REPLAY_BREADCRUMBS : flags, &again, info);
  if (err == CR_OK && h->interrupted) {
    say_interrupted(h, trace, observed);
    if (confirmed != NULL) *confirmed = false;
  } else if (err == CR_OK && died && again.verdict.kind == observed->verdict.kind) {
    cr_trace_copy(observed, &again);
  } else if (err == CR_OK && !same_bytes(observed, &again)) {
    cr_buf where = {0};
    cr_trace_write_parting(observed, &again, &where);
    observed->verdict = (cr_verdict){.kind = CR_VERDICT_INCONCLUSIVE, .clause = CR_CLAUSE_COUNT};
    snprintf(observed->verdict.note, sizeof observed->verdict.note,
             "two runs of one schedule differ %s", where.data);
    if (confirmed != NULL) *confirmed = false;
    cr_buf_free(&where);
  }
  cr_trace_free(&again);
  return err;
}
