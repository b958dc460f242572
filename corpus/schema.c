/* schema.c - the tables, and how an older store becomes a present one.
 *
 * Digests are 16 lower-case hexadecimal digits of text, "" where there is none: unsigned numbers of
 * 64 bits do not fit SQLite's integers, and a person who looks inside can read them. Kinds are
 * stored by name, because their numbers are private to a process.
 *
 * A row of `interleaving` refers to scenario and subject; everything else hangs on it:
 *
 *   scenario <── interleaving ──> subject      replay: what a subject did with it
 *                 ▲         └──> run           finding, coverage (clauses that it exercises):
 *               replay ──> subject             views, so they cannot disagree
 */
#include "private.h"

_Static_assert(CR_CORPUS_APPLICATION == 0x63727263, "the schema below sets this application_id");

const char *const cr__migrations[CR_CORPUS_VERSION] = {
    "CREATE TABLE scenario ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL,"
    "  digest TEXT NOT NULL UNIQUE CHECK (length(digest) = 16),"
    "  text TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE subject ("
    "  id INTEGER PRIMARY KEY,"
    "  text TEXT NOT NULL UNIQUE,"
    "  kind TEXT NOT NULL,"
    "  name TEXT NOT NULL,"
    "  digest TEXT NOT NULL CHECK (length(digest) IN (0, 16))"
    ") STRICT;"
    "CREATE TABLE run ("
    "  id INTEGER PRIMARY KEY,"
    "  tool TEXT NOT NULL,"
    "  scenario INTEGER NOT NULL REFERENCES scenario,"
    "  subject INTEGER NOT NULL REFERENCES subject,"
    "  engine TEXT NOT NULL,"
    "  seed TEXT NOT NULL CHECK (length(seed) = 16),"
    "  label TEXT NOT NULL,"
    "  executions INTEGER NOT NULL DEFAULT 0,"
    "  duration_ms INTEGER NOT NULL DEFAULT 0,"
    "  exit INTEGER," /* NULL: it did not come to its end */
    "  UNIQUE (scenario, subject, engine, seed, label, tool)"
    ") STRICT;"
    "CREATE TABLE interleaving ("
    "  id INTEGER PRIMARY KEY,"
    "  behaviour TEXT NOT NULL UNIQUE CHECK (length(behaviour) = 16),"
    "  scenario INTEGER NOT NULL REFERENCES scenario,"
    "  subject INTEGER NOT NULL REFERENCES subject,"
    "  run INTEGER REFERENCES run,"
    "  engine TEXT NOT NULL,"
    "  contract TEXT NOT NULL CHECK (length(contract) = 16),"
    "  steps INTEGER NOT NULL,"
    "  verdict TEXT NOT NULL,"
    "  clause TEXT NOT NULL CHECK ((clause <> '') = (verdict = 'violates')),"
    "  verdict_step INTEGER NOT NULL,"
    "  signature TEXT NOT NULL CHECK (length(signature) IN (0, 16)),"
    "  digest TEXT NOT NULL CHECK (length(digest) = 16)," /* of the trace's text */
    "  trace TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX interleaving_scenario ON interleaving (scenario, steps, behaviour);"
    "CREATE INDEX interleaving_subject ON interleaving (subject);"
    "CREATE INDEX interleaving_finding"
    "  ON interleaving (clause, subject, verdict, signature, steps, behaviour)"
    "  WHERE signature <> '';"
    "CREATE TABLE coverage ("
    "  interleaving INTEGER NOT NULL REFERENCES interleaving ON DELETE CASCADE,"
    "  clause TEXT NOT NULL,"
    "  PRIMARY KEY (interleaving, clause)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE replay ("
    "  id INTEGER PRIMARY KEY,"
    "  interleaving INTEGER NOT NULL REFERENCES interleaving ON DELETE CASCADE,"
    "  subject INTEGER NOT NULL REFERENCES subject,"
    "  verdict TEXT NOT NULL,"
    "  clause TEXT NOT NULL,"
    "  verdict_step INTEGER NOT NULL,"
    "  digest TEXT NOT NULL CHECK (length(digest) = 16)," /* of the observed trace's text */
    "  trace TEXT NOT NULL,"
    "  UNIQUE (interleaving, subject, digest)"
    ") STRICT;"
    "CREATE VIEW finding AS"
    "  SELECT clause, subject, verdict, signature, interleavings, behaviour AS shortest, steps"
    "  FROM (SELECT *, count(*) OVER (PARTITION BY clause, subject, verdict, signature)"
    "               AS interleavings,"
    "               row_number() OVER (PARTITION BY clause, subject, verdict, signature"
    "                                  ORDER BY steps, behaviour) AS place"
    "        FROM interleaving WHERE signature <> '')"
    "  WHERE place = 1;"
    "PRAGMA application_id = 0x63727263;"
    "PRAGMA user_version = 1;",
    /* A row for each clause cost a fuzzer more than all else that it keeps. */
    "ALTER TABLE interleaving ADD COLUMN exercised TEXT NOT NULL DEFAULT '[]';"
    "UPDATE interleaving SET exercised ="
    "  (SELECT json_group_array(clause) FROM"
    "    (SELECT clause FROM coverage WHERE coverage.interleaving = interleaving.id ORDER BY "
    "clause));"
    "DROP TABLE coverage;"
    "CREATE VIEW coverage AS"
    "  SELECT i.id AS interleaving, j.value AS clause"
    "  FROM interleaving i, json_each(i.exercised) j;"
    "PRAGMA user_version = 2;",
    /* Of equal findings in two scenarios one was forgotten by whatever keeps the shortest. */
    "DROP VIEW finding;"
    "CREATE VIEW finding AS"
    "  SELECT scenario, clause, subject, verdict, signature, interleavings,"
    "         behaviour AS shortest, steps"
    "  FROM (SELECT *, count(*) OVER (PARTITION BY scenario, clause, subject, verdict, signature)"
    "               AS interleavings,"
    "               row_number() OVER (PARTITION BY scenario, clause, subject, verdict, signature"
    "                                  ORDER BY steps, behaviour) AS place"
    "        FROM interleaving WHERE signature <> '')"
    "  WHERE place = 1;"
    /* What could not be judged had a signature, and so was a finding. */
    "UPDATE interleaving SET signature = '' WHERE verdict = 'inconclusive';"
    "PRAGMA user_version = 3;",
};

static cr_err number_of(const cr_corpus *corpus, const char *sql, int64_t *number,
                        cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row = false;
  cr_err err = cr__prepare(corpus, sql, &statement, info);
  if (err != CR_OK) return err;
  err = cr__step(corpus, statement, &row, info);
  *number = row ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  return err;
}

cr_err cr__identify(const cr_corpus *corpus, cr__identity *identity, cr_errinfo *info) {
  /* One transaction, or another process could make the tables between two of the questions. */
  bool alone = sqlite3_get_autocommit(corpus->db) != 0;
  cr_err err = alone ? cr__script(corpus, "BEGIN", info) : CR_OK;
  if (err == CR_OK) err = number_of(corpus, "PRAGMA application_id", &identity->application, info);
  if (err == CR_OK) err = number_of(corpus, "PRAGMA user_version", &identity->version, info);
  if (err == CR_OK)
    err = number_of(corpus, "SELECT count(*) FROM sqlite_schema", &identity->objects, info);
  if (alone) cr__rollback(corpus);
  return err;
}

static bool is_empty(const cr__identity *is) {
  return is->application == 0 && is->version == 0 && is->objects == 0;
}

cr_err cr__accept(const cr_corpus *corpus, const cr__identity *is, unsigned known,
                  cr_errinfo *info) {
  if (is->application != CR_CORPUS_APPLICATION)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s: is a database, but no clusrace corpus; it was left alone, name another file",
        corpus->path);
  if (is->version < 1 || is->objects == 0)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: is damaged: a corpus without a version; restore it from a copy",
                   corpus->path);
  if (is->version > (int64_t)known)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: is of version %lld, this clusrace knows versions up to %u; use a newer one",
                   corpus->path, (long long)is->version, known);
  return CR_OK;
}

/* Steps from the version that the database has; inside a transaction. */
static cr_err migrate_steps(const cr_corpus *corpus, const char *const *steps, unsigned steps_count,
                            bool create, cr_errinfo *info) {
  cr__identity is;
  cr_err err = cr__identify(corpus, &is, info);
  if (err == CR_OK && !(create && is_empty(&is))) err = cr__accept(corpus, &is, steps_count, info);
  if (err != CR_OK) return err;
  for (unsigned i = (unsigned)is.version; i < steps_count; i++) {
    err = cr__script(corpus, steps[i], info);
    if (err == CR_OK) err = cr__identify(corpus, &is, info);
    if (err != CR_OK) return err;
    CR_ASSERT(is.version == (int64_t)i + 1);
  }
  return CR_OK;
}

cr_err cr__migrate(const cr_corpus *corpus, const char *const *steps, unsigned steps_count,
                   bool create, cr_errinfo *info) {
  cr__identity is;
  cr_err err = cr__identify(corpus, &is, info);
  if (err != CR_OK) return err;
  /* No lock is asked for when there is nothing to do, or nothing that may be done. */
  if (!(create && is_empty(&is))) {
    err = cr__accept(corpus, &is, steps_count, info);
    if (err != CR_OK || is.version == (int64_t)steps_count) return err;
  }
  err = cr__begin(corpus, info);
  if (err != CR_OK) return err;
  err = migrate_steps(corpus, steps, steps_count, create, info);
  if (err == CR_OK) return cr__commit(corpus, info);
  cr__rollback(corpus);
  return err;
}
