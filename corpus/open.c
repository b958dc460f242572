/* open.c - opening a store, and the few calls through which everything here talks to SQLite. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "private.h"

/* ---- errors -----------------------------------------------------------------------------------
 */

cr_err cr__db_fail(const cr_corpus *corpus, int rc, cr_errinfo *info) {
  const char *path = corpus->path;
  const char *why = corpus->db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(corpus->db);
  CR_ASSERT((rc & 0xFF) != SQLITE_NOMEM);
  switch (rc & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return cr_fail(info, CR_ERR_ENVIRONMENT,
                     "%s: another process keeps the corpus locked; repeat when it has ended", path);
    case SQLITE_FULL:
      return cr_fail(info, CR_ERR_ENVIRONMENT,
                     "%s: the disk is full, nothing of this was stored; free space and repeat",
                     path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
      return cr_fail(
          info, CR_ERR_INPUT,
          "%s: is damaged (%s); restore a copy, or save what can be read with `sqlite3 FILE "
          ".recover`",
          path, why);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return cr_fail(
          info, CR_ERR_ENVIRONMENT,
          "%s: cannot be opened or written (%s); check that the folder exists and who may "
          "write to it",
          path, why);
    case SQLITE_CONSTRAINT:
      return cr_fail(info, CR_ERR_INPUT,
                     "%s: does not take this (%s); check it with `clusrace "
                     "corpus check`",
                     path, why);
    default: break;
  }
  return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: %s; check the disk and repeat", path, why);
}

/* ---- statements -------------------------------------------------------------------------------
 */

cr_err cr__prepare(const cr_corpus *corpus, const char *sql, sqlite3_stmt **statement,
                   cr_errinfo *info) {
  int rc = sqlite3_prepare_v2(corpus->db, sql, -1, statement, NULL);
  return rc == SQLITE_OK ? CR_OK : cr__db_fail(corpus, rc, info);
}

void cr__bind_values(sqlite3_stmt *statement, const cr__value *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const cr__value *v = &values[i];
    int at = (int)i + 1, rc = SQLITE_MISUSE;
    char hex[17];
    switch (v->type) {
      case CR__TEXT:
        rc = v->text == NULL
                 ? sqlite3_bind_null(statement, at)
                 : sqlite3_bind_text64(statement, at, v->text, v->len, SQLITE_STATIC, SQLITE_UTF8);
        break;
      case CR__INTEGER: rc = sqlite3_bind_int64(statement, at, v->integer); break;
      case CR__HEX:
        cr__hex(v->bits, hex);
        rc = sqlite3_bind_text(statement, at, hex, 16, SQLITE_TRANSIENT);
        break;
    }
    CR_ASSERT(rc == SQLITE_OK);
  }
}

cr_err cr__step(const cr_corpus *corpus, sqlite3_stmt *statement, bool *row, cr_errinfo *info) {
  int rc = sqlite3_step(statement);
  *row = rc == SQLITE_ROW;
  return rc == SQLITE_ROW || rc == SQLITE_DONE ? CR_OK : cr__db_fail(corpus, rc, info);
}

void cr__done(sqlite3_stmt *statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

cr_err cr__exec(const cr_corpus *corpus, sqlite3_stmt *statement, cr_errinfo *info) {
  bool row;
  cr_err err = cr__step(corpus, statement, &row, info);
  cr__done(statement);
  return err;
}

cr_err cr__script(const cr_corpus *corpus, const char *sql, cr_errinfo *info) {
  int rc = sqlite3_exec(corpus->db, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK ? CR_OK : cr__db_fail(corpus, rc, info);
}

/* SQLite waits by itself, but answers some conflicts (recovery, a switch to WAL) at once. */
static int script_patiently(const cr_corpus *corpus, const char *sql) {
  int rc = SQLITE_BUSY;
  for (unsigned i = 0; i < corpus->busy_tries && (rc & 0xFF) == SQLITE_BUSY; i++) {
    if (i > 0) sqlite3_sleep(20);
    rc = sqlite3_exec(corpus->db, sql, NULL, NULL, NULL);
  }
  return rc;
}

cr_err cr__begin(const cr_corpus *corpus, cr_errinfo *info) {
  int rc = script_patiently(corpus, "BEGIN IMMEDIATE");
  return rc == SQLITE_OK ? CR_OK : cr__db_fail(corpus, rc, info);
}

void cr__rollback(const cr_corpus *corpus) {
  /* SQLite has done it already after some errors; a failing rollback has nothing left to undo. */
  if (!sqlite3_get_autocommit(corpus->db)) sqlite3_exec(corpus->db, "ROLLBACK", NULL, NULL, NULL);
}

cr_err cr__commit(const cr_corpus *corpus, cr_errinfo *info) {
  int rc = script_patiently(corpus, "COMMIT");
  if (rc == SQLITE_OK) return CR_OK;
  cr_err err = cr__db_fail(corpus, rc, info);
  cr__rollback(corpus);
  return err;
}

const char *cr__text(sqlite3_stmt *statement, int column) {
  const unsigned char *text = sqlite3_column_text(statement, column);
  return text == NULL ? "" : (const char *)text;
}

/* ---- names ------------------------------------------------------------------------------------
 */

void cr__hex(uint64_t value, char text[17]) {
  snprintf(text, 17, "%016llx", (unsigned long long)value);
}

bool cr__unhex(const char *text, uint64_t *value) {
  if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) return false;
  *value = strtoull(text, NULL, 16);
  return true;
}

cr_verdict_kind cr__verdict_by_name(const char *name) {
  unsigned kind = 0;
  while (kind < CR_VERDICT_COUNT && strcmp(cr_verdict_kind_name((cr_verdict_kind)kind), name) != 0)
    kind++;
  return (cr_verdict_kind)kind;
}

static const char *const engine_names[CR_ENGINE_COUNT] = {
    "", "explore", "libfuzzer", "afl", "random", "replay", "seed", "import"};

const char *cr_engine_name(cr_engine engine) {
  CR_ASSERT(engine > CR_ENGINE_INVALID && engine < CR_ENGINE_COUNT);
  return engine_names[engine];
}

cr_engine cr_engine_by_name(const char *name) {
  for (unsigned i = 1; i < CR_ENGINE_COUNT; i++)
    if (strcmp(engine_names[i], name) == 0) return (cr_engine)i;
  return CR_ENGINE_INVALID;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static uint32_t big_endian(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Looks at the file before SQLite does: SQLite would already write beside a file that is not ours.
 * The first page has our application_id from the first transaction on. */
static cr_err peek(const char *path, cr_corpus_mode mode, cr_errinfo *info) {
  struct stat status;
  if (stat(path, &status) != 0) {
    if (errno == ENOENT && mode == CR_CORPUS_CREATE) return CR_OK;
    return cr_fail(info, errno == ENOENT ? CR_ERR_INPUT : CR_ERR_ENVIRONMENT,
                   "%s: cannot be opened: %s; check the name of the corpus", path, strerror(errno));
  }
  if (!S_ISREG(status.st_mode))
    return cr_fail(info, CR_ERR_INPUT, "%s: is no file; a corpus is one file", path);
  if (status.st_size == 0 && mode == CR_CORPUS_CREATE) return CR_OK;
  unsigned char head[100];
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be opened: %s; check who may read it",
                   path, strerror(errno));
  size_t n = fread(head, 1, sizeof head, file);
  fclose(file);
  if (n < sizeof head || memcmp(head, "SQLite format 3", 16) != 0 ||
      big_endian(head + 68) != CR_CORPUS_APPLICATION)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: is no clusrace corpus; it was left alone, name another file", path);
  return CR_OK;
}

/* May nothing be made beside this file? */
static bool beside_is_read_only(const char *path) {
  const char *slash = strrchr(path, '/');
  cr_buf folder = {0};
  if (slash == NULL)
    cr_buf_putc(&folder, '.');
  else
    cr_buf_add(&folder, path, (size_t)(slash - path) + 1);
  bool read_only = access(folder.data, W_OK) != 0;
  cr_buf_free(&folder);
  return read_only;
}

/* For a store on a medium where nothing can be written, not even SQLite's index of the log. Only
 * without a log: what stands in one would be missed. */
static int open_immutable(cr_corpus *corpus) {
  cr_buf name = {0};
  struct stat status;
  cr_buf_printf(&name, "%s-wal", corpus->path);
  bool log = stat(name.data, &status) == 0 && status.st_size != 0;
  cr_buf_clear(&name);
  int rc = SQLITE_CANTOPEN;
  if (!log) {
    cr_buf_puts(&name, "file:");
    if (corpus->path[0] == '/') cr_buf_puts(&name, "//");
    for (const char *p = corpus->path; *p != '\0'; p++) {
      if (*p == '%' || *p == '?' || *p == '#')
        cr_buf_printf(&name, "%%%02x", (unsigned)*p);
      else
        cr_buf_putc(&name, *p);
    }
    cr_buf_puts(&name, "?immutable=1");
    sqlite3_close(corpus->db);
    rc = sqlite3_open_v2(name.data, &corpus->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
  }
  cr_buf_free(&name);
  return rc;
}

/* What holds for every connection. The file may come from elsewhere, so its schema is not trusted.
 */
static cr_err settings(cr_corpus *corpus, cr_errinfo *info) {
  sqlite3_extended_result_codes(corpus->db, 1);
  sqlite3_busy_timeout(corpus->db, CR__BUSY_MS);
  sqlite3_db_config(corpus->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(corpus->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(corpus->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  return cr__script(corpus,
                    "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON;"
                    "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;",
                    info);
}

static cr_err open_reader(cr_corpus *corpus, cr_errinfo *info) {
  cr__identity is;
  cr_err err = settings(corpus, info);
  if (err == CR_OK) err = cr__script(corpus, "PRAGMA query_only = ON", info);
  if (err == CR_OK) err = cr__identify(corpus, &is, info);
  if (err == CR_ERR_ENVIRONMENT && beside_is_read_only(corpus->path) &&
      open_immutable(corpus) == SQLITE_OK) {
    err = settings(corpus, info);
    if (err == CR_OK) err = cr__identify(corpus, &is, info);
  }
  if (err != CR_OK) return err;
  err = cr__accept(corpus, &is, CR_CORPUS_VERSION, info);
  if (err != CR_OK) return err;
  if (is.version < CR_CORPUS_VERSION)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s: is of the older version %lld; `clusrace corpus gc --store FILE` brings it up to date",
        corpus->path, (long long)is.version);
  return CR_OK;
}

static cr_err open_writer(cr_corpus *corpus, bool create, cr_errinfo *info) {
  cr_err err = settings(corpus, info);
  if (err == CR_OK) err = cr__migrate(corpus, cr__migrations, CR_CORPUS_VERSION, create, info);
  if (err != CR_OK) return err;
  int rc = script_patiently(corpus, "PRAGMA journal_mode = WAL");
  if (rc != SQLITE_OK) return cr__db_fail(corpus, rc, info);
  sqlite3_stmt *statement = NULL;
  bool row;
  err = cr__prepare(corpus, "PRAGMA journal_mode", &statement, info);
  if (err != CR_OK) return err;
  err = cr__step(corpus, statement, &row, info);
  if (err == CR_OK && strcmp(cr__text(statement, 0), "wal") != 0)
    err = cr_fail(info, CR_ERR_ENVIRONMENT,
                  "%s: this file system offers no write-ahead log; put the corpus on a local disk",
                  corpus->path);
  sqlite3_finalize(statement);
  return err;
}

cr_err cr_corpus_open(const char *path, cr_corpus_mode mode, cr_corpus **corpus, cr_errinfo *info) {
  *corpus = NULL;
  cr_err err = peek(path, mode, info);
  if (err != CR_OK) return err;
  cr_corpus *c = cr_alloc(sizeof *c);
  c->path = cr_strdup(path);
  c->busy_tries = CR__BUSY_TRIES;
  c->writable = mode != CR_CORPUS_READ;
  int flags = SQLITE_OPEN_READWRITE | (mode == CR_CORPUS_CREATE ? SQLITE_OPEN_CREATE : 0);
  int rc = sqlite3_open_v2(path, &c->db, flags, NULL);
  if (rc != SQLITE_OK)
    err = cr__db_fail(c, rc, info);
  else
    err = c->writable ? open_writer(c, mode == CR_CORPUS_CREATE, info) : open_reader(c, info);
  if (err != CR_OK) {
    cr_corpus_close(c);
    return err;
  }
  *corpus = c;
  return CR_OK;
}

void cr_corpus_close(cr_corpus *corpus) {
  if (corpus == NULL) return;
  for (size_t i = 0; i < CR__PUT_COUNT; i++) sqlite3_finalize(corpus->put[i]);
  sqlite3_close(corpus->db);
  free(corpus->path);
  free(corpus);
}

const char *cr_corpus_path(const cr_corpus *corpus) { return corpus->path; }
