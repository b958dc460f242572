/* corpus.h - the store of interleavings: one SQLite 3 file. SQL stands in corpus/ only.
 *
 * Invariants  (1) one row per behaviour (cr_trace_behaviour_digest). Of two traces of one behaviour
 *                 the better is kept: made under the present contract before an older one, a
 * finding before a clean run before one without a verdict, then the one with fewer steps, then the
 * one with the lesser bytes. So the order of puts and merges does not matter. (2) what a call
 * acknowledged is on the disk; a kill at any instant loses none of it and leaves nothing half-made.
 *             (3) no order of rows, no clock and no id of a row reaches a listing or an export.
 * Owns        nothing of the caller's: everything given is copied.
 * Errors      CR_ERR_INPUT: a file is no corpus, is damaged, or was made by a newer clusrace; an id
 * is not there. CR_ERR_ENVIRONMENT: the disk is full, the file is locked or not writable. The
 * message names the file and what to do. Threads     a cr_corpus belongs to one thread; several
 * processes may use one file at a time. See         docs/corpus.md
 */
#ifndef CLUSRACE_CORPUS_H
#define CLUSRACE_CORPUS_H

#include "clusrace/trace.h"

enum {
  CR_CORPUS_VERSION = 3,              /* of the schema: user_version */
  CR_CORPUS_APPLICATION = 0x63727263, /* application_id: "crrc" */
  CR_CORPUS_BATCH_ROWS = 1000,        /* a batch flushes itself at so many traces ... */
  CR_CORPUS_BATCH_BYTES = 16 << 20,   /* ... or at so many bytes */
  CR_CORPUS_ID_SHORT = 12,            /* hexadecimal digits of a public id ... */
  CR_CORPUS_ID_LONG = 16              /* ... and of one whose first twelve are shared */
};

typedef struct cr_corpus cr_corpus;

/* Who found an interleaving. When several did, the first of this list is remembered. */
typedef enum cr_engine {
  CR_ENGINE_INVALID = 0,
  CR_ENGINE_EXPLORE,
  CR_ENGINE_LIBFUZZER,
  CR_ENGINE_AFL,
  CR_ENGINE_RANDOM,
  CR_ENGINE_REPLAY,
  CR_ENGINE_SEED,
  CR_ENGINE_IMPORT,
  CR_ENGINE_COUNT
} cr_engine;

/* "explore", "libfuzzer", ...; engine must be in 1..CR_ENGINE_COUNT - 1. Static storage. */
const char *cr_engine_name(cr_engine engine);
/* Engine of that name, or CR_ENGINE_INVALID. */
cr_engine cr_engine_by_name(const char *name);

/* ---- opening ----------------------------------------------------------------------------------
 */

typedef enum cr_corpus_mode {
  CR_CORPUS_READ = 1, /* must exist; nothing is stored */
  CR_CORPUS_WRITE,    /* must exist; brought up to the present version */
  CR_CORPUS_CREATE    /* like WRITE, and made when there is no file or an empty one */
} cr_corpus_mode;

/* Opens a store; *corpus is NULL after a failure. A file that is no corpus is refused untouched. A
 * program that starts several writers creates the store before it starts them. */
CR_WARN_UNUSED cr_err cr_corpus_open(const char *path, cr_corpus_mode mode, cr_corpus **corpus,
                                     cr_errinfo *info);
/* NULL is allowed. */
void cr_corpus_close(cr_corpus *corpus);
const char *cr_corpus_path(const cr_corpus *corpus);

/* ---- storing ----------------------------------------------------------------------------------
 */

/* What became of traces that were put. */
typedef struct cr_corpus_puts {
  uint64_t inserted; /* new behaviours */
  uint64_t replaced; /* known behaviours of which this trace is the better form */
  uint64_t known;    /* known behaviours; the stored trace stays */
} cr_corpus_puts;

/* Stores one trace at once. exercised (may be NULL) is added to the clauses known to be exercised.
 * run: id from cr_corpus_run_begin, 0 = none. puts (may be NULL) is counted up. */
CR_WARN_UNUSED cr_err cr_corpus_put(cr_corpus *corpus, const cr_trace *trace,
                                    const cr_clauses *exercised, cr_engine engine, int64_t run,
                                    cr_corpus_puts *puts, cr_errinfo *info);

/* A buffer before the store, for engines: no transaction is open between flushes, so that writers
 * in other processes are not held up. A trace is acknowledged once a flush after it returned CR_OK.
 */
typedef struct cr_corpus_batch cr_corpus_batch;

/* run as in cr_corpus_put. corpus is borrowed and must outlive the batch. */
cr_corpus_batch *cr_corpus_batch_new(cr_corpus *corpus, int64_t run);
/* Drops what was not flushed. NULL is allowed. */
void cr_corpus_batch_free(cr_corpus_batch *batch);
/* Adds a trace. Flushes at CR_CORPUS_BATCH_ROWS or CR_CORPUS_BATCH_BYTES, and at once when the
 * trace is a finding (inconclusive ones are none). When that fails the rows stay in the buffer. */
CR_WARN_UNUSED cr_err cr_corpus_batch_put(cr_corpus_batch *batch, const cr_trace *trace,
                                          const cr_clauses *exercised, cr_engine engine,
                                          cr_errinfo *info);
/* Stores what is buffered, in one transaction: all or nothing. After a failure the rows are still
 * buffered and the flush may be repeated. */
CR_WARN_UNUSED cr_err cr_corpus_batch_flush(cr_corpus_batch *batch, cr_errinfo *info);
/* Told of each finding that a flush has put on the disk and that was not there before in that form:
 * from then on a kill does not lose it. clause: CR_CLAUSE_COUNT when the verdict names none. */
typedef void (*cr_corpus_told)(void *arg, const char *id, cr_verdict_kind verdict, cr_clause clause,
                               uint32_t steps);
void cr_corpus_batch_tell(cr_corpus_batch *batch, cr_corpus_told told, void *arg);
/* Rows that wait for a flush. */
size_t cr_corpus_batch_pending(const cr_corpus_batch *batch);
/* Of all flushes so far. Valid as long as the batch. */
const cr_corpus_puts *cr_corpus_batch_puts(const cr_corpus_batch *batch);

/* Stores what a subject did when the interleaving `behaviour` was replayed on it: observed carries
 * the subject and the verdict. The same observation is stored once; *inserted (may be NULL) says
 * whether it was new. Fails with CR_ERR_INPUT when that interleaving is not in the store. */
CR_WARN_UNUSED cr_err cr_corpus_put_replay(cr_corpus *corpus, uint64_t behaviour,
                                           const cr_trace *observed, bool *inserted,
                                           cr_errinfo *info);

/* What tells one run from another. A run with equal values is the same run repeated; the longer one
 * is kept. */
typedef struct cr_corpus_run {
  const char *tool; /* version of clusrace */
  const cr_scenario *scenario;
  const cr_subject *subject;
  cr_engine engine;
  uint64_t seed;
  const char *label; /* told by the user, such as the name of a CI job; NULL = "" */
} cr_corpus_run;

/* Registers a run and gives its id in this store. */
CR_WARN_UNUSED cr_err cr_corpus_run_begin(cr_corpus *corpus, const cr_corpus_run *run, int64_t *id,
                                          cr_errinfo *info);
/* Its end; a run without one was interrupted. duration_ms is the caller's measurement. */
CR_WARN_UNUSED cr_err cr_corpus_run_end(cr_corpus *corpus, int64_t id, uint64_t executions,
                                        uint64_t duration_ms, cr_exit exit, cr_errinfo *info);

/* ---- reading ----------------------------------------------------------------------------------
 */

/* Which rows; zero-initialised = all. Strings are compared exactly. */
typedef struct cr_corpus_filter {
  const char *scenario;  /* its name */
  const char *subject;   /* as cr_subject_write gives it, or its name, or its kind ("pe") */
  const char *clause;    /* id of the violated clause */
  const char *exercised; /* id of a clause that the interleaving exercises */
  uint32_t verdicts;     /* bits 1u << cr_verdict_kind; 0 = all */
  uint32_t engines;      /* bits 1u << cr_engine; 0 = all */
  bool findings;         /* findings only */
  uint64_t limit;        /* at most so many rows; 0 = no limit */
} cr_corpus_filter;

/* One interleaving. Strings live until the visitor returns. */
typedef struct cr_corpus_item {
  char id[CR_CORPUS_ID_LONG + 1]; /* public id: the same in every store that holds no close twin */
  uint64_t behaviour, contract, signature;
  const char *scenario;
  uint64_t scenario_digest;
  const char *subject; /* as cr_subject_write gives it */
  cr_engine engine;
  uint32_t steps;
  cr_verdict_kind verdict;
  const char *clause;    /* violated one, "" when none */
  uint32_t verdict_step; /* 0 = none */
  uint64_t replays;      /* stored observations of this interleaving */
  int64_t run;           /* id of the run that found it, in this store; 0 = none */
  const char *text;      /* the trace as cr_trace_write gives it */
  size_t text_len;
} cr_corpus_item;

/* Visitors return CR_OK to go on; any other value ends the walk and is returned by it. They must
 * not store anything through the same cr_corpus. */
typedef cr_err (*cr_corpus_visit)(void *arg, const cr_corpus_item *item, cr_errinfo *info);
/* Walks by scenario name, steps, behaviour digest. filter may be NULL. */
CR_WARN_UNUSED cr_err cr_corpus_each(cr_corpus *corpus, const cr_corpus_filter *filter,
                                     cr_corpus_visit visit, void *arg, cr_errinfo *info);
/* Visits the one interleaving whose id begins with `id` (1 to 16 hexadecimal digits). Fails with
 * CR_ERR_INPUT when there is none or more than one. */
CR_WARN_UNUSED cr_err cr_corpus_find(cr_corpus *corpus, const char *id, cr_corpus_visit visit,
                                     void *arg, cr_errinfo *info);
/* The trace of that interleaving; trace must be zero or initialised. */
CR_WARN_UNUSED cr_err cr_corpus_get(cr_corpus *corpus, const char *id, cr_trace *trace,
                                    cr_errinfo *info);
/* Clauses that an interleaving is known to exercise; ids unknown to this version are left out. */
CR_WARN_UNUSED cr_err cr_corpus_exercised(cr_corpus *corpus, uint64_t behaviour,
                                          cr_clauses *exercised, cr_errinfo *info);

/* One finding: all interleavings of one scenario and subject with equal verdict, clause and
 * signature. */
typedef struct cr_corpus_finding {
  uint64_t interleavings;         /* how many show it */
  const cr_corpus_item *shortest; /* the shortest, of these the one with the least digest */
} cr_corpus_finding;

typedef cr_err (*cr_corpus_visit_finding)(void *arg, const cr_corpus_finding *finding,
                                          cr_errinfo *info);
/* Walks by clause, subject, verdict, steps, behaviour digest. filter chooses interleavings before
 * they are grouped; NULL = all. */
CR_WARN_UNUSED cr_err cr_corpus_each_finding(cr_corpus *corpus, const cr_corpus_filter *filter,
                                             cr_corpus_visit_finding visit, void *arg,
                                             cr_errinfo *info);

/* One replay. Strings live until the visitor returns. */
typedef struct cr_corpus_replay {
  uint64_t behaviour;  /* of the interleaving that was replayed */
  const char *subject; /* on which */
  cr_verdict_kind verdict;
  const char *clause;
  uint32_t verdict_step;
  const char *text; /* observed trace */
  size_t text_len;
} cr_corpus_replay;

typedef cr_err (*cr_corpus_visit_replay)(void *arg, const cr_corpus_replay *replay,
                                         cr_errinfo *info);
/* Walks by behaviour digest, subject, digest of the observed trace; behaviour 0 = of all
 * interleavings. */
CR_WARN_UNUSED cr_err cr_corpus_each_replay(cr_corpus *corpus, uint64_t behaviour,
                                            cr_corpus_visit_replay visit, void *arg,
                                            cr_errinfo *info);

/* One run. Strings live until the visitor returns. */
typedef struct cr_corpus_run_item {
  int64_t id; /* in this store only */
  const char *tool, *scenario, *subject, *label;
  cr_engine engine;
  uint64_t seed, executions, duration_ms;
  bool ended;
  int exit; /* cr_exit, when ended */
} cr_corpus_run_item;

typedef cr_err (*cr_corpus_visit_run)(void *arg, const cr_corpus_run_item *run, cr_errinfo *info);
/* Walks by scenario, subject, engine, seed, label, tool. */
CR_WARN_UNUSED cr_err cr_corpus_each_run(cr_corpus *corpus, cr_corpus_visit_run visit, void *arg,
                                         cr_errinfo *info);

typedef struct cr_corpus_totals {
  uint64_t interleavings, findings, scenarios, subjects, runs, replays;
  uint64_t stale; /* interleavings made under another contract than the present one */
} cr_corpus_totals;

CR_WARN_UNUSED cr_err cr_corpus_total(cr_corpus *corpus, cr_corpus_totals *totals,
                                      cr_errinfo *info);

typedef enum cr_corpus_key {
  CR_CORPUS_BY_SCENARIO = 1,
  CR_CORPUS_BY_SUBJECT,
  CR_CORPUS_BY_VERDICT,
  CR_CORPUS_BY_CLAUSE,    /* violated */
  CR_CORPUS_BY_EXERCISED, /* exercised */
  CR_CORPUS_BY_ENGINE
} cr_corpus_key;

typedef cr_err (*cr_corpus_visit_count)(void *arg, const char *key, uint64_t interleavings,
                                        cr_errinfo *info);
/* Numbers of interleavings per value of key, by value. */
CR_WARN_UNUSED cr_err cr_corpus_count(cr_corpus *corpus, cr_corpus_key key,
                                      cr_corpus_visit_count visit, void *arg, cr_errinfo *info);

/* ---- checking and carrying --------------------------------------------------------------------
 */

/* Takes one line for people: a problem that was found, a file that was refused. */
typedef void (*cr_corpus_say)(void *arg, const char *line);

/* Looks for damage: the file's structure, references between rows, and that every stored trace can
 * be read and is what its row says. One line per problem; *problems counts them. Returns CR_OK also
 * when there are problems; fails only when nothing could be checked. */
CR_WARN_UNUSED cr_err cr_corpus_check(cr_corpus *corpus, cr_corpus_say say, void *arg,
                                      uint64_t *problems, cr_errinfo *info);

/* Writes the chosen traces into a folder (made when missing) as ID.trace; *files counts them. Equal
 * content gives equal files. Other files of the folder stay. */
CR_WARN_UNUSED cr_err cr_corpus_export(cr_corpus *corpus, const cr_corpus_filter *filter,
                                       const char *folder, uint64_t *files, cr_errinfo *info);

/* Judges a trace before it is imported: returns CR_OK to take it (and may fill exercised), or
 * refuses it with a reason. */
typedef cr_err (*cr_corpus_accept)(void *arg, const cr_trace *trace, cr_clauses *exercised,
                                   cr_errinfo *reason);

/* How traces come in from elsewhere. */
typedef struct cr_corpus_intake {
  cr_engine engine;        /* of imported files; 0 = CR_ENGINE_IMPORT. A merge keeps the engines. */
  cr_corpus_accept accept; /* NULL: all that can be read */
  cr_corpus_say refused;   /* told the reason ("FILE:LINE: ...") of each refusal; NULL: nobody */
  void *arg;               /* for both */
} cr_corpus_intake;

typedef struct cr_corpus_taken {
  cr_corpus_puts puts;
  uint64_t read;    /* files, or rows of the other store */
  uint64_t refused; /* of these, and of other pieces of a damaged store */
  uint64_t replays; /* new ones (merge) */
  uint64_t runs;    /* new ones (merge) */
} cr_corpus_taken;

/* Imports a trace file, or every *.trace file of a folder and its subfolders, in order of their
 * names. A broken file is refused and the rest goes on. intake may be NULL. Fails when path cannot
 * be read or the store not be written. */
CR_WARN_UNUSED cr_err cr_corpus_import(cr_corpus *corpus, const char *path,
                                       const cr_corpus_intake *intake, cr_corpus_taken *taken,
                                       cr_errinfo *info);
/* Takes over everything of another store, which is only read. Idempotent; stores merged in any
 * order export the same bytes. What is damaged in the other is refused piece by piece, so that a
 * merge into a new store saves what can be read. intake may be NULL. */
CR_WARN_UNUSED cr_err cr_corpus_merge(cr_corpus *corpus, const char *other,
                                      const cr_corpus_intake *intake, cr_corpus_taken *taken,
                                      cr_errinfo *info);

#endif
