/* progress.h - the progress line on standard error, and numbers for people. Private to cli/. */
#ifndef CR_CLI_PROGRESS_H
#define CR_CLI_PROGRESS_H

#include "cli.h"

typedef struct cli_progress {
  uint64_t started_ms, shown_ms;
  uint64_t states, states_ms; /* shown last, for the rate */
  bool terminal, shown;
  uint64_t checkpoint_every_ms, checkpoint_ms; /* for cr_xoptions.checkpoint_due */
} cli_progress;

void cli_progress_begin(cli_progress *progress);
/* Clears the line. */
void cli_progress_end(cli_progress *progress);
/* For cr_xoptions: shows states, rate, frontier, memory and what is to come; false once Ctrl-C was
 * pressed. */
bool cli_progress_explore(void *progress, const cr_xprogress *now);
/* For cr_xoptions: true when checkpoint_every_ms have passed since the last time. */
bool cli_progress_checkpoint(void *progress);
/* Shows a line of text when the time for it has come (5 times a second on a terminal, every 10
 * seconds otherwise); true when it did. */
bool cli_progress_due(cli_progress *progress);
void cli_progress_show(cli_progress *progress, const char *text);

/* Appends a number with commas: 1,234,567. */
void cli_thousands(uint64_t number, cr_buf *out);

#endif
