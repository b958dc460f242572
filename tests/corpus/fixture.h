/* fixture.h - what the corpus suites share: a folder of their own, made-up traces, one-line stores.
 */
#ifndef TEST_CORPUS_FIXTURE_H
#define TEST_CORPUS_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"

Suite *cr_suite_open(void);
Suite *cr_suite_put(void);
Suite *cr_suite_read(void);
Suite *cr_suite_transfer(void);
Suite *cr_suite_check(void);
Suite *cr_suite_crash(void);
Suite *cr_suite_tend(void);
Suite *cr_suite_migrate(void);

/* Makes and removes the test's folder: a checked fixture. */
void folder_make(void);
void folder_remove(void);
/* Path of a name in that folder; good for the next 15 calls. */
const char *at(const char *name);
/* A case whose tests have the folder. */
TCase *case_new(Suite *suite, const char *name, double timeout_s);

/* A made-up interleaving. Different scenario, mutant, visible or salt = different behaviour. */
typedef struct recipe {
  unsigned scenario; /* number: "s0", "s1", ... */
  cr_mutant mutant;  /* NONE: the reference */
  const char *dll;   /* not NULL: a PE subject of that name */
  uint32_t salt;
  unsigned visible; /* events; 0 = 3 */
  unsigned silent;  /* further events that are no behaviour */
  cr_verdict_kind verdict;
  cr_clause clause;  /* when it violates */
  const char *about; /* of the scenario; NULL = a standard one */
  uint64_t contract; /* 0 = the present one */
} recipe;

/* trace must be zero or initialised. */
void cook(const recipe *r, cr_trace *trace);

/* They fail the test when the call fails. */
cr_corpus *opened(const char *name, cr_corpus_mode mode);
cr_corpus_puts put(cr_corpus *corpus, const recipe *r);
cr_corpus_puts put_by(cr_corpus *corpus, const recipe *r, cr_engine engine);
uint64_t behaviour_of(const recipe *r);
cr_corpus_totals totals_of(cr_corpus *corpus);
/* Problems that cr_corpus_check finds; their lines are appended to lines (may be NULL). */
uint64_t problems_of(cr_corpus *corpus, cr_buf *lines);
/* One line per interleaving: id, scenario, subject, steps, verdict, clause, engine. */
void listing(cr_corpus *corpus, const cr_corpus_filter *filter, cr_buf *out);
/* Runs SQL on a file behind the store's back. */
void sql_on(const char *path, const char *sql);
/* Names and contents of all files in a folder, sorted. */
void folder_bytes(const char *folder, cr_buf *out);
void file_bytes(const char *path, cr_buf *out);
void assert_same_bytes(const cr_buf *a, const cr_buf *b);

/* A call that must succeed; it is given `why` for its errinfo. */
#define ck_ok(call)                                     \
  do {                                                  \
    cr_errinfo ck_info = {{0}};                         \
    cr_errinfo *why = &ck_info;                         \
    ck_assert_msg((call) == CR_OK, "%s", ck_info.text); \
  } while (0)

#endif
