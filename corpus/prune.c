/* prune.c - retention: what stays when a store must not grow for ever; see corpus_tend.h. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clusrace/corpus_tend.h"
#include "private.h"

const cr_corpus_policy cr_corpus_policy_default = {
    .findings = 3, .clauses = 2, .sample = 1000, .replays = 3, .runs = 100};

const cr_corpus_policy cr_corpus_policy_running = {.findings = CR_CORPUS_ALL,
                                                   .clauses = 3,
                                                   .sample = 10000,
                                                   .replays = CR_CORPUS_ALL,
                                                   .runs = CR_CORPUS_ALL};

/* ---- the policy's text ------------------------------------------------------------------------
 */

static bool parse_count(const char *text, size_t n, uint32_t *count) {
  if (n == 3 && memcmp(text, "all", 3) == 0) {
    *count = CR_CORPUS_ALL;
    return true;
  }
  uint64_t value = 0;
  for (size_t i = 0; i < n; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (uint64_t)(text[i] - '0');
    if (value >= CR_CORPUS_ALL) return false;
  }
  *count = (uint32_t)value;
  return n > 0;
}

static bool parse_rule(const char *rule, size_t n, cr_corpus_policy *policy) {
  const struct {
    const char *name;
    uint32_t *count;
  } names[] = {{"findings=", &policy->findings},
               {"clauses=", &policy->clauses},
               {"sample=", &policy->sample},
               {"replays=", &policy->replays},
               {"runs=", &policy->runs}};
  if (n == 7 && memcmp(rule, "present", 7) == 0) {
    policy->present = true;
    return true;
  }
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++) {
    size_t length = strlen(names[i].name);
    if (n > length && memcmp(rule, names[i].name, length) == 0)
      return parse_count(rule + length, n - length, names[i].count);
  }
  return false;
}

cr_err cr_corpus_policy_parse(const char *text, cr_corpus_policy *policy, cr_errinfo *info) {
  cr_corpus_policy read = *policy;
  for (const char *rule = text;; rule++) {
    size_t n = strcspn(rule, ",");
    if (!parse_rule(rule, n, &read))
      return cr_fail(info, CR_ERR_INPUT,
                     "\"%.*s\" is no rule of what to keep; write findings=N, clauses=N, sample=N, "
                     "replays=N, runs=N (N may be \"all\") or present, with commas between",
                     n > 60 ? 60 : (int)n, rule);
    rule += n;
    if (*rule == '\0') break;
  }
  *policy = read;
  return CR_OK;
}

/* ---- pruning ----------------------------------------------------------------------------------
 */

#define KEPT_FIRST "contract <> ?1, steps, behaviour"

/* ?1 the present contract, ?2 to ?5 findings, clauses, sample, replays, ?6 present only, ?7
 * verdicts that are findings. Each rule is a set of its own, so that a part keeps what the whole
 * would. */
#define KEPT_FOR_ITSELF                                                                        \
  "SELECT id FROM (SELECT id, row_number() OVER ("                                             \
  "    PARTITION BY scenario, clause, subject, verdict, signature ORDER BY " KEPT_FIRST        \
  ") AS place"                                                                                 \
  "  FROM interleaving WHERE signature <> '') WHERE place <= ?2"                               \
  " UNION ALL"                                                                                 \
  " SELECT id FROM (SELECT i.id, row_number() OVER ("                                          \
  "    PARTITION BY i.scenario, i.subject, c.clause ORDER BY " KEPT_FIRST                      \
  ") AS place"                                                                                 \
  "  FROM interleaving i JOIN coverage c ON c.interleaving = i.id WHERE i.signature = '' AND " \
  "i.verdict <> 'inconclusive')"                                                               \
  "  WHERE place <= ?3"                                                                        \
  " UNION ALL"                                                                                 \
  " SELECT id FROM (SELECT id, row_number() OVER ("                                            \
  "    PARTITION BY scenario, subject ORDER BY contract <> ?1, behaviour) AS place"            \
  "  FROM interleaving WHERE signature = '' AND verdict <> 'inconclusive') WHERE place <= ?4"
#define KEPT_REPLAYS                                                           \
  " FROM (SELECT r.id, r.interleaving, dense_rank() OVER ("                    \
  "    PARTITION BY r.subject, r.verdict, r.clause ORDER BY " KEPT_FIRST       \
  ") AS place"                                                                 \
  "  FROM (SELECT id, interleaving, subject, verdict, clause FROM replay"      \
  "        WHERE instr(?7, ' ' || verdict || ' ') > 0) r"                      \
  "  JOIN (SELECT id AS its_id, contract, steps, behaviour FROM interleaving)" \
  "    ON its_id = r.interleaving) WHERE place <= ?5"

/* An interleaving that stays for the finding that a replay showed keeps that replay and not those
 * that showed nothing: in a store that has only these it would have gone with them. */
static const char replays_sql[] = "DELETE FROM replay WHERE interleaving NOT IN (" KEPT_FOR_ITSELF
                                  ") AND id NOT IN (SELECT id" KEPT_REPLAYS ")";
static const char interleavings_sql[] =
    "DELETE FROM interleaving WHERE (?6 AND contract <> ?1) OR (id NOT IN (" KEPT_FOR_ITSELF
    ") AND id NOT IN (SELECT interleaving" KEPT_REPLAYS "))";

/* Runs are referred to by interleavings, which outlive them. */
static const char runs_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS going (id INTEGER PRIMARY KEY);"
    "DELETE FROM going;"
    "INSERT INTO going SELECT id FROM (SELECT id, row_number() OVER ("
    "    PARTITION BY scenario, subject, engine"
    "    ORDER BY executions DESC, duration_ms DESC, seed, label, tool) AS place FROM run)"
    "  WHERE place > %u;"
    "UPDATE interleaving SET run = NULL WHERE run IN (SELECT id FROM going);"
    "DELETE FROM run WHERE id IN (SELECT id FROM going);";

cr_err cr__count_rows(const cr_corpus *corpus, const char *table, uint64_t *count,
                      cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  cr_buf sql = {0};
  bool row = false;
  cr_buf_printf(&sql, "SELECT count(*) FROM %s", table);
  cr_err err = cr__prepare(corpus, sql.data, &statement, info);
  cr_buf_free(&sql);
  if (err != CR_OK) return err;
  err = cr__step(corpus, statement, &row, info);
  *count = row ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return err;
}

static cr_err counts(const cr_corpus *corpus, cr_corpus_pruned *now, cr_errinfo *info) {
  cr_err err = cr__count_rows(corpus, "interleaving", &now->interleavings, info);
  if (err == CR_OK) err = cr__count_rows(corpus, "replay", &now->replays, info);
  if (err == CR_OK) err = cr__count_rows(corpus, "run", &now->runs, info);
  return err;
}

static cr_err prune_by(cr_corpus *corpus, const char *sql, const cr_corpus_policy *p,
                       const char *findings, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  cr_err err = cr__prepare(corpus, sql, &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__h(cr_contract_digest()), cr__i(p->findings), cr__i(p->clauses),
           cr__i(p->sample), cr__i(p->replays), cr__i(p->present), cr__t(findings));
  err = cr__exec(corpus, statement, info);
  sqlite3_finalize(statement);
  return err;
}

static cr_err prune_interleavings(cr_corpus *corpus, const cr_corpus_policy *p, cr_errinfo *info) {
  cr_buf findings = {0};
  cr_buf_putc(&findings, ' ');
  for (unsigned i = 0; i < CR_VERDICT_COUNT; i++)
    if (cr__verdict_is_finding((cr_verdict_kind)i))
      cr_buf_printf(&findings, "%s ", cr_verdict_kind_name((cr_verdict_kind)i));
  cr_err err = prune_by(corpus, replays_sql, p, findings.data, info);
  if (err == CR_OK) err = prune_by(corpus, interleavings_sql, p, findings.data, info);
  cr_buf_free(&findings);
  return err;
}

static cr_err prune_runs(cr_corpus *corpus, uint32_t keep, cr_errinfo *info) {
  cr_buf sql = {0};
  if (keep == CR_CORPUS_ALL) return CR_OK;
  cr_buf_printf(&sql, runs_sql, keep);
  cr_err err = cr__script(corpus, sql.data, info);
  cr_buf_free(&sql);
  return err;
}

cr_err cr_corpus_prune(cr_corpus *corpus, const cr_corpus_policy *policy, cr_corpus_pruned *pruned,
                       cr_errinfo *info) {
  cr_corpus_pruned before = {0}, now = {0};
  CR_ASSERT(corpus->writable);
  cr_err err = cr__begin(corpus, info);
  if (err != CR_OK) return err;
  err = counts(corpus, &before, info);
  if (err == CR_OK) err = prune_interleavings(corpus, policy, info);
  if (err == CR_OK) err = prune_runs(corpus, policy->runs, info);
  if (err == CR_OK) err = counts(corpus, &now, info);
  if (err == CR_OK)
    err = cr__commit(corpus, info);
  else
    cr__rollback(corpus);
  if (err == CR_OK && pruned != NULL)
    *pruned = (cr_corpus_pruned){before.interleavings - now.interleavings,
                                 before.replays - now.replays, before.runs - now.runs};
  return err;
}

/* ---- collection -------------------------------------------------------------------------------
 */

static uint64_t bytes_of(const cr_corpus *corpus) {
  uint64_t bytes = 0;
  static const char *const suffix[] = {"", "-wal"};
  for (size_t i = 0; i < CR_ARRAY_LEN(suffix); i++) {
    cr_buf name = {0};
    struct stat status;
    cr_buf_printf(&name, "%s%s", corpus->path, suffix[i]);
    if (stat(name.data, &status) == 0) bytes += (uint64_t)status.st_size;
    cr_buf_free(&name);
  }
  return bytes;
}

static cr_err remove_unused(cr_corpus *corpus, const char *sql, uint64_t *count, cr_errinfo *info) {
  cr_err err = cr__script(corpus, sql, info);
  *count = err == CR_OK ? (uint64_t)sqlite3_changes64(corpus->db) : 0;
  return err;
}

cr_err cr_corpus_gc(cr_corpus *corpus, cr_corpus_collected *collected, cr_errinfo *info) {
  cr_corpus_collected c = {.bytes_before = bytes_of(corpus)};
  CR_ASSERT(corpus->writable);
  cr_err err = cr__begin(corpus, info);
  if (err != CR_OK) return err;
  err = remove_unused(corpus,
                      "DELETE FROM scenario WHERE id NOT IN"
                      " (SELECT scenario FROM interleaving UNION ALL SELECT scenario FROM run)",
                      &c.scenarios, info);
  if (err == CR_OK)
    err = remove_unused(corpus,
                        "DELETE FROM subject WHERE id NOT IN"
                        " (SELECT subject FROM interleaving UNION ALL SELECT subject FROM run"
                        "  UNION ALL SELECT subject FROM replay)",
                        &c.subjects, info);
  if (err == CR_OK)
    err = cr__commit(corpus, info);
  else
    cr__rollback(corpus);
  if (err == CR_OK) err = cr__script(corpus, "VACUUM", info);
  if (err == CR_OK) err = cr__script(corpus, "PRAGMA wal_checkpoint(TRUNCATE)", info);
  c.bytes_now = bytes_of(corpus);
  if (err == CR_OK && collected != NULL) *collected = c;
  return err;
}
