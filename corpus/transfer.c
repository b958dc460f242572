/* transfer.c - traces on their way out of a store and into one: export, import, merge. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "private.h"

/* ---- export -----------------------------------------------------------------------------------
 */

typedef struct export_arg {
  const char *folder;
  uint64_t files;
} export_arg;

static cr_err export_visit(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  export_arg *export = arg;
  cr_buf path = {0};
  cr_buf_printf(&path, "%s/%s.trace", export->folder, item->id);
  cr_err err = cr_file_write(path.data, item->text, item->text_len, info);
  cr_buf_free(&path);
  if (err == CR_OK) export->files++;
  return err;
}

cr_err cr__folder_make(const char *folder, cr_errinfo *info) {
  struct stat status;
  if (mkdir(folder, 0777) == 0) return CR_OK;
  if (errno != EEXIST)
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "%s: the folder cannot be made: %s; make the one above it first", folder,
                   strerror(errno));
  if (stat(folder, &status) == 0 && S_ISDIR(status.st_mode)) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT, "%s: is a file; name a folder", folder);
}

cr_err cr_corpus_export(cr_corpus *corpus, const cr_corpus_filter *filter, const char *folder,
                        uint64_t *files, cr_errinfo *info) {
  export_arg arg = {folder, 0};
  cr_err err = cr__folder_make(folder, info);
  if (err == CR_OK) err = cr_corpus_each(corpus, filter, export_visit, &arg, info);
  if (files != NULL) *files = arg.files;
  return err;
}

/* ---- taking in --------------------------------------------------------------------------------
 */

void cr__intake_open(cr__intake *in, cr_corpus *corpus, const cr_corpus_intake *how,
                     cr_corpus_taken *taken) {
  static const cr_corpus_intake plain = {0};
  *in =
      (cr__intake){corpus, how == NULL ? &plain : how, taken, cr_corpus_batch_new(corpus, 0), {0}};
}

/* Stores what waits and frees; keeps the first error. */
cr_err cr__intake_close(cr__intake *in, cr_err err, cr_errinfo *info) {
  if (err == CR_OK) err = cr_corpus_batch_flush(in->batch, info);
  in->taken->puts = *cr_corpus_batch_puts(in->batch);
  cr_corpus_batch_free(in->batch);
  cr_trace_free(&in->trace);
  return err;
}

void cr__intake_refuse(cr__intake *in, const char *reason) {
  in->taken->refused++;
  if (in->how->refused != NULL) in->how->refused(in->how->arg, reason);
}

/* in->trace, once it could be read: judged, then put. */
cr_err cr__intake_take(cr__intake *in, const cr_clauses *known, cr_engine engine, int64_t run,
                       cr_errinfo *info) {
  cr_clauses exercised = {{0}};
  cr_errinfo reason = {{0}};
  if (in->how->accept != NULL &&
      in->how->accept(in->how->arg, &in->trace, &exercised, &reason) != CR_OK) {
    cr__intake_refuse(in, reason.text);
    return CR_OK;
  }
  if (known != NULL) cr_clauses_merge(&exercised, known);
  return cr__batch_put(in->batch, &in->trace, &exercised, engine, run, info);
}

/* ---- import -----------------------------------------------------------------------------------
 */

static cr_err import_file(cr__intake *in, const char *path, cr_errinfo *info) {
  cr_buf text = {0};
  cr_errinfo reason;
  cr_err err = CR_OK;
  in->taken->read++;
  if (cr_file_read(path, CR_TRACE_BYTES_MAX, &text, &reason) != CR_OK ||
      cr_trace_read(text.data, text.len, path, &in->trace, &reason) != CR_OK) {
    cr__intake_refuse(in, reason.text);
  } else {
    cr_engine engine = in->how->engine == CR_ENGINE_INVALID ? CR_ENGINE_IMPORT : in->how->engine;
    err = cr__intake_take(in, NULL, engine, 0, info);
  }
  cr_buf_free(&text);
  return err;
}

static bool is_trace_name(const char *name) {
  size_t n = strlen(name);
  return n > 6 && strcmp(name + n - 6, ".trace") == 0;
}

static cr_err import_found(void *arg, const char *path, const char *name, cr_errinfo *info) {
  return is_trace_name(name) ? import_file(arg, path, info) : CR_OK;
}

cr_err cr_corpus_import(cr_corpus *corpus, const char *path, const cr_corpus_intake *how,
                        cr_corpus_taken *taken, cr_errinfo *info) {
  struct stat status;
  cr__intake in;
  *taken = (cr_corpus_taken){0};
  if (stat(path, &status) != 0)
    return cr_fail(info, CR_ERR_INPUT, "%s: cannot be opened: %s; check the name", path,
                   strerror(errno));
  cr__intake_open(&in, corpus, how, taken);
  cr_err err = S_ISDIR(status.st_mode) ? cr__each_file(path, import_found, &in, info)
                                       : import_file(&in, path, info);
  return cr__intake_close(&in, err, info);
}

/* ---- merge ------------------------------------------------------------------------------------
 */

typedef struct run_pair {
  int64_t theirs, ours;
} run_pair;

typedef struct merger {
  cr__intake in;
  cr_corpus *other;
  cr__ids ids;
  run_pair *runs;
  size_t runs_count, runs_cap;
  uint64_t replays_open; /* in the present transaction */
  cr_trace observed;
  sqlite3_stmt *run;   /* the query for one of theirs */
  cr__run_row run_row; /* what it gave */
} merger;

static int64_t run_of(const merger *m, int64_t theirs) {
  for (size_t i = 0; i < m->runs_count; i++)
    if (m->runs[i].theirs == theirs) return m->runs[i].ours;
  return 0;
}

/* The text of an item or replay of the other store; refused when it is not a trace. */
static bool merge_read(merger *m, const char *what, uint64_t behaviour, const char *text, size_t n,
                       cr_trace *trace) {
  cr_buf name = {0};
  cr_errinfo reason;
  cr_buf_printf(&name, "%s: %s %016llx", m->other->path, what, (unsigned long long)behaviour);
  cr_err err = cr_trace_read(text, n, name.data, trace, &reason);
  if (err != CR_OK) cr__intake_refuse(&m->in, reason.text);
  cr_buf_free(&name);
  return err == CR_OK;
}

static cr_err merge_item(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  merger *m = arg;
  cr_clauses exercised;
  m->in.taken->read++;
  if (!merge_read(m, "interleaving", item->behaviour, item->text, item->text_len, &m->in.trace))
    return CR_OK;
  if (cr_trace_behaviour_digest(&m->in.trace) != item->behaviour) {
    cr_errinfo reason;
    cr_fail(&reason, CR_ERR_INPUT, "%s: interleaving %016llx is not what its trace says",
            m->other->path, (unsigned long long)item->behaviour);
    cr__intake_refuse(&m->in, reason.text);
    return CR_OK;
  }
  cr_errinfo broken;
  if (cr_corpus_exercised(m->other, item->behaviour, &exercised, &broken) != CR_OK)
    cr__intake_refuse(&m->in, broken.text); /* the trace itself is good */
  return cr__intake_take(&m->in, &exercised, item->engine, run_of(m, item->run), info);
}

static void merge_broken(void *arg, const char *line) {
  merger *m = arg;
  m->in.taken->read++;
  cr__intake_refuse(&m->in, line);
}

/* Replays are committed in portions, like interleavings. */
static cr_err merge_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  merger *m = arg;
  bool known, inserted;
  if (!merge_read(m, "replay of", replay->behaviour, replay->text, replay->text_len, &m->observed))
    return CR_OK;
  cr_err err = cr__replay_store(m->in.corpus, &m->ids, replay->behaviour, &m->observed, &known,
                                &inserted, info);
  if (err != CR_OK) return err;
  if (!known) { /* its interleaving was refused */
    cr_errinfo reason;
    cr_fail(&reason, CR_ERR_INPUT, "%s: a replay of the refused interleaving %016llx",
            m->other->path, (unsigned long long)replay->behaviour);
    cr__intake_refuse(&m->in, reason.text);
    return CR_OK;
  }
  if (inserted) m->in.taken->replays++;
  if (++m->replays_open < CR_CORPUS_BATCH_ROWS) return CR_OK;
  m->replays_open = 0;
  err = cr__commit(m->in.corpus, info);
  return err != CR_OK ? err : cr__begin(m->in.corpus, info);
}

static void merge_piece_broken(void *arg, const char *line) {
  merger *m = arg;
  cr__intake_refuse(&m->in, line);
}

static cr_err merge_replays(merger *m, cr_errinfo *info) {
  cr_err err = cr__begin(m->in.corpus, info);
  if (err != CR_OK) return err;
  err = cr__each_replay_readable(m->other, merge_replay, merge_piece_broken, m, info);
  if (err == CR_OK) return cr__commit(m->in.corpus, info);
  cr__rollback(m->in.corpus);
  return err;
}

static cr_err merge_run_row(merger *m, int64_t theirs, cr_errinfo *info) {
  const cr__run_row *row = &m->run_row;
  bool inserted = false;
  run_pair pair = {theirs, 0};
  cr_err err = cr__run_store(m->in.corpus, &m->ids, &row->run, &pair.ours, &inserted, info);
  if (err == CR_OK && row->ended)
    err =
        cr__run_finish(m->in.corpus, pair.ours, row->executions, row->duration_ms, row->exit, info);
  if (inserted) m->in.taken->runs++;
  if (m->runs_count == m->runs_cap) {
    m->runs_cap = m->runs_cap == 0 ? 64 : m->runs_cap * 2;
    m->runs = cr_realloc(m->runs, m->runs_cap * sizeof *m->runs);
  }
  m->runs[m->runs_count++] = pair;
  return err;
}

static const cr__table runs = {"run", "sqlite_autoindex_run_1"};

static cr_err merge_run(void *arg, int64_t id, cr__seen *seen, cr_errinfo *reason,
                        cr_errinfo *info) {
  merger *m = arg;
  bool row = false;
  cr_err err = CR_OK;
  cr__bind(m->run, cr__i(id));
  *seen = CR__SEEN_BROKEN;
  if (cr__step(m->other, m->run, &row, reason) != CR_OK)
    cr__row_unreadable(m->other, &runs, id, reason);
  else if (!row)
    *seen = CR__SEEN_NOTHING;
  else if (cr__run_read(m->other, m->run, &m->run_row, reason) == CR_OK) {
    *seen = CR__SEEN_GOOD;
    err = merge_run_row(m, id, info);
  }
  cr__done(m->run);
  return err;
}

static cr_err merge_runs(merger *m, cr_errinfo *info) {
  cr_errinfo reason;
  if (cr__run_query(m->other, &m->run, &reason) != CR_OK) {
    cr__intake_refuse(&m->in, reason.text);
    return CR_OK;
  }
  cr_err err = cr__begin(m->in.corpus, info);
  bool begun = err == CR_OK;
  if (begun) err = cr__each_row(m->other, &runs, merge_run, merge_piece_broken, m, info);
  if (err == CR_OK)
    err = cr__commit(m->in.corpus, info);
  else if (begun)
    cr__rollback(m->in.corpus);
  sqlite3_finalize(m->run);
  cr__ids_free(&m->ids);
  m->ids = (cr__ids){0};
  return err;
}

cr_err cr_corpus_merge(cr_corpus *corpus, const char *other, const cr_corpus_intake *how,
                       cr_corpus_taken *taken, cr_errinfo *info) {
  cr_corpus *theirs;
  *taken = (cr_corpus_taken){0};
  cr_err err = cr_corpus_open(other, CR_CORPUS_READ, &theirs, info);
  if (err != CR_OK) return err;
  merger *m = cr_alloc(sizeof *m); /* a scenario is too large for a stack */
  m->other = theirs;
  cr__intake_open(&m->in, corpus, how, taken);
  err = merge_runs(m, info);
  if (err == CR_OK) err = cr__each_readable(theirs, merge_item, merge_broken, m, info);
  err = cr__intake_close(&m->in, err, info);
  if (err == CR_OK) err = merge_replays(m, info);
  cr__ids_free(&m->ids);
  cr_trace_free(&m->observed);
  free(m->runs);
  free(m);
  cr_corpus_close(theirs);
  return err;
}
