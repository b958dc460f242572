/* graphing.h - `clusrace explore --graph`. Private to cli/. */
#ifndef CR_CLI_GRAPHING_H
#define CR_CLI_GRAPHING_H

#include "cli.h"

/* Is what --graph and --graph-max say usable? CR_EXIT_OK, or the status after one line. */
int cli_graph_wanted(const cli_args *args);
/* Collects the model's graph, marks the first counterexample in it and writes it to --graph's file:
 * as DOT, or as SVG through the program dot. Fails with CR_ERR_INPUT when the model is too large
 * for a picture, and CR_ERR_ENVIRONMENT when dot is missing or the file cannot be written. */
CR_WARN_UNUSED cr_err cli_graph_write(const cli_args *args, const cr_model *model,
                                      const cr_xresult *result, cr_errinfo *info);
/* Lays out a graph in DOT as SVG, by the program dot; flag names what asked for it in messages.
 * CR_ERR_ENVIRONMENT when dot is missing. */
CR_WARN_UNUSED cr_err cli_graph_draw(const cr_buf *text, const char *flag, cr_buf *svg,
                                     cr_errinfo *info);

#endif
