/* frames.c - what a controller and a host read from each other. The input is a stream of frames, as
 * it would come through the pipe; each payload is given to whoever takes frames of that type. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/launch.h"
#include "clusrace/frame.h"
#include "clusrace/hunt.h"
#include "clusrace/trace.h"
#include "target.h"

static void take_trace(const char *text, size_t n) {
  cr_trace trace = {0};
  cr_errinfo info;
  cr_target_error(cr_trace_read(text, n, "request", &trace, &info), &info, "request");
  cr_trace_free(&trace);
}

static void take_hello(const char *text, size_t n) {
  cr_hello hello;
  cr_hello_read(text, n, &hello);
  if (memchr(hello.contract, '\0', sizeof hello.contract) == NULL ||
      memchr(hello.load, '\0', sizeof hello.load) == NULL ||
      memchr(hello.unseen, '\0', sizeof hello.unseen) == NULL ||
      memchr(hello.remarks, '\0', sizeof hello.remarks) == NULL)
    cr_target_fails("a text of HELLO without its end");
}

/* A saved search ends with a digest, which no mutation hits: it is put right. */
static void take_state(const cr_search_config *config, const void *state, size_t n) {
  cr_errinfo info;
  uint64_t digest;
  uint8_t *bytes = malloc(n == 0 ? 1 : n);
  if (bytes == NULL) return;
  if (n != 0) memcpy(bytes, state, n);
  if (n > sizeof digest) {
    digest = cr_digest(bytes, n - sizeof digest);
    memcpy(bytes + n - sizeof digest, &digest, sizeof digest);
  }
  cr_search *search = cr_search_new(config);
  cr_err err = cr_search_load(search, bytes, n, &info);
  cr_target_error(err, &info, "state");
  if (err == CR_OK) cr_search_lost(search); /* as for the host behind one that did not come back */
  cr_search_free(search);
  free(bytes);
}

static void take_request(const char *bytes, size_t n) {
  cr_hunt_request request;
  cr_scenario scenario;
  cr_errinfo info;
  const void *state;
  size_t state_n;
  cr_err err = cr_hunt_request_read(bytes, n, &request, &scenario, &state, &state_n, &info);
  cr_target_error(err, &info, "request");
  if (err != CR_OK) return;
  cr_buf text = {0}, again = {0};
  cr_hunt_request_write(&request, &scenario, state, state_n, &text);
  take_state(&request.config, state, state_n);
  err = cr_hunt_request_read(text.data, text.len, &request, &scenario, &state, &state_n, &info);
  if (err != CR_OK) cr_target_fails("what was written cannot be read: %s", info.text);
  cr_hunt_request_write(&request, &scenario, state, state_n, &again);
  if (text.len != again.len || memcmp(text.data, again.data, text.len) != 0)
    cr_target_fails("a request that is written again is not the same");
  cr_buf_free(&text);
  cr_buf_free(&again);
}

static void take_answer(const char *bytes, size_t n) {
  cr_hunt_answer *answer = cr_alloc(sizeof *answer);
  cr_errinfo info;
  const void *state;
  const char *trace;
  size_t state_n, trace_n;
  cr_err err = cr_hunt_answer_read(bytes, n, answer, &state, &state_n, &trace, &trace_n, &info);
  cr_target_error(err, &info, "answer");
  if (err == CR_OK && trace_n != 0) take_trace(trace, trace_n);
  free(answer);
}

static void take_frame(uint8_t type, const cr_buf *payload) {
  switch (type) {
    case CR_FRAME_HELLO: take_hello(payload->data, payload->len); break;
    case CR_FRAME_REPLAY: /* its flags come first */
      if (payload->len >= 4) take_trace(payload->data + 4, payload->len - 4);
      break;
    case CR_FRAME_RESULT:
    case CR_FRAME_BREADCRUMB: take_trace(payload->data, payload->len); break;
    case CR_FRAME_HUNT: take_request(payload->data, payload->len); break;
    case CR_FRAME_HUNTED: take_answer(payload->data, payload->len); break;
    default: break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { PIPE_BYTES = 65536, SILENCE_MS = 1000 };
  int ends[2];
  if (size > PIPE_BYTES) return 0;
  if (pipe(ends) != 0) cr_target_fails("no pipe can be made");
  bool good = write(ends[1], data, size) == (ssize_t)size;
  close(ends[1]);
  cr__link link = {.from = ends[0], .to = -1};
  cr_buf payload = {0};
  uint8_t type = 0;
  while (good && cr__link_read(&link, SILENCE_MS, &type, &payload) == CR__LINK_OK)
    take_frame(type, &payload);
  cr_buf_free(&payload);
  close(ends[0]);
  return 0;
}
