/* exploring.h - what the commands that explore share. Private to cli/. */
#ifndef CR_CLI_EXPLORING_H
#define CR_CLI_EXPLORING_H

#include "json.h"
#include "progress.h"

/* Bounds from --max-states, --max-depth, --max-memory and --keep-going, where the command has them,
 * and a progress line. progress must outlive options. */
void cli_explore_options(const cli_args *args, cli_progress *progress, cr_xoptions *options);
/* Is this what --blocks takes? */
bool cli_blocks_known(const char *how);
/* "complete", "max-states", ... Static storage. */
const char *cli_stop_name(cr_xstop stop);
/* A bound to two digits, rounded up. */
void cli_bound_write(double bound, cr_buf *out);
/* "states may have been omitted, probability <= P", of a result that is inexact; "with any
 * probability" where the bound is above 1. */
void cli_omissions_write(const cr_xresult *result, cr_buf *out);
/* Exit status of one exploration. */
int cli_explored_status(const cr_xresult *result);
/* One exploration as `clusrace explore --json` gives it. */
json_t *cli_explored_json(const cr_model *model, const cr_xresult *result, size_t state_bytes,
                          int status);
/* `clusrace explore --all`. */
int cli_explore_all(const cli_args *args);

#endif
