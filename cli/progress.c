/* progress.c - see progress.h. */
#include "progress.h"

#include <stdio.h>

void cli_progress_begin(cli_progress *p) {
  *p = (cli_progress){.started_ms = cli_now_ms(), .terminal = cli_stderr_is_terminal()};
  p->shown_ms = p->started_ms;
  (void)cli_interrupted(); /* from here on Ctrl-C is taken note of */
}

void cli_progress_end(cli_progress *p) {
  if (p->terminal && p->shown) fputs("\r\033[K", stderr);
  p->shown = false;
}

bool cli_progress_due(cli_progress *p) {
  uint64_t now = cli_now_ms();
  if (now - p->shown_ms < (p->terminal ? 200u : 10000u)) return false;
  p->shown_ms = now;
  return true;
}

void cli_progress_show(cli_progress *p, const char *text) {
  if (p->terminal)
    fprintf(stderr, "\r\033[K%s", text);
  else
    fprintf(stderr, "%s\n", text);
  fflush(stderr);
  p->shown = true;
}

void cli_thousands(uint64_t number, cr_buf *out) {
  char digits[24];
  int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  for (int i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0) cr_buf_putc(out, ',');
    cr_buf_putc(out, digits[i]);
  }
}

bool cli_progress_explore(void *arg, const cr_xprogress *now) {
  cli_progress *p = arg;
  if (cli_interrupted()) return false;
  if (!cli_progress_due(p)) return true;
  uint64_t ms = p->shown_ms - p->started_ms;
  cr_buf line = {0};
  cli_thousands(now->states, &line);
  cr_buf_puts(&line, " states, ");
  cli_thousands(now->transitions, &line);
  cr_buf_printf(&line, " transitions, depth %u, frontier ", now->depth);
  cli_thousands(now->frontier, &line);
  cr_buf_printf(&line, ", %llu k states/s, %zu MiB",
                (unsigned long long)(ms == 0 ? 0 : now->states / ms), now->memory_bytes >> 20);
  cli_progress_show(p, line.data);
  cr_buf_free(&line);
  return true;
}
