/* text.c - the terminal's summary. */
#include <string.h>

#include "clusrace/report.h"
#include "escape.h"
#include "lanes.h"
#include "summary.h"

/* What fits a screen of 24 lines with the prompt; beyond it a DLL has one line. */
enum { NAME_COLUMNS = 22, LINES_MAX = 16 };
enum { RED = 31, GREEN = 32, YELLOW = 33, BOLD = 1 };

static void paint(cr_buf *out, bool colours, int code) {
  if (colours) cr_buf_printf(out, "\033[%dm", code);
}

static void unpaint(cr_buf *out, bool colours) {
  if (colours) cr_buf_puts(out, "\033[0m");
}

/* At most n characters; what is cut ends in "...". */
static void clipped(cr_buf *out, const char *text, size_t n) {
  size_t len = strlen(text);
  if (len <= n) {
    cr_buf_puts(out, text);
  } else {
    cr_buf_add(out, text, n < 3 ? 0 : n - 3);
    cr_buf_puts(out, "...");
  }
}

static void write_name(const cr_report_subject *s, bool colours, cr_buf *out) {
  cr_exit status = cr_report_subject_exit(s);
  cr_buf name = {0};
  cr_buf_puts(out, "  ");
  cr__clean(s->subject->name, &name);
  clipped(out, name.data == NULL ? "" : name.data, NAME_COLUMNS);
  for (size_t n = name.len; n < NAME_COLUMNS; n++) cr_buf_putc(out, ' ');
  cr_buf_putc(out, ' ');
  cr_buf_free(&name);
  paint(out, colours, status == CR_EXIT_OK ? GREEN : status == CR_EXIT_BOUNDED ? YELLOW : RED);
  cr_buf_puts(out, cr__subject_verdict(s));
  unpaint(out, colours);
}

static void write_subject(const cr_report_subject *s, unsigned width, bool colours, cr_buf *out) {
  write_name(s, colours, out);
  cr_buf_printf(out, " (%llu replays, %u clauses held)\n", (unsigned long long)s->replays,
                cr__clauses_held(s));
  if (s->note[0] != '\0') {
    cr_buf_puts(out, "      ");
    clipped(out, s->note, width - 6);
    cr_buf_putc(out, '\n');
  }
  for (size_t i = 0; i < s->findings_count; i++) {
    const cr_report_finding *f = &s->findings[i];
    cr_buf line = {0};
    cr__verdict_text(&f->trace->verdict, &line);
    cr_buf_puts(out, "      ");
    clipped(out, line.data, width - 6);
    cr_buf_putc(out, '\n');
    if (f->file[0] != '\0') cr_buf_printf(out, "        %s\n", f->file);
    cr_buf_free(&line);
  }
}

/* A DLL in a line, its findings by their clauses. */
static void write_subject_short(const cr_report_subject *s, unsigned width, bool colours,
                                cr_buf *out) {
  cr_buf ids = {0};
  size_t used = 2 + NAME_COLUMNS + 1 + strlen(cr__subject_verdict(s)) + 2;
  write_name(s, colours, out);
  for (size_t i = 0; i < s->findings_count; i++) {
    const cr_verdict *v = &s->findings[i].trace->verdict;
    cr_buf_printf(&ids, "%s%s", i == 0 ? "" : " ",
                  v->kind == CR_VERDICT_VIOLATES ? cr_clause_row_of(v->clause)->id
                                                 : cr_verdict_kind_name(v->kind));
  }
  if (ids.len != 0 && width > used + 3) {
    cr_buf_puts(out, ": ");
    clipped(out, ids.data, width - used);
  }
  cr_buf_putc(out, '\n');
  cr_buf_free(&ids);
}

static void write_subjects(const cr_report *r, unsigned width, bool colours, cr_buf *out) {
  size_t lines = 0, shown = 0;
  for (size_t i = 0; i < r->subjects_count; i++) {
    const cr_report_subject *s = &r->subjects[i];
    lines += s->note[0] != '\0' ? 2 : 1;
    for (size_t k = 0; k < s->findings_count; k++) lines += s->findings[k].file[0] != '\0' ? 2 : 1;
  }
  for (size_t i = 0; lines <= LINES_MAX && i < r->subjects_count; i++)
    write_subject(&r->subjects[i], width, colours, out);
  if (lines <= LINES_MAX) return;
  for (unsigned pass = 0; pass < 2; pass++) /* those that conform come last */
    for (size_t i = 0; i < r->subjects_count; i++) {
      bool clean = cr_report_subject_exit(&r->subjects[i]) == CR_EXIT_OK;
      if (clean != (pass == 1) || shown == LINES_MAX) continue;
      write_subject_short(&r->subjects[i], width, colours, out);
      shown++;
    }
  if (shown < r->subjects_count) cr_buf_printf(out, "  and %zu more\n", r->subjects_count - shown);
}

void cr_report_text(const cr_report *r, unsigned width, bool colours, const char *where,
                    cr_buf *out) {
  if (width < 40) width = 40;
  if (r->states != 0) {
    cr_buf_printf(out, "model    %llu states %s; %s\n", (unsigned long long)r->states,
                  r->explored ? "to the end" : "as far as it went",
                  r->refuted != NULL ? "the reference violates a clause" : "every clause holds");
    cr_buf_printf(out, "mutants  %u of the DLL: %u caught by the explorer, %u by the fuzzer\n",
                  r->mutants, r->caught, r->fuzz_caught);
    cr_buf_printf(out, "fuzzing  %llu interleavings (%s), %llu new, %llu stored\n",
                  (unsigned long long)r->executions, r->engine, (unsigned long long)r->novel,
                  (unsigned long long)r->stored);
  }
  cr_buf_puts(out, "DLLs\n");
  write_subjects(r, width, colours, out);
  size_t findings = cr__findings_total(r);
  cr_exit status = cr_report_exit(r);
  paint(out, colours, BOLD);
  if (findings > 0)
    cr_buf_printf(out, "found    %zu finding%s (exit status %d)\n", findings,
                  findings == 1 ? "" : "s", (int)status);
  else
    cr_buf_printf(out, "found    nothing%s (exit status %d)\n",
                  status == CR_EXIT_OK ? "" : "; not everything could be judged", (int)status);
  if (where[0] != '\0') cr_buf_printf(out, "look at  %s\n", where);
  unpaint(out, colours);
}
