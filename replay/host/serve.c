/* serve.c - see serve.h. */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "follow.h"
#include "guided.h"
#include "hunt.h"
#include "leaks.h"

/* ---- frames ---------------------------------------------------------------------------------- */

static bool read_all(void *to, size_t n) {
  HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
  for (uint8_t *p = to; n > 0;) {
    DWORD got = 0;
    if (!ReadFile(in, p, (DWORD)(n > 1u << 20 ? 1u << 20 : n), &got, NULL) || got == 0)
      return false;
    p += got;
    n -= got;
  }
  return true;
}

static bool write_all(const void *from, size_t n) {
  HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
  for (const uint8_t *p = from; n > 0;) {
    DWORD done = 0;
    if (!WriteFile(out, p, (DWORD)(n > 1u << 20 ? 1u << 20 : n), &done, NULL)) return false;
    p += done;
    n -= done;
  }
  return true;
}

static void put_u32(uint8_t *to, uint32_t value) {
  for (unsigned i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (8 * i) & 0xFF);
}

static uint32_t get_u32(const uint8_t *from) {
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; i++) value |= (uint32_t)from[i] << (8 * i);
  return value;
}

static bool send_frame(cr_frame_type type, const char *payload, size_t n) {
  cr_buf frame = {0};
  uint8_t head[5];
  put_u32(head, (uint32_t)(n + 1));
  head[4] = (uint8_t)type;
  cr_buf_add(&frame, head, sizeof head);
  cr_buf_add(&frame, payload, n);
  bool good = write_all(frame.data, frame.len);
  cr_buf_free(&frame);
  return good;
}

static void send_crumb(const cr_event *event) {
  cr_buf text = {0};
  const cr_session *s = cr_session_get();
  cr_buf_printf(&text, "%zu ", s->observed.steps_count);
  cr_trace_write_event(s->scenario, event, &text);
  send_frame(CR_FRAME_BREADCRUMB, text.data, text.len);
  cr_buf_free(&text);
}

/* ---- requests -------------------------------------------------------------------------------- */

static bool hello(const cr_image *image, const char *reason) {
  cr_buf text = {0};
  cr_buf_printf(&text, "protocol %d\ncontract %016llx\ndll %s %016llx\nload %s\n",
                CR_FRAME_PROTOCOL, (unsigned long long)cr_contract_digest(), image->name,
                (unsigned long long)image->file_digest, reason == NULL ? "ok" : reason);
  for (const char *line = image->remarks.data; reason == NULL && line != NULL && *line != '\0';) {
    size_t n = strcspn(line, "\n");
    cr_buf_printf(&text, "remark %.*s\n", (int)n, line);
    line += n + (line[n] == '\n');
  }
  if (reason == NULL) { /* what the simulation does not see is said, not passed over */
    cr_buf unseen = {0};
    if (cr_image_imports(image, true, &unseen) != 0) cr_buf_puts(&text, unseen.data);
    cr_buf_free(&unseen);
  }
  bool good = send_frame(CR_FRAME_HELLO, text.data, text.len);
  cr_buf_free(&text);
  return good;
}

/* Answers one REPLAY; false when this process is done. */
static bool replay(cr_session *s, const uint8_t *payload, size_t n) {
  cr_trace input = {0}, observed = {0};
  cr_errinfo info;
  if (n < 4) return send_frame(CR_FRAME_REFUSED, "the request has no flags", 24);
  uint32_t flags = get_u32(payload);
  if (cr_trace_read((const char *)payload + 4, n - 4, "request", &input, &info) != CR_OK)
    return send_frame(CR_FRAME_REFUSED, info.text, strlen(info.text));
  s->crumb = flags & CR_REPLAY_BREADCRUMBS ? send_crumb : NULL;
  bool usable = cr_follow(s, &input, flags, &observed);
  if (usable && (flags & CR_REPLAY_LEAKS) != 0 && observed.verdict.kind == CR_VERDICT_CONFORMS)
    usable = cr_leaks_judge(s, &observed, flags & CR_REPLAY_STRICT);
  cr_buf text = {0};
  cr_trace_write(&observed, &text);
  bool good = send_frame(CR_FRAME_RESULT, text.data, text.len);
  cr_buf_free(&text);
  cr_trace_free(&input);
  cr_trace_free(&observed);
  return good && usable;
}

/* The search that is under way; the controller sends its state when it has to be another one. */
typedef struct serving {
  cr_search *search;
  cr_guided guided;
} serving;

static cr_err search_ready(serving *v, const cr_hunt_request *request, const void *state, size_t n,
                           cr_errinfo *info) {
  if (n == 0 && v->search != NULL) return CR_OK;
  cr_search_free(v->search);
  v->search = cr_search_new(&request->config);
  cr_err err = n == 0 ? CR_OK : cr_search_load(v->search, state, n, info);
  if (err == CR_OK && request->lost) cr_search_lost(v->search);
  return err;
}

static void answer_fill(const cr_search *search, cr_hunt_answer *answer) {
  answer->stats = *cr_search_stats_of(search);
  answer->exhausted = cr_search_exhausted(search);
  answer->over = cr_search_over(search);
}

/* Answers one HUNT; false when this process is done. */
static bool hunt(cr_session *s, serving *v, const uint8_t *payload, size_t n) {
  cr_hunt_request request;
  cr_scenario scenario;
  cr_hunt_answer answer = {0};
  cr_trace found = {0};
  cr_errinfo info;
  const void *state;
  size_t state_n;
  cr_err err = cr_hunt_request_read(payload, n, &request, &scenario, &state, &state_n, &info);
  if (err == CR_OK) err = search_ready(v, &request, state, state_n, &info);
  if (err != CR_OK) return send_frame(CR_FRAME_REFUSED, info.text, strlen(info.text));
  s->crumb = request.crumbs ? send_crumb : NULL;
  bool usable = cr_hunt_some(s, v->search, &scenario, &request, &answer, &found);
  answer_fill(v->search, &answer);
  cr_buf saved = {0}, trace = {0}, text = {0};
  cr_search_save(v->search, &saved);
  if (found.steps_count != 0) cr_trace_write(&found, &trace);
  cr_hunt_answer_write(&answer, &saved, &trace, &text);
  bool good = send_frame(CR_FRAME_HUNTED, text.data, text.len);
  cr_buf_free(&saved);
  cr_buf_free(&trace);
  cr_buf_free(&text);
  cr_trace_free(&found);
  return good && usable;
}

/* Answers one GUIDE or RUN; false when this process is done. */
static bool guide(cr_session *s, serving *v, uint8_t type, const uint8_t *payload, size_t n) {
  cr_errinfo info;
  cr_buf trace = {0};
  bool usable = true;
  cr_err err = CR_OK;
  if (type == CR_FRAME_GUIDE)
    err = cr_guided_begin(&v->guided, (const char *)payload, n, &info);
  else if (v->guided.block == NULL)
    err = cr_fail(&info, CR_ERR_INPUT, "nothing was said about what is to be run");
  else
    usable = cr_guided_drive(s, &v->guided, n > 0 && payload[0] != 0, &trace);
  if (err != CR_OK) return send_frame(CR_FRAME_REFUSED, info.text, strlen(info.text));
  bool good = send_frame(CR_FRAME_RAN, trace.data == NULL ? "" : trace.data, trace.len);
  cr_buf_free(&trace);
  return good && usable;
}

/* Answers what has an answer. */
static bool serve(cr_session *s, serving *v, uint8_t type, const uint8_t *payload, size_t n) {
  if (type == CR_FRAME_HUNT) return hunt(s, v, payload, n);
  return type == CR_FRAME_REPLAY ? replay(s, payload, n) : guide(s, v, type, payload, n);
}

static bool is_request(uint8_t type) {
  return type == CR_FRAME_REPLAY || type == CR_FRAME_HUNT || type == CR_FRAME_GUIDE ||
         type == CR_FRAME_RUN;
}

int cr_serve(const cr_preparation *how) {
  cr_session *s = cr_session_get();
  cr_errinfo info;
  cr_err err = cr_prepare(s, how, &info);
  hello(&s->image, err == CR_OK ? NULL : info.text);
  if (err != CR_OK) return err == CR_ERR_INPUT ? CR_EXIT_INPUT : CR_EXIT_ENVIRONMENT;
  static serving v; /* it holds a scenario and more */
  uint8_t head[5];
  while (read_all(head, sizeof head)) {
    uint32_t n = get_u32(head);
    if (head[4] == CR_FRAME_BYE) break;
    if (n == 0 || n > CR_FRAME_BYTES_MAX || !is_request(head[4])) {
      send_frame(CR_FRAME_REFUSED, "not a frame of this protocol", 28);
      break;
    }
    uint8_t *bytes = cr_alloc(n - 1);
    bool go_on = read_all(bytes, n - 1) && serve(s, &v, head[4], bytes, n - 1);
    free(bytes);
    if (!go_on) break;
  }
  return CR_EXIT_OK;
}
