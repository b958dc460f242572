/* graph.c - the states of a small model as a picture, in the language of Graphviz. */
#include <string.h>

#include "clusrace/report.h"

/* Above so many states a label says less: what changed, and what was done, is in the tooltips then
 * (but for the marked path). */
enum { FULL_STATES = 120, LINES_MAX = 6, COLUMNS_MAX = 40 };

/* Text inside a quoted string. A line break is left-aligned where it stands in the label of a box.
 */
static void quote(const char *text, const char *line_end, cr_buf *out) {
  for (const char *p = text == NULL ? "" : text; *p != '\0'; p++) {
    if (*p == '\n') {
      cr_buf_puts(out, line_end);
    } else if (*p == '"' || *p == '\\') {
      cr_buf_putc(out, '\\');
      cr_buf_putc(out, *p);
    } else {
      cr_buf_putc(out, (unsigned char)*p < 0x20 ? '?' : *p);
    }
  }
}

/* What differs from the state before, one "name=value" at a time: the actors' variables first, then
 * what the observer remembers. */
static void changes_of(const cr_graph *graph, size_t number, cr_buf *out) {
  const cr_graph_state *state = &graph->state[number];
  cr_world world, before;
  cr_buf all = {0};
  if (state->parent == CR_GRAPH_NONE) return;
  cr_graph_world(graph, number, &world);
  cr_graph_world(graph, graph->edge[state->parent].from, &before);
  cr_world_describe(graph->model, &world, &before, &all);
  for (unsigned observer = 0; observer < 2; observer++)
    for (const char *p = all.data; p != NULL && *p != '\0';) {
      size_t n = strcspn(p, " ");
      if ((strncmp(p, "observer", 8) == 0) == (observer == 1))
        cr_buf_printf(out, "%.*s\n", (int)n, p);
      p += n + (p[n] == ' ');
    }
  cr_buf_free(&all);
}

/* Some "name=value" to a line, and as many lines as a picture bears. */
static void changes_cut(const char *changes, cr_buf *out) {
  size_t column = 0, lines = 0, left = 0;
  for (const char *p = changes; p != NULL && *p != '\0'; p++) left += *p == '\n';
  for (const char *p = changes; p != NULL && *p != '\0';) {
    size_t n = strcspn(p, "\n");
    if (column > 0 && column + 1 + n > COLUMNS_MAX) {
      if (++lines == LINES_MAX) break;
      cr_buf_putc(out, '\n');
      column = 0;
    }
    cr_buf_printf(out, "%s%.*s", column == 0 ? "" : " ", (int)n, p);
    column += n + (column > 0);
    left--;
    p += n + 1;
  }
  if (left > 0) cr_buf_printf(out, "\nand %zu more", left);
  if (column > 0) cr_buf_putc(out, '\n');
}

static void write_state(const cr_graph *graph, size_t number, bool full, cr_buf *out) {
  const cr_graph_state *state = &graph->state[number];
  cr_buf changes = {0}, label = {0}, tip = {0};
  changes_of(graph, number, &changes);
  if (full || state->path || state->violated != CR_CLAUSE_COUNT) {
    cr_buf_printf(&label, "%zu, depth %u\n", number, state->depth);
    if (state->violated != CR_CLAUSE_COUNT)
      cr_buf_printf(&label, "violates %s\n", cr_clause_row_of(state->violated)->id);
    if (state->deadlock) cr_buf_puts(&label, "deadlock\n");
    changes_cut(changes.data, &label);
  } else {
    cr_buf_printf(&label, "%zu", number);
  }
  cr_buf_printf(&tip, "state %zu, depth %u%s\n%s", number, state->depth,
                state->cut ? ", not expanded" : "", changes.data == NULL ? "" : changes.data);
  cr_buf_printf(out, "  s%zu [label=\"", number);
  quote(label.data, "\\l", out);
  cr_buf_puts(out, "\", tooltip=\"");
  quote(tip.data, "&#10;", out);
  cr_buf_putc(out, '"');
  if (state->violated != CR_CLAUSE_COUNT)
    cr_buf_puts(out, ", fillcolor=\"#fbd5d5\", color=\"#b0202c\", fontcolor=\"#7c1019\"");
  else if (state->deadlock)
    cr_buf_puts(out, ", fillcolor=\"#fbe3bd\", color=\"#8a5200\"");
  else if (number == 0)
    cr_buf_puts(out, ", fillcolor=\"#d6e4fb\", color=\"#0b5cad\"");
  else if (state->final)
    cr_buf_puts(out, ", fillcolor=\"#dcf2e3\", color=\"#1a6e3c\"");
  else if (state->path)
    cr_buf_puts(out, ", color=\"#b0202c\"");
  if (state->final) cr_buf_puts(out, ", peripheries=2");
  if (state->path) cr_buf_puts(out, ", penwidth=2.2");
  if (state->cut) cr_buf_puts(out, ", style=\"rounded,filled,dashed\"");
  cr_buf_puts(out, "];\n");
  cr_buf_free(&changes);
  cr_buf_free(&label);
  cr_buf_free(&tip);
}

static const char *event_rest(const char *action, const char *event) {
  size_t actor = strcspn(event, " ");
  if (strncmp(action, event, actor) != 0 || action[actor] != ':') return event;
  if (strncmp(event, "monitor ", 8) == 0) return "";
  return event + actor + (event[actor] == ' ');
}

static void write_edge(const cr_graph *graph, size_t number, bool full, cr_buf *out) {
  const cr_graph_edge *edge = &graph->edge[number];
  cr_buf action = {0}, event = {0};
  cr_action_write(graph->model, edge->action, &action);
  cr_trace_write_event(cr_model_scenario(graph->model), &edge->event, &event);
  cr_buf_printf(out, "  s%u -> s%u [", edge->from, edge->to);
  if (full || edge->path) {
    cr_buf_puts(out, "label=\" ");
    quote(action.data, "\\l", out);
    /* The event says what the action came to; its actor is left out where it stands already, and
     * all of it where the monitor does what the action says. */
    const char *rest = event_rest(action.data, event.data);
    if (rest[0] != '\0') {
      cr_buf_puts(out, "\\l  ");
      quote(rest, "\\l", out);
    }
    cr_buf_puts(out, "\\l\", ");
  }
  cr_buf_puts(out, "tooltip=\"");
  quote(action.data, "&#10;", out);
  cr_buf_puts(out, "&#10;");
  quote(event.data, "&#10;", out);
  cr_buf_putc(out, '"');
  if (edge->path)
    cr_buf_puts(out, ", color=\"#b0202c\", fontcolor=\"#7c1019\", penwidth=2.2, weight=20");
  else if (graph->state[edge->to].violated != CR_CLAUSE_COUNT)
    cr_buf_puts(out, ", color=\"#d98890\"");
  /* What leads back must not push states out of their rank. */
  if (graph->state[edge->to].depth <= graph->state[edge->from].depth)
    cr_buf_puts(out, ", constraint=false, style=dashed");
  cr_buf_puts(out, "];\n");
  cr_buf_free(&action);
  cr_buf_free(&event);
}

/* A scale at the side; it comes first so that it is the leftmost. */
static void write_scale(const cr_graph *graph, cr_buf *out) {
  cr_buf_puts(out,
              "  {\n    node [shape=plaintext, style=\"\", fontcolor=\"#5b636b\", tooltip=\"\"];\n"
              "    edge [style=invis];\n    ");
  for (uint32_t d = 0; d <= graph->depth; d++) cr_buf_printf(out, "%sd%u", d == 0 ? "" : " -> ", d);
  cr_buf_puts(out, ";\n");
  for (uint32_t d = 0; d <= graph->depth; d++)
    cr_buf_printf(out, "    d%u [label=\"depth %u\"];\n", d, d);
  cr_buf_puts(out, "  }\n");
}

/* The states of a depth side by side. States are numbered by depth. */
static void write_ranks(const cr_graph *graph, cr_buf *out) {
  size_t i = 0;
  for (uint32_t d = 0; d <= graph->depth; d++) {
    cr_buf_printf(out, "  {rank=same; d%u;", d);
    for (; i < graph->states_count && graph->state[i].depth == d; i++)
      cr_buf_printf(out, " s%zu;", i);
    cr_buf_puts(out, "}\n");
  }
}

static void write_title(const cr_graph *graph, const cr_verdict *verdict, cr_buf *out) {
  cr_buf title = {0};
  cr_buf_printf(&title, "%s, ", cr_model_scenario(graph->model)->name);
  cr_subject_write(cr_model_subject(graph->model), &title);
  cr_buf_printf(&title, ": %zu states, %zu transitions, depth %u\n",
                graph->states_count - graph->states_violating, graph->edges_count, graph->depth);
  if (verdict != NULL) {
    cr_buf_puts(&title, "red path: ");
    cr_verdict_write(verdict, &title);
    if (verdict->kind == CR_VERDICT_VIOLATES)
      cr_buf_printf(&title, "\n%s", cr_clause_row_of(verdict->clause)->text);
    cr_buf_putc(&title, '\n');
  }
  cr_buf_puts(&title,
              "blue: initial   green, double: rightly at rest   red: a clause is violated\n"
              "orange: deadlock   dashed box: not expanded   dashed line: back up\n");
  cr_buf_puts(out, "  label=\"");
  quote(title.data, "\\l", out);
  cr_buf_puts(out, "\";\n");
  cr_buf_free(&title);
}

void cr_report_graph(const cr_graph *graph, const cr_verdict *verdict, cr_buf *out) {
  bool full = graph->states_count <= FULL_STATES;
  cr_buf_puts(out, "digraph \"");
  quote(cr_model_scenario(graph->model)->name, " ", out);
  cr_buf_printf(out,
                "\" {\n"
                "  graph [rankdir=TB, ranksep=%s, nodesep=0.18, labelloc=t, labeljust=l, "
                "fontname=\"monospace\", fontsize=12, bgcolor=\"#ffffff\", splines=%s];\n"
                "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f7f8\", "
                "color=\"#8b939b\", fontname=\"monospace\", fontsize=9, margin=\"0.07,0.04\", "
                "height=0.2, width=0.2];\n"
                "  edge [color=\"#8b939b\", fontname=\"monospace\", fontsize=8, "
                "fontcolor=\"#3a4148\", arrowsize=0.6];\n",
                full ? "0.45" : "0.6", full ? "true" : "line");
  write_title(graph, verdict, out);
  write_scale(graph, out);
  for (size_t i = 0; i < graph->states_count; i++) write_state(graph, i, full, out);
  for (size_t i = 0; i < graph->edges_count; i++) write_edge(graph, i, full, out);
  write_ranks(graph, out);
  cr_buf_puts(out, "}\n");
}
