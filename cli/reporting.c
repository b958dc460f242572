/* reporting.c - see reporting.h. */
#include "reporting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* BELIEVED: sightings of a finding after which only one that would be shown needs confirming.
 * CLEAN_MAX: runs that conform, and happen to be at hand, of which one may become a finding's
 * neighbour; up to KEPT_MAX when they were looked for. */
enum {
  FINDINGS_MAX = CR_CLAUSE_COUNT + CR_VERDICT_COUNT,
  BELIEVED = 3,
  CLEAN_MAX = 500,
  KEPT_MAX = 600
};

typedef struct found {
  cr_trace trace;
  uint64_t times;
  size_t found_steps; /* before it was minimised, 0: it was not */
  bool minimal;
  char id[24];
  char *file, *command, *dll;
} found;

typedef struct subject {
  cr_subject subject;
  cr_report_subject row;
  found finding[FINDINGS_MAX];
  cr_report_finding view[FINDINGS_MAX];
  unsigned findings_count;
  cr_trace *clean;
  unsigned clean_count;
  char note[600];
} subject;

struct cli_reporting {
  subject **subject;
  cr_report_subject *view;
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
    for (unsigned k = 0; k < s->clean_count; k++) cr_trace_free(&s->clean[k]);
    free(s->clean);
    free(s);
  }
  free(r->subject);
  free(r->view);
  free(r);
}

unsigned cli_reporting_subject(cli_reporting *r, const cr_subject *wanted) {
  for (unsigned i = 0; i < r->count; i++)
    if (r->subject[i]->subject.digest == wanted->digest &&
        strcmp(r->subject[i]->subject.name, wanted->name) == 0)
      return i;
  r->subject = cr_realloc(r->subject, (r->count + 1) * sizeof(subject *));
  subject *s = cr_alloc(sizeof *s);
  s->subject = *wanted;
  r->subject[r->count] = s;
  return r->count++;
}

void cli_reporting_note(cli_reporting *r, unsigned number, const char *note) {
  subject *s = r->subject[number];
  size_t n = strlen(s->note);
  snprintf(s->note + n, sizeof s->note - n, "%s%s", n == 0 ? "" : "; ", note);
}

unsigned cli_reporting_findings(const cli_reporting *r, unsigned number) {
  return r->subject[number]->findings_count;
}

/* Steps that it takes to show: what comes behind is how the run was brought to rest. */
static size_t steps_to_show(const cr_trace *t) {
  bool decided = t->verdict.kind == CR_VERDICT_VIOLATES || t->verdict.kind == CR_VERDICT_MISUSES;
  return decided && t->verdict.step != 0 ? t->verdict.step : t->steps_count;
}

/* Whatever came first: fewer steps until it shows, then fewer behind it, then no guide that was
 * left. */
static bool shows_better(const cr_trace *a, const cr_trace *b) {
  size_t of_a = steps_to_show(a), of_b = steps_to_show(b);
  if (of_a != of_b) return of_a < of_b;
  if (a->steps_count != b->steps_count) return a->steps_count < b->steps_count;
  return a->verdict.note[0] == '\0' && b->verdict.note[0] != '\0';
}

static bool same_finding(const cr_verdict *a, const cr_verdict *b) {
  return a->kind == b->kind && a->clause == b->clause;
}

bool cli_reporting_wants_proof(const cli_reporting *r, unsigned number, const cr_trace *observed) {
  const subject *s = r->subject[number];
  for (unsigned i = 0; i < s->findings_count; i++) {
    const found *f = &s->finding[i];
    if (!same_finding(&f->trace.verdict, &observed->verdict)) continue;
    return f->times < BELIEVED || steps_to_show(observed) < steps_to_show(&f->trace);
  }
  return true;
}

void cli_reporting_minimise(cli_reporting *r, unsigned number, const cr_trace *minimal,
                            bool settled) {
  subject *s = r->subject[number];
  for (unsigned i = 0; i < s->findings_count; i++) {
    found *f = &s->finding[i];
    if (!same_finding(&f->trace.verdict, &minimal->verdict)) continue;
    f->found_steps = f->trace.steps_count;
    f->minimal = settled;
    cr_trace_copy(&f->trace, minimal);
  }
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

void cli_reporting_keep(cli_reporting *r, unsigned number, const cr_trace *observed) {
  subject *s = r->subject[number];
  if (observed->verdict.kind != CR_VERDICT_CONFORMS || s->clean_count == KEPT_MAX) return;
  if (s->clean == NULL) s->clean = cr_alloc(KEPT_MAX * sizeof *s->clean);
  cr_trace_copy(&s->clean[s->clean_count++], observed);
}

/* How many visible steps two runs begin alike with. */
static size_t common_steps(const cr_trace *a, const cr_trace *b) {
  size_t i = 0, k = 0, common = 0;
  for (;; i++, k++, common++) {
    while (i < a->steps_count && !cr_event_row_of(a->steps[i].event.kind)->visible) i++;
    while (k < b->steps_count && !cr_event_row_of(b->steps[k].event.kind)->visible) k++;
    if (i == a->steps_count || k == b->steps_count) return common;
    if (!cr_event_equal(&a->steps[i].event, &b->steps[k].event)) return common;
  }
}

/* Of the runs that conform the one that goes along with the finding for longest; of these the
 * shortest, and the first. */
static const cr_trace *neighbour_of(const subject *s, const cr_trace *finding) {
  const cr_trace *best = NULL;
  size_t most = 0;
  for (unsigned i = 0; i < s->clean_count; i++) {
    const cr_trace *t = &s->clean[i];
    if (t->scenario.digest != finding->scenario.digest) continue;
    size_t common = common_steps(finding, t);
    if (common > most || (common == most && best != NULL && t->steps_count < best->steps_count)) {
      most = common;
      best = t;
    }
  }
  return best;
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
  if (v->kind == CR_VERDICT_CONFORMS) {
    if (s->clean_count < CLEAN_MAX) cli_reporting_keep(r, number, observed);
    return;
  }
  unsigned i = 0;
  while (i < s->findings_count && !same_finding(&s->finding[i].trace.verdict, v)) i++;
  if (i == s->findings_count) {
    CR_ASSERT(s->findings_count < FINDINGS_MAX);
    s->findings_count++;
    cr_trace_copy(&s->finding[i].trace, observed);
    s->finding[i].dll = cr_strdup(dll);
  } else if (shows_better(observed, &s->finding[i].trace)) {
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

/* A DLL's name without its ending, which tells only for what machine it was built. */
static int stem_of(const char *name) {
  static const char *const endings[] = {".dll", ".so"};
  size_t n = strlen(name);
  for (size_t i = 0; i < CR_ARRAY_LEN(endings); i++) {
    size_t e = strlen(endings[i]);
    if (n > e && strcmp(name + n - e, endings[i]) == 0) return (int)(n - e);
  }
  return (int)n;
}

/* STEM-CLAUSE.trace; two that would have one name are told apart by their digests. */
static void finding_path(const cli_reporting *r, const subject *s, const found *f,
                         const char *folder, cr_buf *out) {
  const cr_verdict *v = &f->trace.verdict;
  int stem = stem_of(s->subject.name);
  bool twins = false;
  for (unsigned i = 0; i < r->count; i++) {
    const char *other = r->subject[i]->subject.name;
    if (r->subject[i] != s && stem_of(other) == stem &&
        strncmp(other, s->subject.name, (size_t)stem) == 0)
      twins = true;
  }
  cr_buf_printf(out, "%s/%.*s", folder, stem, s->subject.name);
  if (twins) cr_buf_printf(out, "-%016llx", (unsigned long long)s->subject.digest);
  cr_buf_printf(out, "-%s.trace",
                v->kind == CR_VERDICT_VIOLATES ? cr_clause_row_of(v->clause)->id
                                               : cr_verdict_kind_name(v->kind));
}

static cr_err save_finding(const cli_reporting *r, const subject *s, found *f, const char *folder,
                           cr_errinfo *info) {
  cr_buf path = {0}, text = {0};
  finding_path(r, s, f, folder, &path);
  cr_trace_write(&f->trace, &text);
  cr_err err = cr_file_write(path.data, text.data, text.len, info);
  free(f->file);
  free(f->command);
  f->file = cr_strdup(path.data);
  cr_buf_clear(&text);
  cli_self(&text);
  cr_buf_puts(&text, " replay ");
  cli_path_for_shell(path.data, &text);
  if (f->dll[0] != '\0') {
    cr_buf_puts(&text, " --dll ");
    cli_path_for_shell(f->dll, &text);
  }
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
      cr_err err = save_finding(r, r->subject[i], &r->subject[i]->finding[k], folder, info);
      if (err != CR_OK) return err;
    }
  return CR_OK;
}

void cli_reporting_finish(cli_reporting *r, cr_report *report) {
  r->view = cr_realloc(r->view, (r->count + 1) * sizeof *r->view);
  for (unsigned i = 0; i < r->count; i++) {
    subject *s = r->subject[i];
    qsort(s->finding, s->findings_count, sizeof s->finding[0], compare_findings);
    for (unsigned k = 0; k < s->findings_count; k++) {
      const found *f = &s->finding[k];
      s->view[k] = (cr_report_finding){.trace = &f->trace,
                                       .id = f->id,
                                       .file = f->file == NULL ? "" : f->file,
                                       .command = f->command == NULL ? "" : f->command,
                                       .times = f->times,
                                       .found_steps = f->found_steps,
                                       .minimal = f->minimal,
                                       .neighbour = neighbour_of(s, &f->trace)};
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
