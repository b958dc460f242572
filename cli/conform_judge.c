/* conform_judge.c - from runs to verdicts: what a conformance says of each clause, why a clause was
 * not exercised, and what is new against a baseline. See conforming.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "conforming.h"
#include "json.h"
#include "minimising.h"
#include "neighbours.h"
#include "why_not.h"

enum { BASELINE_BYTES_MAX = 256 * 1024 * 1024 };

/* ---- why not --------------------------------------------------------------------------------- */

static const char *own_text(cli_conforming *c, const char *begin, const char *name) {
  cr_buf text = {0};
  cr_buf_printf(&text, "%s%s", begin, name);
  for (unsigned i = 0; i < c->whys; i++)
    if (strcmp(c->why[i], text.data) == 0) {
      cr_buf_free(&text);
      return c->why[i];
    }
  c->why = cr_realloc(c->why, (c->whys + 1) * sizeof *c->why);
  c->why[c->whys] = text.data;
  return c->why[c->whys++];
}

/* What a scenario has that none of ours has; NULL when there is nothing of the kind. */
static const char *lacking(cli_conforming *c, const cr_scenario *wanted) {
  for (unsigned p = 0; p < CR_PART_COUNT; p++)
    if (wanted->part[p])
      return own_text(c,
                      p == CR_PART_CONTROLS || p == CR_PART_LOADING || p == CR_PART_INSIDE ||
                              p == CR_PART_HEALTH
                          ? "nothing of it showed outside of the DLL: the part "
                          : "the host plays no actor of the part ",
                      cr_part_name((cr_part)p));
  const cr_scenario *ours[CLI_CONFORM_SCENARIOS_MAX];
  bool volume = wanted->volumes_count == 0;
  for (unsigned i = 0; i < c->count; i++) {
    ours[i] = &c->plan[i].scenario;
    volume = volume || ours[i]->volumes_count > 0;
  }
  if (!volume) return "it is about a volume, and the DLL does not use the one of its resource";
  cr_buf text = {0};
  cli_lacking(ours, c->count, wanted, &text);
  const char *own = text.len == 0 ? NULL : own_text(c, text.data, "");
  cr_buf_free(&text);
  return own;
}

const char *cli_conforming_why(cli_conforming *c, cr_clause clause) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  const char *why = NULL;
  if (row->party == CR_PARTY_MONITOR) return "a duty of the Resource Monitor, not of a DLL";
  if (row->party == CR_PARTY_VOLUME) return "a duty of the volume, not of a DLL";
  if (row->party == CR_PARTY_PNP) return "a duty of plug and play, not of a DLL";
  if (row->party == CR_PARTY_CLUSTER) return "a duty of the cluster disk, not of a DLL";
  if (row->level == CR_LEVEL_NOTE) return "a note on our own models, not on a DLL";
  for (uint32_t m = 1; m < CR_MUTANT_COUNT; m++) {
    cr_scenario scenario;
    cr_errinfo info;
    const cr_mutant_row *mutant = cr_mutant_row_of(m);
    if (strcmp(mutant->clause, row->id) != 0 ||
        cli_load_scenario(mutant->scenario, &scenario, &info) != CR_OK)
      continue;
    const char *lacks = lacking(c, &scenario);
    if (lacks == NULL) {
      why = NULL;
      break; /* it could have been */
    }
    if (why == NULL) why = lacks;
  }
  return why != NULL ? why : "the DLL never came to where it could have failed";
}

/* ---- verdicts -------------------------------------------------------------------------------- */

static void judge_row(cli_conforming *c, unsigned i) {
  cr_conform_row *row = &c->result.row[i];
  bool clause = i < CR_CLAUSE_COUNT;
  uint64_t runs = 0;
  for (unsigned s = 0; s < c->count; s++) {
    row->held += clause ? c->scenario[s].held[i] : 0;
    row->violated += c->scenario[s].violated[i];
    runs += c->scenario[s].suite + c->scenario[s].stored + c->scenario[s].schedules;
  }
  if (!clause) row->held = runs > row->violated ? runs - row->violated : 0;
  bool warning = clause && cr_clause_row_of((cr_clause)i)->level == CR_LEVEL_WARNING;
  row->counts = !warning || c->result.strict;
  row->why = "";
  if (row->violated > 0 && (row->finding != NULL || !row->counts)) {
    row->verdict = CR_CONFORM_VIOLATED;
  } else if (row->violated > 0) {
    row->verdict = CR_CONFORM_INCONCLUSIVE;
    row->why = "broken once, and not again in a fresh process";
  } else if (clause && c->behind[i] > 0) {
    row->verdict = CR_CONFORM_INCONCLUSIVE;
    row->why = "broken only behind another violation in the same run, which may be why";
  } else if (row->held > 0) {
    row->verdict = CR_CONFORM_HELD;
  } else {
    row->verdict = CR_CONFORM_NOT_EXERCISED;
    row->why = clause ? cli_conforming_why(c, (cr_clause)i) : "nothing was run";
    bool ours = !clause || cr_clauses_has(&c->duties.always, (cr_clause)i) ||
                cr_clauses_has(&c->duties.as_program, (cr_clause)i);
    if (ours && c->refused[0] != '\0') {
      row->verdict = CR_CONFORM_INCONCLUSIVE;
      row->why = "the DLL cannot be driven";
    }
  }
}

static const char *place_of(cli_conforming *c, const char *file) {
  cr_buf path = {0};
  if (file[0] != '\0') cli_path_in_repository(file, &path);
  const char *place = own_text(c, path.data == NULL ? "" : path.data, "");
  cr_buf_free(&path);
  return place;
}

/* The page's counts are those of the whole campaign. */
static void fill_findings(cli_conforming *c) {
  cr_report report = {0};
  cli_reporting_finish(c->reporting, &report);
  const cr_report_subject *subject = &report.subjects[c->subject];
  c->finding = cr_alloc((subject->findings_count + 1) * sizeof *c->finding);
  c->result.finding = c->finding;
  for (size_t i = 0; i < subject->findings_count; i++) {
    const cr_report_finding *f = &subject->findings[i];
    unsigned row = cr_conform_row_of(&f->trace->verdict);
    if (row == CR_CONFORM_ROWS) continue;
    cr_conform_finding *own = &c->finding[c->result.findings_count++];
    *own = (cr_conform_finding){.trace = f->trace,
                                .file = f->file,
                                .command = f->command,
                                .id = f->id,
                                .neighbour = f->neighbour,
                                .found_steps = f->found_steps,
                                .minimal = f->minimal,
                                .place = place_of(c, f->file)};
    c->result.row[row].finding = own;
  }
}

static void add_note(cli_conforming *c, const char *title, const char *text) {
  size_t n = strlen(c->note);
  if (text[0] != '\0')
    snprintf(c->note + n, sizeof c->note - n, "%s%s%s", n == 0 ? "" : "; ", title, text);
}

static bool go_on(void *context) { return !cli_conforming_late(context); }

static cr_err minimise_findings(cli_conforming *c, cr_errinfo *info) {
  cli_minimising m = {
      .host = c->host,
      .options = {.strict = cli_has(c->args, "strict"), .go_on = go_on, .context = c},
      .corpus = c->corpus};
  cr_buf note = {0};
  bool stopped = false;
  cr_err err = cli_minimising_findings(&m, c->reporting, c->subject, &note, &stopped, info);
  if (stopped) c->result.stopped = true;
  if (note.len != 0) add_note(c, "", note.data);
  cr_buf_free(&note);
  return err;
}

/* ---- baselines ------------------------------------------------------------------------------- */

struct cli_conform_before {
  const char *file;
  const cr_subject *subject;
  bool violated[CR_CONFORM_ROWS];
  bool warnings;     /* it tells of them, too: a store has verdicts only */
  bool other_builds; /* only replays on builds with another digest than the subject's */
  uint64_t seen;
  char remark[160]; /* why the comparison may say less than it seems to */
};
typedef cli_conform_before before;

/* Comparing with another DLL, or under another contract, is allowed; taking it for the same is not.
 */
static void remark_on(const json_t *root, before *b) {
  char contract[17];
  const char *name = NULL, *digest = NULL;
  snprintf(contract, sizeof contract, "%016llx", (unsigned long long)cr_contract_digest());
  if (json_unpack((json_t *)root, "{s?{s?s}, s?s}", "subject", "name", &name, "contract",
                  &digest) != 0)
    return;
  bool other = name != NULL && strcmp(name, b->subject->name) != 0;
  bool older = digest != NULL && strcmp(digest, contract) != 0;
  if (other || older)
    snprintf(b->remark, sizeof b->remark, "the baseline is %s%.64s%s%s", other ? "that of " : "",
             other ? name : "", other && older ? ", and " : "",
             older ? "under another contract" : "");
}

static cr_err read_json(const char *file, const cr_buf *text, before *b, cr_errinfo *info) {
  json_error_t error;
  json_t *root =
      json_loadb(text->data == NULL ? "" : text->data, text->len, JSON_REJECT_DUPLICATES, &error);
  if (root == NULL)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s:%d: %s; take what `clusrace conform --json` wrote, or a store", file,
                   error.line, error.text);
  const char *schema = json_string_value(json_object_get(root, "schema"));
  json_t *rows = json_object_get(root, "clauses"), *row;
  cr_err err = CR_OK;
  size_t i;
  if (schema == NULL || strcmp(schema, "clusrace-conform-1") != 0 || !json_is_array(rows))
    err = cr_fail(info, CR_ERR_INPUT,
                  "%s: not of the schema clusrace-conform-1; take what `clusrace conform --json` "
                  "wrote",
                  file);
  b->warnings = true;
  if (err == CR_OK) remark_on(root, b);
  json_array_foreach(rows, i, row) {
    const char *id = json_string_value(json_object_get(row, "id"));
    const char *verdict = json_string_value(json_object_get(row, "verdict"));
    if (err != CR_OK || id == NULL || verdict == NULL) continue;
    unsigned number = cr_conform_by_id(id); /* a clause that is no more is passed over */
    if (number < CR_CONFORM_ROWS && strcmp(verdict, "violated") == 0) b->violated[number] = true;
  }
  json_decref(root);
  return err;
}

static cr_err read_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  before *b = arg;
  cr_trace trace = {0};
  cr_err err = cr_trace_read(replay->text, replay->text_len, "a stored replay", &trace, info);
  if (err != CR_OK) return err;
  bool own = trace.subject.digest == b->subject->digest;
  if (strcmp(trace.subject.name, b->subject->name) == 0 && own != b->other_builds) {
    unsigned row = cr_conform_row_of(&trace.verdict);
    b->seen++;
    if (row < CR_CONFORM_ROWS) b->violated[row] = true;
  }
  cr_trace_free(&trace);
  return CR_OK;
}

/* Of a store that knows several builds under this name, the others are the earlier ones. */
static cr_err read_store(const char *file, before *b, cr_errinfo *info) {
  cr_corpus *corpus = NULL;
  cr_err err = cr_corpus_open(file, CR_CORPUS_READ, &corpus, info);
  b->other_builds = true;
  if (err == CR_OK) err = cr_corpus_each_replay(corpus, 0, read_replay, b, info);
  if (err == CR_OK && b->seen == 0) {
    b->other_builds = false;
    err = cr_corpus_each_replay(corpus, 0, read_replay, b, info);
  }
  cr_corpus_close(corpus);
  if (err == CR_OK && b->seen == 0)
    err = cr_fail(info, CR_ERR_INPUT,
                  "%s: holds no replay on a DLL named %s; make it with clusrace conform --store",
                  file, b->subject->name);
  return err;
}

/* Is it an SQLite database? One that cannot be read is none. */
static bool is_store(const char *file) {
  static const char store[] = "SQLite format 3";
  char head[sizeof store] = "";
  FILE *f = fopen(file, "rb");
  if (f == NULL) return false;
  bool is = fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, store, sizeof head) == 0;
  fclose(f);
  return is;
}

cr_err cli_conforming_baseline(cli_conforming *c, const char *file, cr_errinfo *info) {
  before *b = c->before = cr_alloc(sizeof *b);
  cr_buf text = {0};
  b->file = file;
  b->subject = cr_host_subject(c->host);
  if (is_store(file)) return read_store(file, b, info);
  cr_err err = cr_file_read(file, BASELINE_BYTES_MAX, &text, info);
  if (err == CR_OK) err = read_json(file, &text, b, info);
  cr_buf_free(&text);
  return err;
}

static void compare(cli_conforming *c) {
  const before *b = c->before;
  if (b == NULL) return;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
    cr_conform_row *row = &c->result.row[i];
    bool now = row->verdict == CR_CONFORM_VIOLATED && (row->counts || b->warnings);
    row->change = now && b->violated[i]             ? CR_CONFORM_UNCHANGED
                  : now                             ? CR_CONFORM_NEW
                  : !b->violated[i]                 ? CR_CONFORM_SAME
                  : row->verdict == CR_CONFORM_HELD ? CR_CONFORM_FIXED
                                                    : CR_CONFORM_GONE;
  }
  add_note(c, "", b->remark);
  c->result.baseline = b->file;
}

/* ---- the result -------------------------------------------------------------------------------
 */

cr_err cli_conforming_finish(cli_conforming *c, const char *folder, cr_errinfo *info) {
  cr_err err = CR_OK;
  cr_conformance *r = &c->result;
  if (cli_reporting_findings(c->reporting, c->subject) != 0) {
    cr_errinfo ignored;
    if (!c->failed) err = minimise_findings(c, info);
    cr_err saved = cli_reporting_save(c->reporting, folder, err == CR_OK ? info : &ignored);
    if (err == CR_OK) err = saved;
    if (err == CR_OK && !c->failed && cli_has(c->args, "html") && !cli_interrupted())
      err = cli_neighbours_find(c->reporting, c->subject, c->host,
                                cli_has(c->args, "strict") ? CR_REPLAY_STRICT : 0, info);
  }
  add_note(c, "not under the scheduler: ", cr_host_unseen(c->host));
  add_note(c, "", cr_host_remarks(c->host));
  r->refused = c->refused;
  r->note = c->note;
  r->scenario = c->scenario;
  r->scenarios_count = c->count;
  fill_findings(c);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) judge_row(c, i);
  static const cr_verdict_kind kinds[] = {CR_VERDICT_CRASHES, CR_VERDICT_HANGS, CR_VERDICT_DEADLOCK,
                                          CR_VERDICT_MISUSES};
  for (size_t i = 0; i < CR_ARRAY_LEN(kinds); i++)
    judge_row(c, CR_CLAUSE_COUNT + (unsigned)kinds[i]);
  for (size_t i = 0; i < r->findings_count; i++)
    c->finding[i].times = r->row[cr_conform_row_of(&c->finding[i].trace->verdict)].violated;
  compare(c);
  return err;
}
