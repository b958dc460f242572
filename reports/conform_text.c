/* conform_text.c - a conformance for people: a table in a terminal, and Markdown. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/conformance.h"
#include "escape.h"

enum { RED = 31, GREEN = 32, YELLOW = 33, BOLD = 1, ID_COLUMNS = 15, WHYS_MAX = 64 };

/* The short table fits a screen of 24 lines with the prompt: what there is more of is counted. */
enum { RUNS_SHOWN = 2, VIOLATED_SHOWN = 3, INCONCLUSIVE_SHOWN = 1, WHYS_SHOWN = 1 };

typedef struct page {
  cr_buf *out;
  unsigned width;
  bool colours, all;
} page;

static void paint(const page *p, int code) {
  if (p->colours) cr_buf_printf(p->out, "\033[%dm", code);
}

static void unpaint(const page *p) {
  if (p->colours) cr_buf_puts(p->out, "\033[0m");
}

/* Text that stays on its line. */
static void line_of(const char *text, cr_buf *out) {
  size_t begin = out->len;
  cr__clean(text, out);
  for (size_t i = begin; i < out->len; i++)
    if (out->data[i] == '\n' || out->data[i] == '\t') out->data[i] = ' ';
}

/* The rest of a line that has `used` columns already; what is too long ends in "...". */
static void rest(const page *p, unsigned used, const char *text) {
  cr_buf clean = {0};
  line_of(text, &clean);
  size_t room = p->width > used + 3 ? p->width - used : 3;
  if (clean.len <= room) {
    if (clean.len != 0) cr_buf_puts(p->out, clean.data);
  } else {
    size_t n = room - 3;
    while (n > 0 && ((unsigned char)clean.data[n] & 0xC0) == 0x80) n--; /* not inside a character */
    cr_buf_add(p->out, clean.data, n);
    cr_buf_puts(p->out, "...");
  }
  cr_buf_putc(p->out, '\n');
  cr_buf_free(&clean);
}

/* Whole, however long: a name that is cut cannot be opened, a reason not be followed. */
static void whole(cr_buf *out, const char *name) {
  cr_buf clean = {0};
  line_of(name, &clean);
  if (clean.len != 0) cr_buf_puts(out, clean.data);
  cr_buf_putc(out, '\n');
  cr_buf_free(&clean);
}

static const char *times_text(uint64_t times) { return times == 1 ? "time" : "times"; }

/* ---- reasons --------------------------------------------------------------------------------- */

typedef struct reason {
  const char *why;
  unsigned count, first;
} reason;

static int compare_reasons(const void *a, const void *b) {
  const reason *x = a, *y = b;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  return (x->first > y->first) - (x->first < y->first);
}

/* Why so many were not exercised, most frequent first. */
static unsigned reasons_of(const cr_conformance *c, reason *list) {
  unsigned count = 0;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
    if (c->row[i].verdict != CR_CONFORM_NOT_EXERCISED) continue;
    unsigned k = 0;
    while (k < count && strcmp(list[k].why, c->row[i].why) != 0) k++;
    if (k == WHYS_MAX) continue;
    if (k == count) list[count++] = (reason){.why = c->row[i].why, .first = i};
    list[k].count++;
  }
  qsort(list, count, sizeof *list, compare_reasons);
  return count;
}

/* ---- the terminal ---------------------------------------------------------------------------- */

static void print_row(const page *p, const cr_conformance *c, unsigned i, int colour) {
  const cr_conform_row *row = &c->row[i];
  cr_buf line = {0};
  cr_buf_puts(p->out, "  ");
  paint(p, colour);
  cr_buf_printf(p->out, "%-*s", ID_COLUMNS, cr_conform_id(i));
  unpaint(p);
  unsigned used = 2 + ID_COLUMNS;
  uint64_t times = row->verdict == CR_CONFORM_VIOLATED ? row->violated : row->held;
  if (c->baseline != NULL && row->change != CR_CONFORM_SAME)
    cr_buf_printf(&line, " %s", cr_conform_change_name((cr_conform_change)row->change));
  if (row->verdict == CR_CONFORM_VIOLATED && !row->counts) cr_buf_puts(&line, " warning");
  if (row->verdict == CR_CONFORM_VIOLATED || row->verdict == CR_CONFORM_HELD)
    cr_buf_printf(&line, " %llu %s:", (unsigned long long)times, times_text(times));
  cr_buf_printf(
      &line, " %s",
      row->why[0] != '\0' && row->verdict != CR_CONFORM_VIOLATED ? row->why : cr_conform_text(i));
  rest(p, used, line.data);
  cr_buf_free(&line);
  if (row->verdict != CR_CONFORM_VIOLATED || row->finding == NULL) return;
  if (row->finding->file[0] != '\0') {
    cr_buf_puts(p->out, "      ");
    whole(p->out, row->finding->file);
  }
  if (!p->all || row->finding->trace->verdict.note[0] == '\0') return;
  cr_buf_puts(p->out, "      ");
  rest(p, 6, row->finding->trace->verdict.note);
}

/* At most so many rows (0: all of them). */
static void print_rows(const page *p, const cr_conformance *c, cr_conform_verdict verdict,
                       int colour, unsigned most) {
  unsigned count = cr_conform_count(c, verdict), shown = 0;
  if (count == 0) return;
  paint(p, BOLD);
  cr_buf_printf(
      p->out, "%s\n",
      verdict == CR_CONFORM_NOT_EXERCISED ? "not exercised" : cr_conform_verdict_name(verdict));
  unpaint(p);
  for (unsigned pass = 0; pass < 2; pass++) /* warnings come last */
    for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
      bool last = verdict == CR_CONFORM_VIOLATED && !c->row[i].counts;
      if (c->row[i].verdict != verdict || last != (pass == 1)) continue;
      if (most == 0 || shown < most) print_row(p, c, i, colour);
      shown++;
    }
  if (most != 0 && shown > most) cr_buf_printf(p->out, "  and %u more (--all)\n", shown - most);
}

/* All scenarios in a line. */
static void print_runs_short(const page *p, const cr_conformance *c) {
  uint64_t guides = 0, schedules = 0, whole = 0;
  cr_buf line = {0};
  for (size_t i = 0; i < c->scenarios_count; i++) {
    guides += c->scenario[i].suite + c->scenario[i].stored;
    schedules += c->scenario[i].schedules;
    whole += c->scenario[i].exhausted;
  }
  cr_buf_printf(&line, "  %zu scenarios: %llu guides, %llu schedules (all there are in %llu)",
                c->scenarios_count, (unsigned long long)guides, (unsigned long long)schedules,
                (unsigned long long)whole);
  rest(p, 0, line.data);
  cr_buf_free(&line);
}

static void print_runs(const page *p, const cr_conformance *c, bool all) {
  if (!all && c->scenarios_count > RUNS_SHOWN) {
    print_runs_short(p, c);
    return;
  }
  for (size_t i = 0; i < c->scenarios_count; i++) {
    const cr_conform_scenario *s = &c->scenario[i];
    cr_buf line = {0};
    cr_buf_printf(&line, "  %-15s %u guides of the suite", s->scenario->name, s->suite);
    if (s->stored != 0) cr_buf_printf(&line, ", %u of the store", s->stored);
    if (s->schedules != 0 || s->exhausted)
      cr_buf_printf(&line, ", %llu schedules%s", (unsigned long long)s->schedules,
                    s->exhausted ? " (all)"
                    : s->partial ? " (drawn)"
                                 : "");
    rest(p, 0, line.data);
    cr_buf_free(&line);
  }
}

static void print_fixed(const page *p, const cr_conformance *c, cr_conform_change change,
                        const char *title) {
  if (cr_conform_changes(c, change) == 0) return;
  cr_buf line = {0};
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++)
    if (c->row[i].verdict != CR_CONFORM_NONE && c->row[i].change == change)
      cr_buf_printf(&line, " %s", cr_conform_id(i));
  cr_buf_printf(p->out, "%-14s", title);
  rest(p, 14, line.data);
  cr_buf_free(&line);
}

static void print_counts(const page *p, const cr_conformance *c, bool all) {
  reason list[WHYS_MAX];
  unsigned violated = cr_conform_count(c, CR_CONFORM_VIOLATED), warnings = 0;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++)
    warnings += c->row[i].verdict == CR_CONFORM_VIOLATED && !c->row[i].counts;
  paint(p, violated > warnings ? RED : violated > 0 ? YELLOW : GREEN);
  cr_buf_printf(p->out, "violated      %5u", violated);
  unpaint(p);
  if (warnings != 0) cr_buf_printf(p->out, ", %u of them warnings", warnings);
  if (c->baseline != NULL)
    cr_buf_printf(p->out, "%s%u new, %u unchanged", warnings != 0 ? "; " : ", ",
                  cr_conform_changes(c, CR_CONFORM_NEW),
                  cr_conform_changes(c, CR_CONFORM_UNCHANGED));
  cr_buf_printf(p->out, "\ninconclusive  %5u\nheld          %5u\nnot exercised %5u\n",
                cr_conform_count(c, CR_CONFORM_INCONCLUSIVE), cr_conform_count(c, CR_CONFORM_HELD),
                cr_conform_count(c, CR_CONFORM_NOT_EXERCISED));
  unsigned count = reasons_of(c, list), shown = all || count <= WHYS_SHOWN + 1 ? count : WHYS_SHOWN;
  for (unsigned i = 0; i < shown; i++) {
    cr_buf_printf(p->out, "  %5u ", list[i].count);
    rest(p, 8, list[i].why);
  }
  if (shown < count) {
    unsigned left = 0;
    for (unsigned i = shown; i < count; i++) left += list[i].count;
    cr_buf_printf(p->out, "  %5u for %u other reasons (--all)\n", left, count - shown);
  }
  if (c->baseline == NULL) return;
  print_fixed(p, c, CR_CONFORM_FIXED, "fixed");
  print_fixed(p, c, CR_CONFORM_GONE, "gone");
}

static void sentence(const cr_conformance *c, cr_exit status, cr_buf *out) {
  const char *nothing = c->baseline != NULL ? "nothing new" : "nothing found";
  if (status == CR_EXIT_OK)
    cr_buf_printf(out, "%s: every schedule within the bounds was run",
                  c->baseline != NULL ? "nothing new" : "conforms");
  else if (status == CR_EXIT_BOUNDED)
    cr_buf_printf(out, "%s; %s", nothing,
                  c->stopped ? "stopped before the end" : "there are schedules beyond the bounds");
  else if (status == CR_EXIT_NONDET)
    cr_buf_puts(out, "cannot be judged");
  else
    cr_buf_puts(out, c->baseline != NULL ? "breaks what it did not before" : "does not conform");
}

void cr_conform_table(const cr_conformance *c, unsigned width, bool colours, bool all,
                      cr_buf *out) {
  page p = {.out = out, .width = width < 40 ? 40 : width, .colours = colours, .all = all};
  cr_exit status = cr_conform_exit(c);
  cr_buf head = {0};
  cr_buf_printf(&head, "%s  %016llx  %s, contract %016llx", c->subject->name,
                (unsigned long long)c->subject->digest, c->tool,
                (unsigned long long)cr_contract_digest());
  rest(&p, 0, head.data);
  print_runs(&p, c, all);
  if (c->refused[0] != '\0') {
    cr_buf_puts(out, "  refused: ");
    rest(&p, 11, c->refused);
  }
  if (c->note[0] != '\0') {
    cr_buf_puts(out, "  ");
    if (c->nondeterministic)
      whole(out, c->note);
    else
      rest(&p, 2, c->note);
  }
  /* a baseline has two lines of its own */
  unsigned most = c->baseline == NULL ? VIOLATED_SHOWN : VIOLATED_SHOWN - 1;
  print_rows(&p, c, CR_CONFORM_VIOLATED, RED, all ? 0 : most);
  if (c->refused[0] == '\0' || all)
    print_rows(&p, c, CR_CONFORM_INCONCLUSIVE, YELLOW, all ? 0 : INCONCLUSIVE_SHOWN);
  if (all) print_rows(&p, c, CR_CONFORM_HELD, GREEN, 0);
  if (all) print_rows(&p, c, CR_CONFORM_NOT_EXERCISED, 0, 0);
  print_counts(&p, c, all);
  paint(&p, status == CR_EXIT_OK ? GREEN : status == CR_EXIT_BOUNDED ? YELLOW : RED);
  sentence(c, status, out);
  if (c->stopped && status != CR_EXIT_BOUNDED) cr_buf_puts(out, "; stopped before the end");
  cr_buf_printf(out, " (exit status %d)\n", (int)status);
  unpaint(&p);
  cr_buf_free(&head);
}

/* ---- Markdown -------------------------------------------------------------------------------- */

/* As text of a cell: nothing in it is markup. */
static void cell(cr_buf *out, const char *text) {
  cr_buf clean = {0};
  cr__clean(text, &clean);
  for (const char *t = clean.data == NULL ? "" : clean.data; *t != '\0'; t++) {
    if (*t == '\n' || *t == '\r')
      cr_buf_putc(out, ' ');
    else if (strchr("|\\`*_<>[]#~", *t) != NULL)
      cr_buf_printf(out, "\\%c", *t);
    else
      cr_buf_putc(out, *t);
  }
  cr_buf_free(&clean);
}

/* As code in a cell. */
static void code(cr_buf *out, const char *text) {
  cr_buf clean = {0};
  cr__clean(text, &clean);
  cr_buf_putc(out, '`');
  for (const char *t = clean.data == NULL ? "" : clean.data; *t != '\0'; t++) {
    if (*t == '|') cr_buf_putc(out, '\\');
    cr_buf_putc(out, *t == '`' || *t == '\n' ? '\'' : *t);
  }
  cr_buf_putc(out, '`');
  cr_buf_free(&clean);
}

static void markdown_rows(const cr_conformance *c, cr_conform_verdict verdict, cr_buf *out) {
  if (cr_conform_count(c, verdict) == 0) return;
  bool bad = verdict == CR_CONFORM_VIOLATED;
  cr_buf_printf(out, "\n| %s | %s | runs | %s |\n| --- | --- | ---: | --- |\n",
                cr_conform_verdict_name(verdict), c->baseline != NULL ? "change" : "level",
                bad ? "trace" : "why");
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
    const cr_conform_row *row = &c->row[i];
    if (row->verdict != verdict) continue;
    cr_buf_printf(out, "| **%s** ", cr_conform_id(i));
    cell(out, cr_conform_text(i));
    cr_buf_printf(out, " | %s | %llu | ",
                  c->baseline != NULL ? cr_conform_change_name((cr_conform_change)row->change)
                                      : cr_conform_level(i),
                  (unsigned long long)(bad ? row->violated : row->held));
    if (!bad)
      cell(out, row->why);
    else if (row->finding != NULL && row->finding->file[0] != '\0')
      code(out, row->finding->file);
    cr_buf_puts(out, " |\n");
  }
}

/* As indented code, in which nothing is markup. */
static void markdown_commands(const cr_conformance *c, cr_buf *out) {
  bool any = false;
  for (size_t i = 0; i < c->findings_count; i++) {
    cr_buf clean = {0};
    line_of(c->finding[i].command, &clean);
    if (clean.len != 0) {
      if (!any) cr_buf_puts(out, "\n<details><summary>Replay</summary>\n\n");
      any = true;
      cr_buf_printf(out, "    %s\n", clean.data);
    }
    cr_buf_free(&clean);
  }
  if (any) cr_buf_puts(out, "\n</details>\n");
}

void cr_conform_markdown(const cr_conformance *c, cr_buf *out) {
  cr_exit status = cr_conform_exit(c);
  cr_buf_puts(out, "### ");
  cell(out, c->subject->name);
  cr_buf_puts(out, ": ");
  sentence(c, status, out);
  cr_buf_puts(out, "\n\n");
  cr_buf_puts(out, "| violated | inconclusive | held | not exercised |");
  if (c->baseline != NULL) cr_buf_puts(out, " new | unchanged | fixed |");
  cr_buf_puts(out, "\n| ---: | ---: | ---: | ---: |");
  if (c->baseline != NULL) cr_buf_puts(out, " ---: | ---: | ---: |");
  cr_buf_printf(out, "\n| %u | %u | %u | %u |", cr_conform_count(c, CR_CONFORM_VIOLATED),
                cr_conform_count(c, CR_CONFORM_INCONCLUSIVE), cr_conform_count(c, CR_CONFORM_HELD),
                cr_conform_count(c, CR_CONFORM_NOT_EXERCISED));
  if (c->baseline != NULL)
    cr_buf_printf(out, " %u | %u | %u |", cr_conform_changes(c, CR_CONFORM_NEW),
                  cr_conform_changes(c, CR_CONFORM_UNCHANGED),
                  cr_conform_changes(c, CR_CONFORM_FIXED));
  cr_buf_putc(out, '\n');
  if (c->refused[0] != '\0') {
    cr_buf_puts(out, "\nRefused: ");
    cell(out, c->refused);
    cr_buf_putc(out, '\n');
  }
  if (c->note[0] != '\0') {
    cr_buf_puts(out, "\nRemark: ");
    cell(out, c->note);
    cr_buf_putc(out, '\n');
  }
  markdown_rows(c, CR_CONFORM_VIOLATED, out);
  markdown_commands(c, out);
  if (c->refused[0] == '\0') markdown_rows(c, CR_CONFORM_INCONCLUSIVE, out);
  cr_buf_puts(out, "\n| scenario | guides | schedules |\n| --- | ---: | ---: |\n");
  for (size_t i = 0; i < c->scenarios_count; i++) {
    const cr_conform_scenario *s = &c->scenario[i];
    cr_buf_puts(out, "| ");
    cell(out, s->scenario->name);
    cr_buf_printf(out, " | %u | %llu%s |\n", s->suite + s->stored, (unsigned long long)s->schedules,
                  s->exhausted                     ? ", all"
                  : s->partial && s->schedules > 0 ? ", drawn"
                                                   : "");
  }
  if (c->stopped) cr_buf_puts(out, "\nStopped before the end: the next run may say more.\n");
  cr_buf_printf(out, "\n<sub>%s, contract %016llx, file %016llx", c->tool,
                (unsigned long long)cr_contract_digest(), (unsigned long long)c->subject->digest);
  if (c->baseline != NULL) {
    cr_buf_puts(out, ", baseline ");
    cell(out, c->baseline);
  }
  cr_buf_puts(out, "</sub>\n");
}
