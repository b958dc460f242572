/* private.h - what the files of corpus/ share. Private; the tests use it to reach the database. */
#ifndef CR_CORPUS_PRIVATE_H
#define CR_CORPUS_PRIVATE_H

#include <sqlite3.h>
#include <string.h>

#include "clusrace/corpus.h"

/* Statements of the hot path, prepared once per store. */
enum {
  CR__PUT_FIND,
  CR__PUT_INSERT,
  CR__PUT_REPLACE,
  CR__PUT_ENGINE,
  CR__PUT_COVERAGE,
  CR__PUT_SCENARIO_FIND,
  CR__PUT_SCENARIO_INSERT,
  CR__PUT_SCENARIO_TEXT,
  CR__PUT_SUBJECT_FIND,
  CR__PUT_SUBJECT_INSERT,
  CR__PUT_REPLAY,
  CR__PUT_COUNT
};

struct cr_corpus {
  sqlite3 *db;
  char *path;
  bool writable;
  unsigned busy_tries; /* how often a lock is asked for, each time for CR__BUSY_MS */
  sqlite3_stmt *put[CR__PUT_COUNT];
  cr_clause clauses[CR_CLAUSE_COUNT]; /* put.c: in the order of their ids; all zero: not yet */
};

enum { CR__BUSY_MS = 1000, CR__BUSY_TRIES = 60 };

/* ---- open.c ---- */

/* The one line for a failed call of SQLite. */
cr_err cr__db_fail(const cr_corpus *corpus, int rc, cr_errinfo *info);
/* Prepares a statement that the caller finalizes. */
CR_WARN_UNUSED cr_err cr__prepare(const cr_corpus *corpus, const char *sql,
                                  sqlite3_stmt **statement, cr_errinfo *info);
/* A value to bind: text (NULL = null) of known length or not, a number, 16 hexadecimal digits. */
typedef struct cr__value {
  enum { CR__TEXT = 1, CR__INTEGER, CR__HEX } type;
  const char *text;
  size_t len;
  int64_t integer;
  uint64_t bits;
} cr__value;

static inline cr__value cr__b(const char *text, size_t len) {
  return (cr__value){.type = CR__TEXT, .text = text, .len = len};
}
static inline cr__value cr__t(const char *text) {
  return cr__b(text, text == NULL ? 0 : strlen(text));
}
static inline cr__value cr__i(int64_t integer) {
  return (cr__value){.type = CR__INTEGER, .integer = integer};
}
static inline cr__value cr__h(uint64_t bits) { return (cr__value){.type = CR__HEX, .bits = bits}; }

/* Binds ?1, ?2, ... A text must live until the statement is reset. */
#define cr__bind(statement, ...)                                 \
  cr__bind_values((statement), (const cr__value[]){__VA_ARGS__}, \
                  sizeof((const cr__value[]){__VA_ARGS__}) / sizeof(cr__value))
void cr__bind_values(sqlite3_stmt *statement, const cr__value *values, size_t count);
/* Steps a statement: *row says whether there is a row. */
CR_WARN_UNUSED cr_err cr__step(const cr_corpus *corpus, sqlite3_stmt *statement, bool *row,
                               cr_errinfo *info);
/* Steps a statement that gives no rows, then resets it. */
CR_WARN_UNUSED cr_err cr__exec(const cr_corpus *corpus, sqlite3_stmt *statement, cr_errinfo *info);
/* Resets a statement and forgets what was bound. */
void cr__done(sqlite3_stmt *statement);
/* A whole SQL text without values. */
CR_WARN_UNUSED cr_err cr__script(const cr_corpus *corpus, const char *sql, cr_errinfo *info);
/* BEGIN IMMEDIATE, asking again while others write; COMMIT, rolled back when it fails. */
CR_WARN_UNUSED cr_err cr__begin(const cr_corpus *corpus, cr_errinfo *info);
CR_WARN_UNUSED cr_err cr__commit(const cr_corpus *corpus, cr_errinfo *info);
void cr__rollback(const cr_corpus *corpus);

/* Text and number in a column; never NULL. */
const char *cr__text(sqlite3_stmt *statement, int column);
/* 16 lower-case hexadecimal digits, both ways. */
void cr__hex(uint64_t value, char text[17]);
bool cr__unhex(const char *text, uint64_t *value);
/* Kind of that name, or CR_VERDICT_COUNT. */
cr_verdict_kind cr__verdict_by_name(const char *name);

/* ---- schema.c ---- */

/* One step from version i to i + 1 is row i; its text ends by setting user_version to i + 1. */
extern const char *const cr__migrations[CR_CORPUS_VERSION];

/* What a database says it is. */
typedef struct cr__identity {
  int64_t application, version, objects; /* objects: rows of its schema table */
} cr__identity;

CR_WARN_UNUSED cr_err cr__identify(const cr_corpus *corpus, cr__identity *identity,
                                   cr_errinfo *info);
/* Fails when it is not a corpus of a version from 1 to `known`. */
CR_WARN_UNUSED cr_err cr__accept(const cr_corpus *corpus, const cr__identity *identity,
                                 unsigned known, cr_errinfo *info);
/* Brings the database to version steps_count in one transaction. Fails when it is newer, or neither
 * ours nor empty; then nothing was changed. create: an empty one may be filled. */
CR_WARN_UNUSED cr_err cr__migrate(const cr_corpus *corpus, const char *const *steps,
                                  unsigned steps_count, bool create, cr_errinfo *info);

/* ---- ids.c ---- */

/* Ids of the last scenario and subject, inside one transaction. */
typedef struct cr__ids {
  uint64_t scenario_digest;
  int64_t scenario, subject;
  cr_buf scenario_text, subject_text;
} cr__ids;

void cr__ids_free(cr__ids *ids);
CR_WARN_UNUSED cr_err cr__scenario_id(cr_corpus *corpus, cr__ids *ids, const char *name,
                                      uint64_t digest, const char *text, cr_errinfo *info);
CR_WARN_UNUSED cr_err cr__subject_id(cr_corpus *corpus, cr__ids *ids, const cr_subject *subject,
                                     cr_errinfo *info);

/* ---- put.c ---- */

/* A trace in the form in which it is stored. */
typedef struct cr__row {
  uint64_t behaviour, contract, signature, scenario_digest;
  char scenario[CR_NAME_MAX];
  cr_buf scenario_text, text;
  cr_subject subject;
  uint32_t steps;
  cr_verdict_kind verdict;
  cr_clause clause;
  uint32_t verdict_step;
  cr_engine engine;
  int64_t run;
  cr_clauses exercised;
  bool fresh; /* after a flush: it was not known before in this form */
} cr__row;

/* scenario: the text of the trace's. */
void cr__row_init(cr__row *row, const cr_trace *trace, const cr_buf *scenario,
                  const cr_clauses *exercised, cr_engine engine, int64_t run);
void cr__row_free(cr__row *row);
/* Is a verdict one that somebody must look at? */
bool cr__verdict_is_finding(cr_verdict_kind kind);
/* What is stored as its signature: 0 when it is no finding. */
uint64_t cr__signature(const cr_trace *trace);

/* The statement of that number, prepared once. Owned by the corpus. */
CR_WARN_UNUSED cr_err cr__put_prepared(cr_corpus *corpus, unsigned which, sqlite3_stmt **statement,
                                       cr_errinfo *info);
/* Inside a transaction. */
CR_WARN_UNUSED cr_err cr__row_store(cr_corpus *corpus, cr__ids *ids, const cr__row *row,
                                    cr_corpus_puts *puts, cr_errinfo *info);
/* Likewise. *known: whether its interleaving is there; if not, nothing is stored. */
CR_WARN_UNUSED cr_err cr__replay_store(cr_corpus *corpus, cr__ids *ids, uint64_t behaviour,
                                       const cr_trace *observed, bool *known, bool *inserted,
                                       cr_errinfo *info);

/* ---- batch.c ---- */

/* cr_corpus_batch_put with a run of its own. */
CR_WARN_UNUSED cr_err cr__batch_put(cr_corpus_batch *batch, const cr_trace *trace,
                                    const cr_clauses *exercised, cr_engine engine, int64_t run,
                                    cr_errinfo *info);

/* ---- folder.c ---- */

typedef cr_err (*cr__file_visit)(void *arg, const char *path, const char *name, cr_errinfo *info);
/* Visits the files of a folder and its subfolders by name; hidden ones and links to folders are
 * passed over. */
CR_WARN_UNUSED cr_err cr__each_file(const char *folder, cr__file_visit visit, void *arg,
                                    cr_errinfo *info);

/* ---- transfer.c ---- */

/* Makes the folder unless it is there. */
CR_WARN_UNUSED cr_err cr__folder_make(const char *folder, cr_errinfo *info);

/* Traces on their way in. */
typedef struct cr__intake {
  cr_corpus *corpus;
  const cr_corpus_intake *how;
  cr_corpus_taken *taken;
  cr_corpus_batch *batch;
  cr_trace trace; /* the one that is being taken in */
} cr__intake;

/* how may be NULL. taken and what how points to are borrowed. */
void cr__intake_open(cr__intake *in, cr_corpus *corpus, const cr_corpus_intake *how,
                     cr_corpus_taken *taken);
/* Stores what waits unless err says that something failed before, and frees; gives the first error.
 */
cr_err cr__intake_close(cr__intake *in, cr_err err, cr_errinfo *info);
void cr__intake_refuse(cr__intake *in, const char *reason);
/* in->trace, once it could be read: judged, then put. known (may be NULL) are clauses that it is
 * known to exercise. */
CR_WARN_UNUSED cr_err cr__intake_take(cr__intake *in, const cr_clauses *known, cr_engine engine,
                                      int64_t run, cr_errinfo *info);

/* ---- salvage.c ---- */

/* Takes the line about something that cannot be read. */
typedef void (*cr__broken)(void *arg, const char *line);

/* A table, and the index that is asked for its rows where its own pages are broken. */
typedef struct cr__table {
  const char *name, *index;
} cr__table;

/* What the visit of a row came to. NOTHING: it is not there, or what it refers to is not. */
typedef enum cr__seen { CR__SEEN_NOTHING = 0, CR__SEEN_GOOD, CR__SEEN_BROKEN } cr__seen;
/* Reads the row of that number. What is wrong with it is no failure: BROKEN, and a line in reason.
 */
typedef cr_err (*cr__row_visit)(void *arg, int64_t id, cr__seen *seen, cr_errinfo *reason,
                                cr_errinfo *info);
/* The line for a row on broken pages, right behind the failed call. */
void cr__row_unreadable(const cr_corpus *corpus, const cr__table *table, int64_t id,
                        cr_errinfo *reason);
/* Walks the rows of a table by number, each on its own, so that damage costs only what it covers:
 * a line for each row, one for all that is behind them. The order says nothing. */
CR_WARN_UNUSED cr_err cr__each_row(const cr_corpus *corpus, const cr__table *table,
                                   cr__row_visit visit, cr__broken broken, void *arg,
                                   cr_errinfo *info);

/* ---- read.c ---- */

/* Prepares the query for the replays of an interleaving, behaviour 0: of all. */
CR_WARN_UNUSED cr_err cr__replays_of(const cr_corpus *corpus, uint64_t behaviour,
                                     sqlite3_stmt **statement, cr_errinfo *info);
/* cr_corpus_each and cr_corpus_each_replay as walks of cr__each_row. */
CR_WARN_UNUSED cr_err cr__each_readable(cr_corpus *corpus, cr_corpus_visit visit, cr__broken broken,
                                        void *arg, cr_errinfo *info);
CR_WARN_UNUSED cr_err cr__each_replay_readable(cr_corpus *corpus, cr_corpus_visit_replay visit,
                                               cr__broken broken, void *arg, cr_errinfo *info);

/* ---- prune.c ---- */

/* Rows of a table. */
CR_WARN_UNUSED cr_err cr__count_rows(const cr_corpus *corpus, const char *table, uint64_t *count,
                                     cr_errinfo *info);

/* ---- run.c ---- */

/* A run as it is stored. */
typedef struct cr__run_row {
  cr_corpus_run run; /* its texts live until the statement is reset */
  cr_scenario scenario;
  cr_subject subject;
  uint64_t executions, duration_ms;
  bool ended;
  int exit;
} cr__run_row;

/* Prepares the query for the run of number ?1. */
CR_WARN_UNUSED cr_err cr__run_query(const cr_corpus *corpus, sqlite3_stmt **statement,
                                    cr_errinfo *info);
/* Reads the row on which that query stands. Fails when it has a value that is none of this
 * version's. */
CR_WARN_UNUSED cr_err cr__run_read(const cr_corpus *corpus, sqlite3_stmt *statement,
                                   cr__run_row *row, cr_errinfo *reason);

/* Registers a run inside a transaction; end as in cr__run_finish. */
CR_WARN_UNUSED cr_err cr__run_store(cr_corpus *corpus, cr__ids *ids, const cr_corpus_run *run,
                                    int64_t *id, bool *inserted, cr_errinfo *info);
CR_WARN_UNUSED cr_err cr__run_finish(cr_corpus *corpus, int64_t id, uint64_t executions,
                                     uint64_t duration_ms, int exit, cr_errinfo *info);

#endif
