/* graphing.c - see graphing.h. */
#include "graphing.h"

#include <stdio.h>
#include <string.h>

#include "clusrace/report.h"
#include "process.h"

enum { GRAPH_STATES = 2000, GRAPH_STATES_MAX = 100000, SVG_BYTES_MAX = 1 << 30 };

static bool ends_in(const char *text, const char *ending) {
  size_t n = strlen(text), e = strlen(ending);
  return n > e && strcmp(text + n - e, ending) == 0;
}

int cli_graph_wanted(const cli_args *args) {
  const char *path = cli_value(args, "graph");
  if (path == NULL && cli_has(args, "graph-max"))
    return cli_usage(args, "--graph-max goes with --graph");
  if (path != NULL && !ends_in(path, ".dot") && !ends_in(path, ".svg"))
    return cli_usage(args, "--graph: \"%s\" ends neither in .dot nor in .svg", path);
  return CR_EXIT_OK;
}

/* dot runs in a folder of its own, so that a file of the user's is never half written. */
cr_err cli_graph_draw(const cr_buf *text, const char *flag, cr_buf *svg, cr_errinfo *info) {
  cr_buf folder = {0}, in = {0}, out = {0}, log = {0}, said = {0};
  cr_errinfo ignored;
  int status = 0;
  cr_err err = cli_folder_make(&folder, info);
  if (err != CR_OK) return err;
  cr_buf_printf(&in, "%s/graph.dot", folder.data);
  cr_buf_printf(&out, "%s/graph.svg", folder.data);
  cr_buf_printf(&log, "%s/log", folder.data);
  const char *const argv[] = {"dot", "-Tsvg", "-o", out.data, in.data, NULL};
  err = cr_file_write(in.data, text->data, text->len, info);
  if (err == CR_OK && cli_process_run(argv, log.data, 0, NULL, NULL, &status, &ignored) != CR_OK)
    err = cr_fail(
        info, CR_ERR_ENVIRONMENT,
        "%s: an SVG needs the program dot (Debian package graphviz), which cannot be started%s",
        flag, strcmp(flag, "--graph") == 0 ? "; a FILE that ends in .dot needs nothing" : "");
  if (err == CR_OK && status != 0) {
    if (cr_file_read(log.data, 65536, &said, &ignored) != CR_OK) cr_buf_clear(&said);
    err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s: dot ended with status %d: %.*s", flag, status,
                  said.data == NULL ? 0 : (int)strcspn(said.data, "\n"),
                  said.data == NULL ? "" : said.data);
  }
  if (err == CR_OK) err = cr_file_read(out.data, SVG_BYTES_MAX, svg, info);
  cli_folder_remove(folder.data);
  cr_buf_free(&folder);
  cr_buf_free(&in);
  cr_buf_free(&out);
  cr_buf_free(&log);
  cr_buf_free(&said);
  return err;
}

cr_err cli_graph_write(const cli_args *args, const cr_model *model, const cr_xresult *result,
                       cr_errinfo *info) {
  const char *path = cli_value(args, "graph");
  size_t most = (size_t)cli_number(args, "graph-max", GRAPH_STATES, 1, GRAPH_STATES_MAX);
  bool shown = result->paths_count > 0;
  uint32_t depth = 0;
  if (cli_has(args, "max-depth"))
    depth = (uint32_t)cli_number(args, "max-depth", 0, 1, UINT32_MAX);
  else if (result->stop == CR_XSTOP_VIOLATION && result->paths[0].kind != CR_XKIND_LASSO)
    depth = (uint32_t)result->paths[0].labels_count; /* as far as the explorer went */
  cr_graph graph;
  cr_trace trace = {0};
  cr_buf text = {0}, svg = {0};
  cr_err err = cr_graph_collect(model, most, depth, &graph, info);
  if (err != CR_OK) {
    cr_buf down = {0};
    if (depth > 0) cr_buf_printf(&down, " down to depth %u", depth);
    err = cr_fail(info, err,
                  "--graph: %s has more than %zu states%s; cut it with --max-depth N, or allow "
                  "more with --graph-max N",
                  cr_model_scenario(model)->name, most, depth > 0 ? down.data : "");
    cr_buf_free(&down);
    return err;
  }
  if (shown) {
    (void)cr_graph_mark(&graph, result->paths[0].labels, result->paths[0].labels_count);
    cr_modelcheck_trace(model, &result->paths[0], &trace);
  }
  cr_report_graph(&graph, shown ? &trace.verdict : NULL, &text);
  bool as_svg = ends_in(path, ".svg");
  if (as_svg) err = cli_graph_draw(&text, "--graph", &svg, info);
  if (err == CR_OK) err = cli_write(path, as_svg ? &svg : &text, info);
  cr_graph_free(&graph);
  cr_trace_free(&trace);
  cr_buf_free(&text);
  cr_buf_free(&svg);
  return err;
}
