/* read.c - finding and listing; nothing here depends on the order of rows in the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

/* ---- one interleaving -------------------------------------------------------------------------
 */

#define ITEM_COLUMNS                                                                              \
  "i.behaviour, EXISTS (SELECT 1 FROM interleaving t"                                             \
  "   WHERE t.behaviour BETWEEN substr(i.behaviour, 1, 12) AND substr(i.behaviour, 1, 12) || 'g'" \
  "   AND t.behaviour <> i.behaviour),"                                                           \
  " i.contract, i.signature, s.name, s.digest, u.text, i.engine, i.steps, i.verdict, i.clause,"   \
  " i.verdict_step, (SELECT count(*) FROM replay r WHERE r.interleaving = i.id),"                 \
  " coalesce(i.run, 0), i.trace"
#define ITEM_TABLES                                           \
  " FROM interleaving i JOIN scenario s ON s.id = i.scenario" \
  " JOIN subject u ON u.id = i.subject"

/* Values of a kind are names in the file; a name that this version does not know is damage. */
static cr_err item_read(const cr_corpus *corpus, sqlite3_stmt *statement, cr_corpus_item *item,
                        cr_errinfo *info) {
  const char *behaviour = cr__text(statement, 0), *signature = cr__text(statement, 3);
  bool twin = sqlite3_column_int(statement, 1) != 0;
  *item = (cr_corpus_item){.scenario = cr__text(statement, 4),
                           .subject = cr__text(statement, 6),
                           .engine = cr_engine_by_name(cr__text(statement, 7)),
                           .steps = (uint32_t)sqlite3_column_int64(statement, 8),
                           .verdict = cr__verdict_by_name(cr__text(statement, 9)),
                           .clause = cr__text(statement, 10),
                           .verdict_step = (uint32_t)sqlite3_column_int64(statement, 11),
                           .replays = (uint64_t)sqlite3_column_int64(statement, 12),
                           .run = sqlite3_column_int64(statement, 13),
                           .text = cr__text(statement, 14)};
  item->text_len = (size_t)sqlite3_column_bytes(statement, 14);
  if (!cr__unhex(behaviour, &item->behaviour) ||
      !cr__unhex(cr__text(statement, 2), &item->contract) ||
      !cr__unhex(cr__text(statement, 5), &item->scenario_digest) ||
      (signature[0] != '\0' && !cr__unhex(signature, &item->signature)) ||
      item->verdict == CR_VERDICT_COUNT || item->engine == CR_ENGINE_INVALID)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: interleaving %.16s has a value that is none of this version's; see what "
                   "`clusrace corpus check` says",
                   corpus->path, behaviour);
  snprintf(item->id, sizeof item->id, "%.*s", twin ? CR_CORPUS_ID_LONG : CR_CORPUS_ID_SHORT,
           behaviour);
  return CR_OK;
}

/* ---- filters ----------------------------------------------------------------------------------
 */

#define FILTER_WHERE                                                            \
  " WHERE (?1 IS NULL OR s.name = ?1)"                                          \
  " AND (?2 IS NULL OR u.text = ?2 OR u.name = ?2 OR u.kind = ?2)"              \
  " AND (?3 IS NULL OR i.clause = ?3)"                                          \
  " AND (?4 IS NULL OR EXISTS (SELECT 1 FROM coverage c"                        \
  "                            WHERE c.interleaving = i.id AND c.clause = ?4))" \
  " AND (?5 IS NULL OR instr(?5, ' ' || i.verdict || ' ') > 0)"                 \
  " AND (?6 IS NULL OR instr(?6, ' ' || i.engine || ' ') > 0)"                  \
  " AND (?7 = 0 OR i.signature <> '')"

typedef struct filter_names {
  cr_buf verdicts, engines; /* " violates crashes " */
} filter_names;

/* Binds ?1 to ?8; names must live until the statement is reset. */
static void filter_bind(sqlite3_stmt *statement, const cr_corpus_filter *filter,
                        filter_names *names) {
  static const cr_corpus_filter all = {0};
  const cr_corpus_filter *f = filter == NULL ? &all : filter;
  if (f->verdicts != 0) cr_buf_putc(&names->verdicts, ' ');
  for (unsigned i = 0; f->verdicts != 0 && i < CR_VERDICT_COUNT; i++)
    if (f->verdicts >> i & 1)
      cr_buf_printf(&names->verdicts, "%s ", cr_verdict_kind_name((cr_verdict_kind)i));
  if (f->engines != 0) cr_buf_putc(&names->engines, ' ');
  for (unsigned i = 1; f->engines != 0 && i < CR_ENGINE_COUNT; i++)
    if (f->engines >> i & 1) cr_buf_printf(&names->engines, "%s ", cr_engine_name((cr_engine)i));
  int64_t limit = f->limit == 0 || f->limit > INT64_MAX ? -1 : (int64_t)f->limit;
  cr__bind(statement, cr__t(f->scenario), cr__t(f->subject), cr__t(f->clause), cr__t(f->exercised),
           cr__t(names->verdicts.data), cr__t(names->engines.data), cr__i(f->findings),
           cr__i(limit));
}

static void filter_names_free(filter_names *names) {
  cr_buf_free(&names->verdicts);
  cr_buf_free(&names->engines);
}

/* Ids of rows in the order of a listing, and how many each stands for. They are gathered first, so
 * that SQLite sorts numbers and not traces, and no reader is held open during a long walk. */
typedef struct row_list {
  struct {
    int64_t id, count;
  } * rows;
  size_t count, cap;
} row_list;

static cr_err list_rows(const cr_corpus *corpus, const char *sql, const cr_corpus_filter *filter,
                        row_list *list, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  filter_names names = {0};
  bool row = true;
  *list = (row_list){0};
  cr_err err = cr__prepare(corpus, sql, &statement, info);
  if (err != CR_OK) return err;
  filter_bind(statement, filter, &names);
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row) {
    if (list->count == list->cap) {
      list->cap = list->cap == 0 ? 256 : list->cap * 2;
      list->rows = cr_realloc(list->rows, list->cap * sizeof *list->rows);
    }
    list->rows[list->count].id = sqlite3_column_int64(statement, 0);
    list->rows[list->count++].count = sqlite3_column_int64(statement, 1);
  }
  sqlite3_finalize(statement);
  filter_names_free(&names);
  return err;
}

/* Visits the listed rows, as items or as findings. */
static cr_err visit_rows(const cr_corpus *corpus, const row_list *list, cr_corpus_visit visit,
                         cr_corpus_visit_finding visit_finding, void *arg, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row;
  cr_corpus_item item;
  cr_err err =
      cr__prepare(corpus, "SELECT " ITEM_COLUMNS ITEM_TABLES " WHERE i.id = ?1", &statement, info);
  if (err != CR_OK) return err;
  for (size_t i = 0; err == CR_OK && i < list->count; i++) {
    cr__bind(statement, cr__i(list->rows[i].id));
    err = cr__step(corpus, statement, &row, info);
    if (err == CR_OK && row) {
      err = item_read(corpus, statement, &item, info);
      cr_corpus_finding finding = {(uint64_t)list->rows[i].count, &item};
      if (err == CR_OK)
        err = visit != NULL ? visit(arg, &item, info) : visit_finding(arg, &finding, info);
    }
    cr__done(statement);
  }
  sqlite3_finalize(statement);
  return err;
}

cr_err cr_corpus_each(cr_corpus *corpus, const cr_corpus_filter *filter, cr_corpus_visit visit,
                      void *arg, cr_errinfo *info) {
  row_list list;
  cr_err err = list_rows(corpus,
                         "SELECT i.id, 1" ITEM_TABLES FILTER_WHERE
                         " ORDER BY s.name, i.steps, i.behaviour LIMIT ?8",
                         filter, &list, info);
  if (err == CR_OK) err = visit_rows(corpus, &list, visit, NULL, arg, info);
  free(list.rows);
  return err;
}

/* A walk over what may be damaged: the statement for one row, and the visitor. */
typedef struct readable {
  const cr_corpus *corpus;
  const cr__table *table;
  sqlite3_stmt *one;
  cr_corpus_visit item;
  cr_corpus_visit_replay replay;
  void *arg;
  cr__broken broken;
} readable;

static void readable_broken(void *arg, const char *line) {
  const readable *r = arg;
  r->broken(r->arg, line);
}

/* Steps to the row of that number; *seen is GOOD when it is there. */
static void readable_step(const readable *r, int64_t id, cr__seen *seen, cr_errinfo *reason) {
  bool row;
  cr__bind(r->one, cr__i(id));
  *seen = CR__SEEN_BROKEN;
  if (cr__step(r->corpus, r->one, &row, reason) == CR_OK)
    *seen = row ? CR__SEEN_GOOD : CR__SEEN_NOTHING;
  else
    cr__row_unreadable(r->corpus, r->table, id, reason);
}

static cr_err readable_item(void *arg, int64_t id, cr__seen *seen, cr_errinfo *reason,
                            cr_errinfo *info) {
  const readable *r = arg;
  cr_corpus_item item;
  cr_err err = CR_OK;
  readable_step(r, id, seen, reason);
  if (*seen == CR__SEEN_GOOD && item_read(r->corpus, r->one, &item, reason) != CR_OK)
    *seen = CR__SEEN_BROKEN;
  if (*seen == CR__SEEN_GOOD) err = r->item(r->arg, &item, info);
  cr__done(r->one);
  return err;
}

cr_err cr__each_readable(cr_corpus *corpus, cr_corpus_visit visit, cr__broken broken, void *arg,
                         cr_errinfo *info) {
  static const cr__table table = {"interleaving", "interleaving_subject"};
  readable r = {.corpus = corpus, .table = &table, .item = visit, .arg = arg, .broken = broken};
  cr_err err =
      cr__prepare(corpus, "SELECT " ITEM_COLUMNS ITEM_TABLES " WHERE i.id = ?1", &r.one, info);
  if (err == CR_OK) err = cr__each_row(corpus, &table, readable_item, readable_broken, &r, info);
  sqlite3_finalize(r.one);
  return err;
}

cr_err cr_corpus_each_finding(cr_corpus *corpus, const cr_corpus_filter *filter,
                              cr_corpus_visit_finding visit, void *arg, cr_errinfo *info) {
  row_list list;
  cr_err err = list_rows(
      corpus,
      "SELECT id, interleavings FROM ("
      "  SELECT i.id, i.clause, u.text, i.verdict, i.steps, i.behaviour,"
      "         count(*) OVER (PARTITION BY i.scenario, i.clause, i.subject, i.verdict, "
      "i.signature)"
      "           AS interleavings,"
      "         row_number() OVER (PARTITION BY i.scenario, i.clause, i.subject, i.verdict, "
      "i.signature"
      "                            ORDER BY i.steps, i.behaviour) AS place" ITEM_TABLES FILTER_WHERE
      "  AND i.signature <> '') WHERE place = 1"
      " ORDER BY clause, text, verdict, steps, behaviour LIMIT ?8",
      filter, &list, info);
  if (err == CR_OK) err = visit_rows(corpus, &list, NULL, visit, arg, info);
  free(list.rows);
  return err;
}

/* ---- by id ------------------------------------------------------------------------------------
 */

cr_err cr_corpus_find(cr_corpus *corpus, const char *id, cr_corpus_visit visit, void *arg,
                      cr_errinfo *info) {
  size_t n = strlen(id);
  if (n == 0 || n > CR_CORPUS_ID_LONG || strspn(id, "0123456789abcdef") != n)
    return cr_fail(info, CR_ERR_INPUT,
                   "\"%.40s\" is no id; an id is 1 to 16 of the digits 0-9 and a-f, as `clusrace "
                   "corpus ls` shows",
                   id);
  sqlite3_stmt *statement = NULL;
  bool row;
  cr_err err = cr__prepare(corpus,
                           "SELECT id, 1 FROM interleaving"
                           " WHERE behaviour BETWEEN ?1 AND ?1 || 'g' LIMIT 2",
                           &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__t(id));
  int64_t found[2] = {0, 0};
  unsigned count = 0;
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row)
    found[count++] = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  if (err != CR_OK) return err;
  if (count == 0)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: no interleaving %s; `clusrace corpus ls` shows what is there", corpus->path,
                   id);
  if (count > 1)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: more than one interleaving begins with %s; give more digits", corpus->path,
                   id);
  row_list list = {.count = 1, .rows = cr_alloc(sizeof *list.rows)};
  list.rows[0].id = found[0];
  err = visit_rows(corpus, &list, visit, NULL, arg, info);
  free(list.rows);
  return err;
}

typedef struct get_arg {
  cr_corpus *corpus;
  cr_trace *trace;
} get_arg;

static cr_err get_visit(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  get_arg *get = arg;
  cr_buf name = {0};
  cr_buf_printf(&name, "%s: interleaving %s", get->corpus->path, item->id);
  cr_err err = cr_trace_read(item->text, item->text_len, name.data, get->trace, info);
  cr_buf_free(&name);
  return err;
}

cr_err cr_corpus_get(cr_corpus *corpus, const char *id, cr_trace *trace, cr_errinfo *info) {
  get_arg arg = {corpus, trace};
  return cr_corpus_find(corpus, id, get_visit, &arg, info);
}

cr_err cr_corpus_exercised(cr_corpus *corpus, uint64_t behaviour, cr_clauses *exercised,
                           cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row;
  *exercised = (cr_clauses){0};
  cr_err err = cr__prepare(corpus,
                           "SELECT c.clause FROM coverage c JOIN interleaving i"
                           " ON i.id = c.interleaving WHERE i.behaviour = ?1",
                           &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__h(behaviour));
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row) {
    cr_clause clause = cr_clause_by_id(cr__text(statement, 0));
    if (clause != CR_CLAUSE_COUNT) cr_clauses_add(exercised, clause);
  }
  sqlite3_finalize(statement);
  return err;
}

/* ---- replays and runs -------------------------------------------------------------------------
 */

#define REPLAY_COLUMNS "SELECT i.behaviour, u.text, r.verdict, r.clause, r.verdict_step, r.trace"
#define REPLAY_TABLES                                           \
  " FROM replay r JOIN interleaving i ON i.id = r.interleaving" \
  " JOIN subject u ON u.id = r.subject"
#define REPLAY_ORDER " ORDER BY i.behaviour, u.text, r.digest"

static cr_err replay_read(const cr_corpus *corpus, sqlite3_stmt *statement,
                          cr_corpus_replay *replay, cr_errinfo *info) {
  *replay = (cr_corpus_replay){.subject = cr__text(statement, 1),
                               .verdict = cr__verdict_by_name(cr__text(statement, 2)),
                               .clause = cr__text(statement, 3),
                               .verdict_step = (uint32_t)sqlite3_column_int64(statement, 4),
                               .text = cr__text(statement, 5)};
  replay->text_len = (size_t)sqlite3_column_bytes(statement, 5);
  if (cr__unhex(cr__text(statement, 0), &replay->behaviour) && replay->verdict != CR_VERDICT_COUNT)
    return CR_OK;
  return cr_fail(info, CR_ERR_INPUT,
                 "%s: a replay of %.16s has a value that is none of this version's; see what "
                 "`clusrace corpus check` says",
                 corpus->path, cr__text(statement, 0));
}

cr_err cr__replays_of(const cr_corpus *corpus, uint64_t behaviour, sqlite3_stmt **statement,
                      cr_errinfo *info) {
  /* Two statements: one for both would not use the index. */
  static const char all[] = REPLAY_COLUMNS REPLAY_TABLES REPLAY_ORDER;
  static const char one[] = REPLAY_COLUMNS REPLAY_TABLES " WHERE i.behaviour = ?1" REPLAY_ORDER;
  cr_err err = cr__prepare(corpus, behaviour == 0 ? all : one, statement, info);
  if (err == CR_OK && behaviour != 0) cr__bind(*statement, cr__h(behaviour));
  return err;
}

cr_err cr_corpus_each_replay(cr_corpus *corpus, uint64_t behaviour, cr_corpus_visit_replay visit,
                             void *arg, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row;
  cr_corpus_replay replay;
  cr_err err = cr__replays_of(corpus, behaviour, &statement, info);
  if (err != CR_OK) return err;
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row) {
    err = replay_read(corpus, statement, &replay, info);
    if (err == CR_OK) err = visit(arg, &replay, info);
    if (err != CR_OK) break;
  }
  sqlite3_finalize(statement);
  return err;
}

static cr_err readable_replay(void *arg, int64_t id, cr__seen *seen, cr_errinfo *reason,
                              cr_errinfo *info) {
  const readable *r = arg;
  cr_corpus_replay replay;
  cr_err err = CR_OK;
  readable_step(r, id, seen, reason);
  if (*seen == CR__SEEN_GOOD && replay_read(r->corpus, r->one, &replay, reason) != CR_OK)
    *seen = CR__SEEN_BROKEN;
  if (*seen == CR__SEEN_GOOD) err = r->replay(r->arg, &replay, info);
  cr__done(r->one);
  return err;
}

cr_err cr__each_replay_readable(cr_corpus *corpus, cr_corpus_visit_replay visit, cr__broken broken,
                                void *arg, cr_errinfo *info) {
  static const cr__table table = {"replay", "sqlite_autoindex_replay_1"};
  readable r = {.corpus = corpus, .table = &table, .replay = visit, .arg = arg, .broken = broken};
  cr_err err = cr__prepare(corpus, REPLAY_COLUMNS REPLAY_TABLES " WHERE r.id = ?1", &r.one, info);
  if (err == CR_OK) err = cr__each_row(corpus, &table, readable_replay, readable_broken, &r, info);
  sqlite3_finalize(r.one);
  return err;
}

cr_err cr_corpus_each_run(cr_corpus *corpus, cr_corpus_visit_run visit, void *arg,
                          cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row;
  cr_err err = cr__prepare(corpus,
                           "SELECT r.id, r.tool, s.name, u.text, r.label, r.engine, r.seed,"
                           "       r.executions, r.duration_ms, r.exit"
                           " FROM run r JOIN scenario s ON s.id = r.scenario"
                           " JOIN subject u ON u.id = r.subject"
                           " ORDER BY s.name, s.digest, u.text, r.engine, r.seed, r.label, r.tool",
                           &statement, info);
  if (err != CR_OK) return err;
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row) {
    cr_corpus_run_item run = {.id = sqlite3_column_int64(statement, 0),
                              .tool = cr__text(statement, 1),
                              .scenario = cr__text(statement, 2),
                              .subject = cr__text(statement, 3),
                              .label = cr__text(statement, 4),
                              .engine = cr_engine_by_name(cr__text(statement, 5)),
                              .executions = (uint64_t)sqlite3_column_int64(statement, 7),
                              .duration_ms = (uint64_t)sqlite3_column_int64(statement, 8),
                              .ended = sqlite3_column_type(statement, 9) != SQLITE_NULL,
                              .exit = sqlite3_column_int(statement, 9)};
    if (run.engine == CR_ENGINE_INVALID || !cr__unhex(cr__text(statement, 6), &run.seed))
      err = cr_fail(info, CR_ERR_INPUT,
                    "%s: a run of engine \"%.20s\" is none of this version's; see what `clusrace "
                    "corpus check` says",
                    corpus->path, cr__text(statement, 5));
    if (err == CR_OK) err = visit(arg, &run, info);
    if (err != CR_OK) break;
  }
  sqlite3_finalize(statement);
  return err;
}

/* ---- counts -----------------------------------------------------------------------------------
 */

cr_err cr_corpus_total(cr_corpus *corpus, cr_corpus_totals *totals, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row;
  *totals = (cr_corpus_totals){0};
  cr_err err = cr__prepare(corpus,
                           "SELECT (SELECT count(*) FROM interleaving),"
                           " (SELECT count(*) FROM finding), (SELECT count(*) FROM scenario),"
                           " (SELECT count(*) FROM subject), (SELECT count(*) FROM run),"
                           " (SELECT count(*) FROM replay),"
                           " (SELECT count(*) FROM interleaving WHERE contract <> ?1)",
                           &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__h(cr_contract_digest()));
  err = cr__step(corpus, statement, &row, info);
  if (err == CR_OK && row) {
    uint64_t *field[] = {&totals->interleavings, &totals->findings, &totals->scenarios,
                         &totals->subjects,      &totals->runs,     &totals->replays,
                         &totals->stale};
    for (int i = 0; i < (int)CR_ARRAY_LEN(field); i++)
      *field[i] = (uint64_t)sqlite3_column_int64(statement, i);
  }
  sqlite3_finalize(statement);
  return err;
}

cr_err cr_corpus_count(cr_corpus *corpus, cr_corpus_key key, cr_corpus_visit_count visit, void *arg,
                       cr_errinfo *info) {
  static const char *const sql[] = {
      [CR_CORPUS_BY_SCENARIO] =
          "SELECT s.name, count(*) FROM interleaving i JOIN scenario s"
          " ON s.id = i.scenario GROUP BY s.name ORDER BY s.name",
      [CR_CORPUS_BY_SUBJECT] =
          "SELECT u.text, count(*) FROM interleaving i JOIN subject u"
          " ON u.id = i.subject GROUP BY u.text ORDER BY u.text",
      [CR_CORPUS_BY_VERDICT] =
          "SELECT verdict, count(*) FROM interleaving"
          " GROUP BY verdict ORDER BY verdict",
      [CR_CORPUS_BY_CLAUSE] =
          "SELECT clause, count(*) FROM interleaving WHERE clause <> ''"
          " GROUP BY clause ORDER BY clause",
      [CR_CORPUS_BY_EXERCISED] =
          "SELECT clause, count(*) FROM coverage"
          " GROUP BY clause ORDER BY clause",
      [CR_CORPUS_BY_ENGINE] =
          "SELECT engine, count(*) FROM interleaving"
          " GROUP BY engine ORDER BY engine"};
  CR_ASSERT(key >= CR_CORPUS_BY_SCENARIO && key <= CR_CORPUS_BY_ENGINE);
  sqlite3_stmt *statement = NULL;
  bool row;
  cr_err err = cr__prepare(corpus, sql[key], &statement, info);
  if (err != CR_OK) return err;
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row) {
    err = visit(arg, cr__text(statement, 0), (uint64_t)sqlite3_column_int64(statement, 1), info);
    if (err != CR_OK) break;
  }
  sqlite3_finalize(statement);
  return err;
}
