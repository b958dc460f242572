/* svg.c - the sequence chart: a column per actor, a row per visible step. */
#include <string.h>

#include "clusrace/report.h"
#include "escape.h"
#include "lanes.h"

/* Made from page/chart.css. */
extern const unsigned char cr__chart_style[];

enum { LEFT = 56, LANE = 150, TOP = 44, ROW = 30, HIDDEN_ROW = 18, NOTE = 34 };

static unsigned lane_x(unsigned lane) { return LEFT + LANE / 2 + lane * LANE; }

/* Rows of the chart: visible steps, and one for each run of steps inside the DLL. */
static unsigned height_of(const cr_trace *trace) {
  unsigned y = TOP;
  size_t hidden = 0;
  for (size_t i = 0; i < trace->steps_count; i++) {
    if (!cr__lane_shows(trace, i)) {
      hidden++;
      continue;
    }
    if (hidden > 0) y += HIDDEN_ROW;
    hidden = 0;
    y += ROW;
    if (i + 1 == trace->verdict.step) y += NOTE;
  }
  return y + (hidden > 0 ? HIDDEN_ROW : 0) + 16;
}

static void draw_hidden(size_t hidden, unsigned width, unsigned y, cr_buf *out) {
  cr_buf_printf(out,
                "<line class=\"cut\" x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\"/>"
                "<text class=\"cut\" x=\"%u\" y=\"%u\">%zu step%s inside the DLL</text>\n",
                LEFT, y + 6, width, y + 6, LEFT + 4, y + 2 + HIDDEN_ROW / 2 - 2, hidden,
                hidden == 1 ? "" : "s");
}

static void draw_arrow(unsigned from, unsigned to, unsigned y, const char *kind, cr_buf *out) {
  if (from == to) {
    cr_buf_printf(out, "<circle class=\"dot %s\" cx=\"%u\" cy=\"%u\" r=\"4\"/>", kind, lane_x(from),
                  y);
    return;
  }
  int dir = to > from ? 1 : -1;
  unsigned x1 = lane_x(from), x2 = lane_x(to);
  int tip = (int)x2 - dir * 3, back = tip - dir * 8;
  cr_buf_printf(out,
                "<line class=\"arrow %s\" x1=\"%u\" y1=\"%u\" x2=\"%d\" y2=\"%u\"/>"
                "<path class=\"tip %s\" d=\"M%d %u L%d %u L%d %u Z\"/>",
                kind, x1, y, back, y, kind, tip, y, back, y - 4, back, y + 4);
}

static void draw_step(const cr_trace *trace, const cr__lanes *lanes, size_t i, unsigned y,
                      unsigned width, cr_buf *out) {
  const cr_event *e = &trace->steps[i].event;
  bool decides = i + 1 == trace->verdict.step && trace->verdict.kind != CR_VERDICT_CONFORMS;
  unsigned from = cr__lane_from(lanes, e), to = cr__lane_to(lanes, e);
  bool refused = cr_event_row_of(e->kind)->result == CR_FIELD_WIN32 && e->result != 0;
  const char *kind = e->kind == CR_EV_RET ? "back" : refused ? "refused" : "plain";
  cr_buf label = {0}, whole = {0};
  cr__lane_label(trace, e, &label);
  cr_trace_write_event(&trace->scenario, e, &whole);
  cr_buf_puts(out, "<g class=\"step\"><title>");
  cr__escape(whole.data, out);
  cr_buf_puts(out, "</title>");
  if (decides)
    cr_buf_printf(out,
                  "<rect class=\"decides\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\"/>",
                  4, y - 19, width - 8, ROW - 2 + NOTE);
  cr_buf_printf(out, "<text class=\"number\" x=\"%u\" y=\"%u\">%zu</text>", LEFT - 12, y + 4,
                i + 1);
  draw_arrow(from, to, y, kind, out);
  unsigned left = from < to ? from : to, right = from < to ? to : from;
  if (from == to)
    cr_buf_printf(out, "<text class=\"label\" x=\"%u\" y=\"%u\">", lane_x(from) + 9, y + 4);
  else
    cr_buf_printf(out, "<text class=\"label mid\" x=\"%u\" y=\"%u\">",
                  (lane_x(left) + lane_x(left + 1 < right ? left + 1 : right)) / 2, y - 5);
  cr__escape(label.data == NULL ? "" : label.data, out);
  cr_buf_puts(out, "</text>");
  if (decides) {
    cr_buf verdict = {0};
    cr__verdict_text(&trace->verdict, &verdict);
    cr_buf_printf(out, "<text class=\"verdict\" x=\"%u\" y=\"%u\">", LEFT, y + 26);
    cr__escape(verdict.data, out);
    cr_buf_puts(out, "</text>");
    cr_buf_free(&verdict);
  }
  cr_buf_puts(out, "</g>\n");
  cr_buf_free(&label);
  cr_buf_free(&whole);
}

void cr_report_svg(const cr_trace *trace, cr_buf *out) {
  cr__lanes lanes;
  cr__lanes_of(trace, &lanes);
  unsigned width = LEFT + lanes.count * LANE + 60, height = height_of(trace);
  cr_buf_printf(
      out,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"%u\" height=\"%u\" "
      "viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"Sequence chart of %zu steps\">\n"
      "<style>%s</style>\n",
      width, height, width, height, trace->steps_count, (const char *)cr__chart_style);
  for (unsigned i = 0; i < lanes.count; i++) {
    const char *class_name = cr__lane_class(lanes.lane[i].role);
    cr_buf_printf(out,
                  "<line class=\"life %s\" x1=\"%u\" y1=\"30\" x2=\"%u\" y2=\"%u\"/>"
                  "<rect class=\"head %s\" x=\"%u\" y=\"6\" width=\"%u\" height=\"24\" rx=\"4\"/>"
                  "<text class=\"head %s\" x=\"%u\" y=\"22\">",
                  class_name, lane_x(i), lane_x(i), height - 6, class_name, lane_x(i) - 66, 132,
                  class_name, lane_x(i));
    cr__escape(lanes.lane[i].name, out);
    cr_buf_puts(out, "</text>\n");
  }
  unsigned y = TOP;
  size_t hidden = 0;
  for (size_t i = 0; i < trace->steps_count; i++) {
    if (!cr__lane_shows(trace, i)) {
      hidden++;
      continue;
    }
    if (hidden > 0) {
      draw_hidden(hidden, width - 30, y, out);
      y += HIDDEN_ROW;
    }
    hidden = 0;
    draw_step(trace, &lanes, i, y + ROW - 10, width, out);
    y += ROW;
    if (i + 1 == trace->verdict.step) y += NOTE;
  }
  if (hidden > 0) draw_hidden(hidden, width - 30, y, out);
  cr_buf_puts(out, "</svg>\n");
}
