/* picture.c - see picture.h: the pictures themselves. */
#include <stdlib.h>
#include <string.h>

#include "covering.h"
#include "escape.h"

/* ---- the state machine ----------------------------------------------------------------------- */

static const char *words_of(unsigned mon) {
  switch (mon) {
    case CR_MON_NONE: return "not opened";
    case CR_MON_OPENING: return "opening";
    case CR_MON_OFFLINE: return "offline";
    case CR_MON_ONLINE_CALL: return "Online called";
    case CR_MON_ONLINE_PEND: return "Online pending";
    case CR_MON_ONLINE: return "online";
    case CR_MON_OFFLINE_CALL: return "Offline called";
    case CR_MON_OFFLINE_PEND: return "Offline pending";
    case CR_MON_FAILED: return "failed";
    case CR_MON_CLOSING: return "closing";
    case CR_MON_CLOSED: return "closed";
    default: return "?";
  }
}

static int compare_changes(const void *a, const void *b) {
  const cr__change *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  if (x->to != y->to) return x->to < y->to ? -1 : 1;
  return strcmp(x->what, y->what);
}

static cr__change *sorted(const cr_covering *c) {
  cr__change *list = cr_alloc((c->changes_count + 1) * sizeof *list);
  if (c->changes_count != 0) memcpy(list, c->change, c->changes_count * sizeof *list);
  qsort(list, c->changes_count, sizeof *list, compare_changes);
  return list;
}

/* A blank that stays one: it keeps words away from the line that they belong to. */
#define NARROW "\xC2\xA0"

/* All that leads from one state to another is one edge, a line for each. */
static size_t put_edge(const cr__change *list, size_t i, size_t count, cr_buf *out) {
  size_t end = i, covered = 0;
  while (end < count && list[end].from == list[i].from && list[end].to == list[i].to)
    covered += list[end++].covered;
  const char *class_name = covered == end - i ? "covered" : covered > 0 ? "partly" : "missed";
  const char *colour = covered == end - i ? "#1d6b41" : covered > 0 ? "#855000" : "#8b8f94";
  cr_buf_printf(out, "  m%u -> m%u [class=\"%s\", color=\"%s\", fontcolor=\"%s\"%s, label=\"",
                list[i].from, list[i].to, class_name, colour, colour,
                covered == 0 ? ", style=dashed" : "");
  for (size_t k = i; k < end; k++)
    cr_buf_printf(out, NARROW "%s %s" NARROW "\\l", list[k].covered ? "+" : "-", list[k].what);
  cr_buf_puts(out, "\"];\n");
  return end;
}

void cr_covering_states(const cr_covering *c, cr_buf *out) {
  cr__change *list = sorted(c);
  bool there[CR_MON_COUNT] = {false}, met[CR_MON_COUNT] = {[CR_MON_NONE] = true};
  for (size_t i = 0; i < c->changes_count; i++) {
    there[list[i].from] = there[list[i].to] = true;
    met[list[i].from] = met[list[i].from] || list[i].covered;
    met[list[i].to] = met[list[i].to] || list[i].covered;
  }
  cr_buf_puts(out,
              "digraph resource {\n"
              "  graph [rankdir=TB, ranksep=0.55, nodesep=0.5, bgcolor=\"transparent\", "
              "fontname=\"Helvetica\"];\n"
              "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", "
              "fontname=\"Helvetica\", fontsize=13, margin=\"0.16,0.08\", penwidth=1.4];\n"
              "  edge [fontname=\"Helvetica\", fontsize=10, arrowsize=0.7, penwidth=1.4];\n");
  for (unsigned m = 0; m < CR_MON_COUNT; m++)
    if (there[m])
      cr_buf_printf(out, "  m%u [class=\"%s\", color=\"%s\", fontcolor=\"%s\", label=\"%s\"%s];\n",
                    m, met[m] ? "covered" : "missed", met[m] ? "#1d6b41" : "#8b8f94",
                    met[m] ? "#22262a" : "#5d646c", words_of(m),
                    met[m] ? "" : ", style=\"rounded,filled,dashed\"");
  for (size_t i = 0; i < c->changes_count;) i = put_edge(list, i, c->changes_count, out);
  cr_buf_puts(out, "}\n");
  free(list);
}

static size_t ways_covered(const cr_covering *c) {
  size_t covered = 0;
  for (size_t i = 0; i < c->changes_count; i++) covered += c->change[i].covered;
  return covered;
}

void cr_covering_states_text(const cr_covering *c, cr_buf *out) {
  cr_buf_printf(
      out,
      "The states that the monitor can take a resource to be in, and what leads from one to "
      "another. Of %zu ways the runs took %zu: those with a plus; dashed is what none of them "
      "took. Guides, schedules of hunts and findings are counted.",
      c->changes_count, ways_covered(c));
}

/* ---- the pairs ------------------------------------------------------------------------------- */

enum { CELL = 15, FOOT = 8, MARGIN = 8 };

/* How much room the names take: a letter of Helvetica at 10.5 px is about 5.5 wide, leaning by 60
 * degrees it is 4.8 high. */
typedef struct frame {
  unsigned left, top, right;
} frame;

typedef struct row {
  const cr__operation *op;
  unsigned number;
} row;

static int compare_rows(const void *a, const void *b) {
  const row *x = a, *y = b;
  if (x->op->rank != y->op->rank) return x->op->rank < y->op->rank ? -1 : 1;
  return strcmp(x->op->name, y->op->name);
}

static bool in_a_race(const cr_covering *c, unsigned op) {
  for (unsigned i = 0; i < c->ops_count; i++)
    if (c->pair[op][i] != 0 || c->pair[i][op] != 0) return true;
  return false;
}

/* The operations that race with anything, by actor and name. */
static unsigned rows_of(const cr_covering *c, row *rows) {
  unsigned count = 0;
  for (unsigned i = 0; i < c->ops_count; i++)
    if (in_a_race(c, i)) rows[count++] = (row){.op = &c->op[i], .number = i};
  qsort(rows, count, sizeof *rows, compare_rows);
  return count;
}

static frame frame_of(const row *rows, unsigned count) {
  size_t longest = 0;
  for (unsigned i = 0; i < count; i++)
    if (strlen(rows[i].op->name) > longest) longest = strlen(rows[i].op->name);
  unsigned n = (unsigned)longest;
  return (frame){.left = n * 11 / 2 + 2 * MARGIN,
                 .top = n * 24 / 5 + 3 * MARGIN,
                 .right = n * 11 / 4 + 2 * MARGIN};
}

static void put_labels(const row *rows, unsigned count, frame f, cr_buf *out) {
  for (unsigned i = 0; i < count; i++) {
    unsigned middle = i * CELL + CELL / 2 + 4;
    cr_buf_printf(out, "<text x=\"%u\" y=\"%u\" text-anchor=\"end\">", f.left - MARGIN,
                  f.top + middle);
    cr__escape(rows[i].op->name, out);
    cr_buf_printf(out, "</text><text transform=\"translate(%u %u) rotate(-60)\">", f.left + middle,
                  f.top - MARGIN);
    cr__escape(rows[i].op->name, out);
    cr_buf_puts(out, "</text>\n");
  }
}

void cr_covering_pairs(const cr_covering *c, cr_buf *out) {
  row rows[CR__OPERATIONS_MAX];
  unsigned count = rows_of(c, rows);
  frame f = frame_of(rows, count);
  unsigned width = f.left + count * CELL + f.right, height = f.top + count * CELL + FOOT;
  cr_buf_printf(
      out,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pairs\" width=\"%u\" height=\"%u\" "
      "viewBox=\"0 0 %u %u\">\n<style>svg.pairs text{font:10.5px Helvetica,Arial,sans-serif;"
      "fill:var(--fg,#22262a)}svg.pairs .covered{fill:var(--good,#1d6b41)}svg.pairs .missed{"
      "fill:none;stroke:var(--warn,#855000);stroke-width:1.3}svg.pairs .no{fill:var(--line,"
      "#e6e4de)}</style>\n",
      width, height, width, height);
  put_labels(rows, count, f, out);
  for (unsigned y = 0; y < count; y++)
    for (unsigned x = 0; x < count; x++) {
      uint8_t pair = c->pair[rows[y].number][rows[x].number];
      unsigned left = f.left + x * CELL, top = f.top + y * CELL;
      if (pair == 0) {
        cr_buf_printf(out, "<circle class=\"no\" cx=\"%u\" cy=\"%u\" r=\"1\"/>", left + CELL / 2,
                      top + CELL / 2);
        continue;
      }
      bool covered = (pair & CR__COVERED) != 0;
      cr_buf_printf(
          out, "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%d\" height=\"%d\" rx=\"2.5\"><title>",
          covered ? "covered" : "missed", left + 2, top + 2, CELL - 4, CELL - 4);
      cr__escape(rows[y].op->name, out);
      cr_buf_puts(out, ", then ");
      cr__escape(rows[x].op->name, out);
      cr_buf_printf(out, "%s</title></rect>\n", covered ? "" : ": not seen");
    }
  cr_buf_puts(out, "</svg>\n");
}

static unsigned pairs_with(const cr_covering *c, uint8_t mark) {
  unsigned pairs = 0;
  for (unsigned x = 0; x < c->ops_count; x++)
    for (unsigned y = 0; y < c->ops_count; y++) pairs += (c->pair[x][y] & mark) != 0;
  return pairs;
}

void cr_covering_pairs_text(const cr_covering *c, cr_buf *out) {
  cr_buf_printf(
      out,
      "Two operations race when both are possible at once; a row comes first, its column right "
      "after it. Of %u pairs in their order the runs showed %u (filled); a frame is what the "
      "model can do and none of them did. Guides, schedules of hunts and findings are counted.",
      pairs_with(c, CR__RACES), pairs_with(c, CR__COVERED));
}

cr_covered cr_covering_count(const cr_covering *c) {
  return (cr_covered){.ways = c->changes_count,
                      .ways_taken = ways_covered(c),
                      .pairs = pairs_with(c, CR__RACES),
                      .pairs_taken = pairs_with(c, CR__COVERED)};
}

void cr_covering_text(const cr_covering *c, cr_buf *out) {
  cr_covered n = cr_covering_count(c);
  if (!cr_covering_any(c)) return;
  cr_buf_printf(out, "%zu of %zu ways from state to state, %u of %u racing pairs", n.ways_taken,
                n.ways, n.pairs_taken, n.pairs);
}
