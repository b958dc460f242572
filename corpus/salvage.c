/* salvage.c - walks a table row by row, so that what is broken costs itself and nothing else. */
#include <stdlib.h>

#include "private.h"

/* Where neither the table nor its index leads on, numbers are guessed: past one page of the tree
 * at most, which holds fewer rows than this. */
enum { GUESSES_MAX = 1 << 14 };

typedef struct walk {
  const cr_corpus *corpus;
  const cr__table *table;
  cr__broken broken;
  void *arg;
  sqlite3_stmt *next;
  int64_t id;
  int64_t rows_max;     /* no more can be there */
  bool guessed;         /* id is a guess */
  int64_t missed_from;  /* first of the guesses in a row that could not be read; 0: none */
  int64_t missed;       /* how many */
  bool asked, complete; /* the index was read; to its end */
  int64_t *known;       /* numbers that the index has, in order */
  size_t known_count, known_cap, known_at;
} walk;

static int by_number(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

/* An index lies on pages of its own, so it knows rows that the table has lost. */
static void ask_index(walk *w) {
  sqlite3_stmt *s = NULL;
  cr_buf sql = {0};
  int rc = SQLITE_ERROR;
  cr_buf_printf(&sql, "SELECT id FROM %s INDEXED BY %s", w->table->name, w->table->index);
  w->asked = true;
  if (sqlite3_prepare_v2(w->corpus->db, sql.data, -1, &s, NULL) == SQLITE_OK)
    while ((int64_t)w->known_count < w->rows_max && (rc = sqlite3_step(s)) == SQLITE_ROW) {
      if (w->known_count == w->known_cap) {
        w->known_cap = w->known_cap == 0 ? 256 : w->known_cap * 2;
        w->known = cr_realloc(w->known, w->known_cap * sizeof *w->known);
      }
      w->known[w->known_count++] = sqlite3_column_int64(s, 0);
    }
  w->complete = rc == SQLITE_DONE;
  sqlite3_finalize(s);
  cr_buf_free(&sql);
  if (w->known_count > 0) qsort(w->known, w->known_count, sizeof *w->known, by_number);
}

/* The number of the row behind the present one, 0 when there is none. */
static int64_t next_number(walk *w) {
  cr_errinfo unreadable;
  bool row = false;
  cr__bind(w->next, cr__i(w->id));
  cr_err err = cr__step(w->corpus, w->next, &row, &unreadable);
  int64_t id = err == CR_OK && row ? sqlite3_column_int64(w->next, 0) : 0;
  cr__done(w->next);
  w->guessed = false;
  if (err == CR_OK) return id;
  if (!w->asked) ask_index(w);
  while (w->known_at < w->known_count && w->known[w->known_at] <= w->id) w->known_at++;
  if (w->known_at < w->known_count) return w->known[w->known_at];
  w->guessed = true;
  return w->complete || w->missed >= GUESSES_MAX || w->id == INT64_MAX ? 0 : w->id + 1;
}

void cr__row_unreadable(const cr_corpus *corpus, const cr__table *table, int64_t id,
                        cr_errinfo *reason) {
  cr_fail(reason, CR_ERR_INPUT, "%s: row %lld of %s cannot be read: %s", corpus->path,
          (long long)id, table->name, sqlite3_errmsg(corpus->db));
}

/* Guesses that were wrong are told together. */
static void tell_missed(walk *w) {
  cr_errinfo line;
  if (w->missed == 0) return;
  cr_fail(&line, CR_ERR_INPUT, "%s: what may be in %s from row %lld to %lld cannot be read",
          w->corpus->path, w->table->name, (long long)w->missed_from,
          (long long)(w->missed_from + w->missed - 1));
  w->missed = 0;
  w->broken(w->arg, line.text);
}

static void visited(walk *w, cr__seen seen, cr_errinfo *reason) {
  if (w->guessed && seen == CR__SEEN_BROKEN) {
    if (w->missed++ == 0) w->missed_from = w->id;
    return;
  }
  tell_missed(w);
  if (w->guessed || seen == CR__SEEN_GOOD) return;
  if (seen == CR__SEEN_NOTHING)
    cr_fail(reason, CR_ERR_INPUT, "%s: row %lld of %s is not whole: it refers to what is not there",
            w->corpus->path, (long long)w->id, w->table->name);
  w->broken(w->arg, reason->text);
}

/* So many rows there can be at most: a broken tree may lead in circles. */
static cr_err rows_max(walk *w, cr_errinfo *info) {
  sqlite3_stmt *s;
  bool row = false;
  cr_err err = cr__prepare(w->corpus,
                           "SELECT (SELECT page_count FROM pragma_page_count)"
                           "     * (SELECT page_size FROM pragma_page_size) / 16",
                           &s, info);
  if (err != CR_OK) return err;
  err = cr__step(w->corpus, s, &row, info);
  w->rows_max = row ? sqlite3_column_int64(s, 0) : 0;
  sqlite3_finalize(s);
  return err;
}

cr_err cr__each_row(const cr_corpus *corpus, const cr__table *table, cr__row_visit visit,
                    cr__broken broken, void *arg, cr_errinfo *info) {
  walk w = {.corpus = corpus, .table = table, .broken = broken, .arg = arg};
  cr_buf sql = {0};
  cr_buf_printf(&sql, "SELECT id FROM %s WHERE id > ?1 ORDER BY id LIMIT 1", table->name);
  cr_err err = rows_max(&w, info);
  if (err == CR_OK) err = cr__prepare(corpus, sql.data, &w.next, info);
  cr_buf_free(&sql);
  for (int64_t n = 0; err == CR_OK && n < w.rows_max && (w.id = next_number(&w)) != 0; n++) {
    cr_errinfo reason = {{0}};
    cr__seen seen = CR__SEEN_NOTHING;
    err = visit(arg, w.id, &seen, &reason, info);
    if (err == CR_OK) visited(&w, seen, &reason);
  }
  if (err == CR_OK) tell_missed(&w);
  sqlite3_finalize(w.next);
  free(w.known);
  return err;
}
