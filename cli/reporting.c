/* reporting.c - see reporting.h. */
#include "reporting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FINDINGS_MAX = CR_CLAUSE_COUNT + CR_VERDICT_COUNT };

typedef struct found {
  cr_trace trace;
  uint64_t times;
  char id[24];
  char *file, *command, *dll;
} found;

typedef struct subject {
  cr_subject subject;
  cr_report_subject row;
  found finding[FINDINGS_MAX];
  cr_report_finding view[FINDINGS_MAX];
  unsigned findings_count;
  char note[200];
} subject;

struct cli_reporting {
  subject *subject[CLI_SUBJECTS_MAX];
  cr_report_subject view[CLI_SUBJECTS_MAX];
  unsigned count;
};

cli_reporting *cli_reporting_new(void) { return cr_alloc(sizeof(cli_reporting)); }

void cli_reporting_free(cli_reporting *r) {
  if (r == NULL) return;
  for (unsigned i = 0; i < r->count; i++) {
    subject *s = r->subject[i];
    for (unsigned k = 0; k < s->findings_count; k++) {
      cr_trace_free(&s->finding[k].trace);
      free(s->finding[k].file);
      free(s->finding[k].command);
      free(s->finding[k].dll);
    }
    free(s);
  }
  free(r);
}

unsigned cli_reporting_subject(cli_reporting *r, const cr_subject *wanted) {
  for (unsigned i = 0; i < r->count; i++)
    if (r->subject[i]->subject.digest == wanted->digest &&
        strcmp(r->subject[i]->subject.name, wanted->name) == 0)
      return i;
  CR_ASSERT(r->count < CLI_SUBJECTS_MAX);
  subject *s = cr_alloc(sizeof *s);
  s->subject = *wanted;
  r->subject[r->count] = s;
  return r->count++;
}

void cli_reporting_note(cli_reporting *r, unsigned number, const char *note) {
  snprintf(r->subject[number]->note, sizeof r->subject[number]->note, "%s", note);
}

unsigned cli_reporting_findings(const cli_reporting *r, unsigned number) {
  return r->subject[number]->findings_count;
}

uint64_t cli_reporting_seen(const cli_reporting *r, unsigned number, const cr_verdict *v) {
  const subject *s = r->subject[number];
  for (unsigned i = 0; i < s->findings_count; i++)
    if (s->finding[i].trace.verdict.kind == v->kind &&
        s->finding[i].trace.verdict.clause == v->clause)
      return s->finding[i].times;
  return 0;
}

static void tally(subject *s, const cr_trace *observed) {
  cr_judgement judgement;
  cr_trace_judge(observed, &judgement);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if (!cr_clauses_has(&judgement.exercised, (cr_clause)i)) continue;
    /* A warning does not make a violation unless it was asked for: the verdict says so. */
    bool counts = cr_clause_row_of((cr_clause)i)->level == CR_LEVEL_ERROR ||
                  observed->verdict.clause == (cr_clause)i;
    if (cr_clauses_has(&judgement.violated, (cr_clause)i) && counts)
      s->row.violated[i]++;
    else if (!cr_clauses_has(&judgement.violated, (cr_clause)i))
      s->row.held[i]++;
  }
}

void cli_reporting_add(cli_reporting *r, unsigned number, const cr_trace *observed,
                       const char *dll) {
  subject *s = r->subject[number];
  const cr_verdict *v = &observed->verdict;
  if (v->kind == CR_VERDICT_INCONCLUSIVE && observed->steps_count <= 4) { /* not even loaded */
    cli_reporting_note(r, number, v->note);
    return;
  }
  s->row.replays++;
  tally(s, observed);
  if (v->kind == CR_VERDICT_CONFORMS) return;
  unsigned i = 0;
  while (i < s->findings_count && (s->finding[i].trace.verdict.kind != v->kind ||
                                   s->finding[i].trace.verdict.clause != v->clause))
    i++;
  if (i == s->findings_count) {
    CR_ASSERT(s->findings_count < FINDINGS_MAX);
    s->findings_count++;
    cr_trace_copy(&s->finding[i].trace, observed);
    s->finding[i].dll = cr_strdup(dll);
  } else if (observed->steps_count < s->finding[i].trace.steps_count) {
    cr_trace_copy(&s->finding[i].trace, observed);
  }
  s->finding[i].times++;
}

/* Clauses first, in the order of the table; then crashes and the like. */
static int compare_findings(const void *a, const void *b) {
  const cr_verdict *x = &((const found *)a)->trace.verdict, *y = &((const found *)b)->trace.verdict;
  bool vx = x->kind == CR_VERDICT_VIOLATES, vy = y->kind == CR_VERDICT_VIOLATES;
  if (vx != vy) return vx ? -1 : 1;
  if (vx) return (x->clause > y->clause) - (x->clause < y->clause);
  return (x->kind > y->kind) - (x->kind < y->kind);
}

static cr_err save_finding(subject *s, found *f, const char *folder, cr_errinfo *info) {
  cr_buf path = {0}, text = {0};
  const cr_verdict *v = &f->trace.verdict;
  size_t stem = strcspn(s->subject.name, ".");
  cr_buf_printf(&path, "%s/%.*s-%s.trace", folder, (int)stem, s->subject.name,
                v->kind == CR_VERDICT_VIOLATES ? cr_clause_row_of(v->clause)->id
                                               : cr_verdict_kind_name(v->kind));
  cr_trace_write(&f->trace, &text);
  cr_err err = cr_file_write(path.data, text.data, text.len, info);
  free(f->file);
  free(f->command);
  f->file = cr_strdup(path.data);
  cr_buf_clear(&text);
  cli_self(&text);
  cr_buf_puts(&text, " replay ");
  cli_path_for_people(path.data, &text);
  cr_buf_puts(&text, " --dll ");
  cli_path_for_people(f->dll, &text);
  f->command = cr_strdup(text.data);
  snprintf(f->id, sizeof f->id, "%016llx",
           (unsigned long long)cr_trace_behaviour_digest(&f->trace));
  cr_buf_free(&path);
  cr_buf_free(&text);
  return err;
}

cr_err cli_reporting_save(cli_reporting *r, const char *folder, cr_errinfo *info) {
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", folder, strerror(errno));
  for (unsigned i = 0; i < r->count; i++)
    for (unsigned k = 0; k < r->subject[i]->findings_count; k++) {
      cr_err err = save_finding(r->subject[i], &r->subject[i]->finding[k], folder, info);
      if (err != CR_OK) return err;
    }
  return CR_OK;
}

void cli_reporting_finish(cli_reporting *r, cr_report *report) {
  for (unsigned i = 0; i < r->count; i++) {
    subject *s = r->subject[i];
    qsort(s->finding, s->findings_count, sizeof s->finding[0], compare_findings);
    for (unsigned k = 0; k < s->findings_count; k++) {
      const found *f = &s->finding[k];
      s->view[k] = (cr_report_finding){.trace = &f->trace,
                                       .id = f->id,
                                       .file = f->file == NULL ? "" : f->file,
                                       .command = f->command == NULL ? "" : f->command,
                                       .times = f->times};
    }
    r->view[i] = s->row;
    r->view[i].subject = &s->subject;
    r->view[i].findings = s->view;
    r->view[i].findings_count = s->findings_count;
    r->view[i].note = s->note;
  }
  report->subjects = r->view;
  report->subjects_count = r->count;
}
