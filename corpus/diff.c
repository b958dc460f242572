/* diff.c - what one store has and another has not; see corpus_tend.h. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus_tend.h"
#include "private.h"

/* A behaviour of one store, with the digest of its stored form. */
typedef struct entry {
  char behaviour[17], digest[17];
} entry;

typedef struct entries {
  entry *rows;
  size_t count, cap;
} entries;

static cr_err list(const cr_corpus *corpus, entries *list, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  bool row;
  cr_err err = cr__prepare(corpus, "SELECT behaviour, digest FROM interleaving ORDER BY behaviour",
                           &statement, info);
  if (err != CR_OK) return err;
  while ((err = cr__step(corpus, statement, &row, info)) == CR_OK && row) {
    uint64_t checked;
    if (list->count == list->cap) {
      list->cap = list->cap == 0 ? 256 : list->cap * 2;
      list->rows = cr_realloc(list->rows, list->cap * sizeof *list->rows);
    }
    if (!cr__unhex(cr__text(statement, 0), &checked) ||
        !cr__unhex(cr__text(statement, 1), &checked)) {
      err = cr_fail(info, CR_ERR_INPUT,
                    "%s: interleaving %.16s has a value that is none of this version's; see what "
                    "`clusrace corpus check` says",
                    corpus->path, cr__text(statement, 0));
      break;
    }
    entry *e = &list->rows[list->count++];
    memcpy(e->behaviour, cr__text(statement, 0), 17);
    memcpy(e->digest, cr__text(statement, 1), 17);
  }
  sqlite3_finalize(statement);
  return err;
}

typedef struct difference {
  cr_corpus_side side;
  cr_corpus_visit_difference visit;
  void *arg;
} difference;

static cr_err show(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  const difference *d = arg;
  return d->visit(d->arg, d->side, item, info);
}

cr_err cr_corpus_diff(cr_corpus *first, cr_corpus *second, cr_corpus_visit_difference visit,
                      void *arg, cr_errinfo *info) {
  entries a = {0}, b = {0};
  cr_err err = list(first, &a, info);
  if (err == CR_OK) err = list(second, &b, info);
  for (size_t i = 0, k = 0; err == CR_OK && (i < a.count || k < b.count);) {
    int order = i == a.count   ? 1
                : k == b.count ? -1
                               : strcmp(a.rows[i].behaviour, b.rows[k].behaviour);
    const char *id = order < 0 ? a.rows[i].behaviour : b.rows[k].behaviour;
    bool same = order == 0 && strcmp(a.rows[i].digest, b.rows[k].digest) == 0;
    difference d = {order < 0   ? CR_CORPUS_ONLY_FIRST
                    : order > 0 ? CR_CORPUS_ONLY_SECOND
                                : CR_CORPUS_CHANGED,
                    visit, arg};
    if (!same) err = cr_corpus_find(order < 0 ? first : second, id, show, &d, info);
    if (order <= 0) i++;
    if (order >= 0) k++;
  }
  free(a.rows);
  free(b.rows);
  return err;
}
