/* progress.c - see progress.h. */
#include "progress.h"

#include <stdio.h>

void cli_progress_begin(cli_progress *p) {
  *p = (cli_progress){.started_ms = cli_now_ms(), .terminal = cli_stderr_is_terminal()};
  p->shown_ms = p->checkpoint_ms = p->states_ms = p->started_ms;
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

/* How many states are still to be expanded: those that are known, and those behind them if the
 * levels go on growing smaller as the last three did. 0: they grow, nothing can be said. */
static uint64_t still_to_come(const cr_xprogress *now) {
  if (now->depth < 3) return 0;
  const uint64_t *level = now->depth_counts + now->depth;
  uint64_t older = level[-3] + level[-2] + level[-1], newer = level[-2] + level[-1] + level[0];
  if (newer >= older) return 0;
  return now->frontier + (uint64_t)((double)level[0] * (double)newer / (double)(older - newer));
}

bool cli_progress_explore(void *arg, const cr_xprogress *now) {
  cli_progress *p = arg;
  if (cli_interrupted()) return false;
  if (!cli_progress_due(p)) return true;
  uint64_t ms = p->shown_ms - p->states_ms, to_come = still_to_come(now);
  uint64_t rate = ms == 0 || now->states < p->states ? 0 : (now->states - p->states) * 1000 / ms;
  cr_buf line = {0};
  cli_thousands(now->states, &line);
  cr_buf_puts(&line, " states, ");
  cli_thousands(now->transitions, &line);
  cr_buf_printf(&line, " transitions, depth %u, %llu k states/s, %zu MiB, %s ", now->depth,
                (unsigned long long)(rate / 1000), now->memory_bytes >> 20,
                to_come == 0 ? "at least" : "about");
  cli_thousands(to_come == 0 ? now->frontier : to_come, &line);
  cr_buf_puts(&line, " to expand");
  cli_progress_show(p, line.data);
  cr_buf_free(&line);
  p->states = now->states;
  p->states_ms = p->shown_ms;
  return true;
}

bool cli_progress_checkpoint(void *arg) {
  cli_progress *p = arg;
  uint64_t now = cli_now_ms();
  if (now - p->checkpoint_ms < p->checkpoint_every_ms) return false;
  p->checkpoint_ms = now;
  return true;
}
