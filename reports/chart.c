/* chart.c - a trace as a sequence chart in text: a column for each actor, a row for each step. */
#include <stdio.h>
#include <string.h>

#include "clusrace/report.h"
#include "escape.h"
#include "lanes.h"

enum { RED = 31, YELLOW = 33, BOLD = 1, DIM = 2 };
enum { NUMBER = 6, PITCH_MIN = 4, PITCH_MAX = 24, WIDTH_MAX = 400 };

typedef struct sheet {
  cr_buf *out;
  const cr_trace *trace;
  cr__lanes lanes;
  unsigned width, pitch;
  bool colours, bar[CR_LANES_MAX]; /* bar: inside a call, or alive */
} sheet;

static void paint(const sheet *s, int code) {
  if (s->colours) cr_buf_printf(s->out, "\033[%dm", code);
}

static void unpaint(const sheet *s) {
  if (s->colours) cr_buf_puts(s->out, "\033[0m");
}

static unsigned column(const sheet *s, unsigned lane) {
  return NUMBER + s->pitch / 2 + lane * s->pitch;
}

/* A row of characters, as wide as the sheet. */
static void lives(const sheet *s, char *row) {
  memset(row, ' ', s->width);
  row[s->width] = '\0';
  for (unsigned i = 0; i < s->lanes.count; i++)
    if (column(s, i) < s->width) row[column(s, i)] = s->bar[i] ? '#' : '|';
}

/* Text into a row; what does not fit is left out. */
static void put(const sheet *s, char *row, unsigned at, const char *text) {
  for (unsigned i = 0; text[i] != '\0' && at + i < s->width; i++) row[at + i] = text[i];
}

static void put_row(const sheet *s, char *row) {
  size_t n = strlen(row);
  while (n > 0 && row[n - 1] == ' ') n--;
  cr_buf_add(s->out, row, n);
  cr_buf_putc(s->out, '\n');
}

/* A name above its lane; where it has no room, a number, which is told beforehand. */
static void put_head(const sheet *s) {
  char row[WIDTH_MAX + 1];
  bool room = true;
  for (unsigned i = 0; i < s->lanes.count; i++)
    room = room && strlen(s->lanes.lane[i].name) < s->pitch;
  for (unsigned i = 0; !room && i < s->lanes.count; i++)
    cr_buf_printf(s->out, "  %2u  %s\n", i + 1, s->lanes.lane[i].name);
  memset(row, ' ', s->width);
  row[s->width] = '\0';
  for (unsigned i = 0; i < s->lanes.count; i++) {
    char digits[12];
    snprintf(digits, sizeof digits, "%u", i + 1);
    const char *name = room ? s->lanes.lane[i].name : digits;
    size_t half = strlen(name) / 2;
    put(s, row, column(s, i) > half ? column(s, i) - (unsigned)half : 0, name);
  }
  paint(s, BOLD);
  put_row(s, row);
  unpaint(s);
}

static void put_arrow(const sheet *s, char *row, unsigned from, unsigned to, char shaft) {
  unsigned a = column(s, from), b = column(s, to);
  for (unsigned x = (a < b ? a : b) + 1; x < (a < b ? b : a) && x < s->width; x++) row[x] = shaft;
  if (a < b && b < s->width && b > 0) row[b - 1] = '>';
  if (a > b && b + 1 < s->width) row[b + 1] = '<';
}

/* Beside what acts on itself; on the arrow where that is long enough; else in a row of its own
 * above it. */
static void put_label(const sheet *s, char *row, unsigned from, unsigned to, const char *label) {
  unsigned a = column(s, from), b = column(s, to), left = a < b ? a : b, right = a < b ? b : a;
  size_t n = strlen(label);
  char above[WIDTH_MAX + 1];
  if (from == to) {
    row[a < s->width ? a : s->width - 1] = '*';
    if (a + 2 + n > s->width && a > n + 2) { /* no room to the right */
      put(s, row, a - (unsigned)n - 1, label);
      return;
    }
    put(s, row, a + 2, label);
    return;
  }
  if (right - left > n + 4) {
    put(s, row, left + 1 + (right - left - (unsigned)n) / 2, label);
    return;
  }
  lives(s, above);
  unsigned at = left + 2;
  if (at + n > s->width) at = s->width > n + NUMBER ? s->width - (unsigned)n : NUMBER;
  put(s, above, at, label);
  put_row(s, above);
}

/* Calls and workers are seen to last. */
static void turn_bars(sheet *s, const cr_event *e, bool after) {
  unsigned from = cr__lane_from(&s->lanes, e), to = cr__lane_to(&s->lanes, e);
  if (after && e->kind == CR_EV_RET) s->bar[from] = false;
  if (after && e->kind == CR_EV_EXIT) s->bar[from] = false;
  if (!after && e->kind == CR_EV_CALL) s->bar[to] = true;
  if (!after && e->kind == CR_EV_SPAWN && e->result == 0 && to != from) s->bar[to] = true;
}

static void put_step(sheet *s, size_t i) {
  const cr_event *e = &s->trace->steps[i].event;
  const cr_verdict *v = &s->trace->verdict;
  bool decides = i + 1 == v->step && v->kind != CR_VERDICT_CONFORMS;
  bool refused = cr_event_row_of(e->kind)->result == CR_FIELD_WIN32 && e->result != 0;
  unsigned from = cr__lane_from(&s->lanes, e), to = cr__lane_to(&s->lanes, e);
  char row[WIDTH_MAX + 1], number[32];
  cr_buf label = {0};
  turn_bars(s, e, false);
  cr__lane_label(s->trace, e, &label);
  if (decides || refused) paint(s, decides ? RED : YELLOW);
  lives(s, row);
  if (from != to) put_arrow(s, row, from, to, e->kind == CR_EV_RET ? '.' : '-');
  put_label(s, row, from, to, label.data == NULL ? "" : label.data);
  snprintf(number, sizeof number, "%c%4zu", decides ? '>' : ' ', i + 1);
  put(s, row, 0, number);
  put_row(s, row);
  if (decides || refused) unpaint(s);
  turn_bars(s, e, true);
  cr_buf_free(&label);
}

static void put_hidden(const sheet *s, size_t hidden) {
  if (hidden < 3) return; /* the numbers say so */
  char row[WIDTH_MAX + 1], text[48];
  lives(s, row);
  snprintf(text, sizeof text, "   . %zu steps inside the DLL ", hidden);
  put(s, row, 0, text);
  paint(s, DIM);
  put_row(s, row);
  unpaint(s);
}

void cr_report_chart(const cr_trace *trace, unsigned width, bool colours, cr_buf *out) {
  sheet s = {.out = out, .trace = trace, .colours = colours};
  cr__lanes_of(trace, &s.lanes);
  s.width = width < 40 ? 40 : width > WIDTH_MAX ? WIDTH_MAX : width;
  s.pitch = (s.width - NUMBER) / (s.lanes.count == 0 ? 1 : s.lanes.count);
  if (s.pitch < PITCH_MIN) s.pitch = PITCH_MIN;
  if (s.pitch > PITCH_MAX) s.pitch = PITCH_MAX;
  put_head(&s);
  size_t hidden = 0;
  for (size_t i = 0; i < trace->steps_count; i++) {
    if (!cr__lane_shows(trace, i)) {
      hidden++;
      continue;
    }
    put_hidden(&s, hidden);
    hidden = 0;
    put_step(&s, i);
  }
  put_hidden(&s, hidden);
  cr_buf verdict = {0}, clean = {0};
  cr__verdict_text(&trace->verdict, &verdict);
  cr__clean(verdict.data, &clean);
  cr_buf_printf(out, "%s\n", clean.data);
  cr_buf_free(&verdict);
  cr_buf_free(&clean);
}
