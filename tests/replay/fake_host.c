/* fake_host.c - a host that speaks frames and misbehaves as the DLL's file name asks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clusrace/frame.h"
#include "clusrace/trace.h"

static void put(uint8_t type, const char *text, size_t n) {
  size_t length = n + 1;
  uint8_t head[5] = {(uint8_t)length, (uint8_t)(length >> 8), (uint8_t)(length >> 16),
                     (uint8_t)(length >> 24), type};
  fwrite(head, 1, sizeof head, stdout);
  fwrite(text, 1, n, stdout);
  fflush(stdout);
}

static bool get(uint8_t *type, cr_buf *payload) {
  uint8_t head[5];
  cr_buf_clear(payload);
  if (fread(head, 1, sizeof head, stdin) != sizeof head) return false;
  size_t n = (head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16) - 1;
  *type = head[4];
  for (; n > 0; n--) {
    int c = getchar();
    if (c == EOF) return false;
    cr_buf_putc(payload, (char)c);
  }
  return true;
}

static void hello(const char *mode) {
  cr_buf text = {0};
  uint64_t contract = strcmp(mode, "contract") == 0 ? 1 : cr_contract_digest();
  cr_buf_printf(&text, "protocol %d\ncontract %016llx\ndll fake 0\nload %s\n",
                strcmp(mode, "protocol") == 0 ? CR_FRAME_PROTOCOL - 1 : CR_FRAME_PROTOCOL,
                (unsigned long long)contract, strcmp(mode, "refuses") == 0 ? "it will not" : "ok");
  put(CR_FRAME_HELLO, text.data, text.len);
  cr_buf_free(&text);
}

/* A DLL that deadlocks when both Open and Online were called, whatever else was. Under "fickle" it
 * does only when it is led, and under "varies" it does something else when less is done; under
 * "spoils" it misuses memory instead. */
static void needs_two(const char *mode, uint8_t flags, cr_trace *trace) {
  unsigned met = 0;
  for (size_t i = 0; i < trace->steps_count; i++) {
    met |= trace->steps[i].event.value == CR_EP_OPEN ? 1u : 0;
    met |= trace->steps[i].event.value == CR_EP_ONLINE ? 2u : 0;
  }
  bool fickle = strcmp(mode, "fickle") == 0 && (flags & CR_REPLAY_EXACT) != 0;
  if (met != 3 || fickle) return;
  bool spoils = strcmp(mode, "spoils") == 0;
  bool elsewhere = strcmp(mode, "varies") == 0 && trace->steps_count < 5;
  trace->verdict.kind = elsewhere || spoils ? CR_VERDICT_MISUSES : CR_VERDICT_DEADLOCK;
  if (spoils) snprintf(trace->verdict.note, sizeof trace->verdict.note, "spoils memory");
  trace->verdict.step = (uint32_t)trace->steps_count;
}

/* Another answer in another process: what a DLL that depends on chance looks like. */
static void answer(const char *mode, uint8_t flags, const char *request, size_t n) {
  cr_trace trace = {0};
  cr_buf text = {0};
  cr_errinfo info;
  if (cr_trace_read(request, n, "request", &trace, &info) != CR_OK) exit(9);
  trace.subject = (cr_subject){.kind = CR_SUBJECT_PE, .name = "fake.dll", .digest = 7};
  trace.verdict = (cr_verdict){.kind = CR_VERDICT_CONFORMS, .clause = CR_CLAUSE_COUNT};
  if (strcmp(mode, "deadlock") == 0 || strcmp(mode, "chance") == 0) {
    trace.verdict.kind = CR_VERDICT_DEADLOCK;
    trace.verdict.step = 1;
  }
  if (strcmp(mode, "two") == 0 || strcmp(mode, "mortal") == 0 || strcmp(mode, "fickle") == 0 ||
      strcmp(mode, "varies") == 0 || strcmp(mode, "spoils") == 0)
    needs_two(mode, flags, &trace);
  if (strcmp(mode, "chance") == 0) trace.steps[0].after = 2 * (uint64_t)getpid() + 1;
  cr_trace_write(&trace, &text);
  put(CR_FRAME_RESULT, text.data, text.len);
  cr_buf_free(&text);
  cr_trace_free(&trace);
}

int main(int argc, char **argv) {
  if (argc < 4) return 1;
  const char *slash = strrchr(argv[3], '/');
  char mode[64];
  snprintf(mode, sizeof mode, "%s", slash == NULL ? argv[3] : slash + 1);
  mode[strcspn(mode, ".")] = '\0';
  if (strcmp(mode, "mute") == 0) sleep(100);
  if (strcmp(mode, "stillborn") == 0) return 3;
  hello(mode);
  cr_buf request = {0};
  uint8_t type;
  while (get(&type, &request) && (type == CR_FRAME_REPLAY || strcmp(mode, "silent") == 0)) {
    static const char crumb[] = "1 monitor call disk0 Startup";
    if (strcmp(mode, "crash") == 0 && ((unsigned char)request.data[0] & CR_REPLAY_BREADCRUMBS))
      put(CR_FRAME_BREADCRUMB, crumb, sizeof crumb - 1);
    if (strcmp(mode, "crash") == 0) abort();
    if (strcmp(mode, "silent") == 0) sleep(100);
    if (strcmp(mode, "torn") == 0) {
      fwrite("\x40\0\0\0\3half", 1, 9, stdout);
      fflush(stdout);
      _exit(0); /* a sanitizer's last look for leaks can take longer than a step may */
    }
    if (strcmp(mode, "garbage") == 0) {
      fwrite("\xff\xff\xff\xff garbage", 1, 12, stdout);
      fflush(stdout);
      sleep(100);
    }
    if (strcmp(mode, "refused") == 0) {
      put(CR_FRAME_REFUSED, "not today", 9);
      continue;
    }
    for (int i = 0; strcmp(mode, "slow") == 0 && i < 8; i++) {
      usleep(60000);
      put(CR_FRAME_BREADCRUMB, crumb, sizeof crumb - 1);
    }
    answer(mode, (uint8_t)request.data[0], request.data + 4, request.len - 4);
    if (strcmp(mode, "mortal") == 0) _exit(0); /* whoever asks again finds nobody */
  }
  cr_buf_free(&request);
  return 0;
}
