/* ids.c - the rows of scenarios and subjects, made when they are first named. */
#include <string.h>

#include "private.h"

void cr__ids_free(cr__ids *ids) {
  cr_buf_free(&ids->scenario_text);
  cr_buf_free(&ids->subject_text);
}

static bool buf_is(const cr_buf *buf, const char *text) {
  return buf->data != NULL && strcmp(buf->data, text) == 0;
}

static void buf_set(cr_buf *buf, const char *text) {
  cr_buf_clear(buf);
  cr_buf_puts(buf, text);
}

cr_err cr__scenario_id(cr_corpus *corpus, cr__ids *ids, const char *name, uint64_t digest,
                       const char *text, cr_errinfo *info) {
  if (ids->scenario != 0 && ids->scenario_digest == digest && buf_is(&ids->scenario_text, text))
    return CR_OK;
  ids->scenario = 0;
  sqlite3_stmt *find, *store;
  bool row;
  cr_err err = cr__put_prepared(corpus, CR__PUT_SCENARIO_FIND, &find, info);
  if (err != CR_OK) return err;
  cr__bind(find, cr__h(digest));
  err = cr__step(corpus, find, &row, info);
  int64_t id = row ? sqlite3_column_int64(find, 0) : 0;
  /* Scenarios may differ in their `about` line alone: the lesser text is kept. */
  bool change = row && strcmp(text, cr__text(find, 1)) < 0;
  cr__done(find);
  if (err != CR_OK) return err;
  if (!row || change) {
    err = cr__put_prepared(corpus, row ? CR__PUT_SCENARIO_TEXT : CR__PUT_SCENARIO_INSERT, &store,
                           info);
    if (err != CR_OK) return err;
    if (row)
      cr__bind(store, cr__i(id), cr__t(text));
    else
      cr__bind(store, cr__h(digest), cr__t(name), cr__t(text));
    err = cr__exec(corpus, store, info);
    if (err != CR_OK) return err;
    if (!row) id = sqlite3_last_insert_rowid(corpus->db);
  }
  ids->scenario = id;
  ids->scenario_digest = digest;
  buf_set(&ids->scenario_text, text);
  return CR_OK;
}

/* Kind, name and digest of a subject, as columns. */
static void subject_columns(const cr_subject *subject, const char **kind, const char **name,
                            char digest[17]) {
  *name = subject->name;
  digest[0] = '\0';
  switch ((cr_subject_kind)subject->kind) {
    case CR_SUBJECT_MUTANT:
      *kind = "mutant";
      *name = cr_mutant_row_of(subject->mutant)->name;
      return;
    case CR_SUBJECT_NATIVE:
    case CR_SUBJECT_PE:
      *kind = subject->kind == CR_SUBJECT_PE ? "pe" : "native";
      cr__hex(subject->digest, digest);
      return;
    case CR_SUBJECT_REFERENCE:
    case CR_SUBJECT_INVALID: break;
  }
  CR_ASSERT(subject->kind == CR_SUBJECT_REFERENCE);
  *kind = "reference";
  *name = "";
}

cr_err cr__subject_id(cr_corpus *corpus, cr__ids *ids, const cr_subject *subject,
                      cr_errinfo *info) {
  cr_buf text = {0};
  sqlite3_stmt *find, *store;
  bool row;
  cr_subject_write(subject, &text);
  cr_err err = CR_OK;
  if (ids->subject != 0 && buf_is(&ids->subject_text, text.data)) goto out;
  ids->subject = 0;
  err = cr__put_prepared(corpus, CR__PUT_SUBJECT_FIND, &find, info);
  if (err != CR_OK) goto out;
  cr__bind(find, cr__t(text.data));
  err = cr__step(corpus, find, &row, info);
  int64_t id = row ? sqlite3_column_int64(find, 0) : 0;
  cr__done(find);
  if (err != CR_OK) goto out;
  if (!row) {
    const char *kind, *name;
    char digest[17];
    err = cr__put_prepared(corpus, CR__PUT_SUBJECT_INSERT, &store, info);
    if (err != CR_OK) goto out;
    subject_columns(subject, &kind, &name, digest);
    cr__bind(store, cr__t(text.data), cr__t(kind), cr__t(name), cr__t(digest));
    err = cr__exec(corpus, store, info);
    if (err != CR_OK) goto out;
    id = sqlite3_last_insert_rowid(corpus->db);
  }
  ids->subject = id;
  buf_set(&ids->subject_text, text.data);
out:
  cr_buf_free(&text);
  return err;
}
