/* test_crash.c - killed writers, several writers, full disks, locked files. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

/* Writes batches of seeded sizes and, after each flush, the digests that are now acknowledged. */
static void writer(const char *path, int acknowledged, uint32_t first) {
  enum { GROUP_MAX = 40 };
  uint64_t digests[GROUP_MAX];
  size_t count = 0;
  cr_corpus *corpus;
  cr_errinfo info;
  cr_trace trace = {0};
  cr_rng rng;
  cr_rng_seed(&rng, first);
  if (cr_corpus_open(path, CR_CORPUS_CREATE, &corpus, &info) != CR_OK) _exit(3);
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  for (uint32_t salt = first;; salt++) {
    cr_verdict_kind verdict =
        cr_rng_below(&rng, 50) == 0 ? CR_VERDICT_CRASHES : CR_VERDICT_CONFORMS;
    cook(&(recipe){.salt = salt, .visible = 1 + cr_rng_below(&rng, 60), .verdict = verdict},
         &trace);
    digests[count++] = cr_trace_behaviour_digest(&trace);
    if (cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, &info) != CR_OK) _exit(4);
    if (count == GROUP_MAX || cr_rng_below(&rng, 15) == 0) {
      if (cr_corpus_batch_flush(batch, &info) != CR_OK) _exit(5);
    }
    if (cr_corpus_batch_pending(batch) != 0) continue;
    if (write(acknowledged, digests, count * sizeof *digests) < 0) _exit(6);
    count = 0;
  }
}

/* Reads acknowledged digests until the writer is dead; kills it after `after` of them and a while.
 */
static void reap(pid_t child, int pipe_end, size_t after, useconds_t delay_us, cr_buf *digests) {
  bool killed = false;
  char chunk[4096];
  size_t start = digests->len;
  ssize_t n;
  while ((n = read(pipe_end, chunk, sizeof chunk)) > 0) {
    cr_buf_add(digests, chunk, (size_t)n);
    if (!killed && digests->len - start >= after * 8) {
      usleep(delay_us);
      ck_assert_int_eq(kill(child, SIGKILL), 0);
      killed = true;
    }
  }
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "status %x", (unsigned)status);
  close(pipe_end);
}

static cr_err ignore(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  (void)arg, (void)item, (void)info;
  return CR_OK;
}

START_TEST(kill__fifty_moments__no_acknowledged_row_lost) {
  enum { KILLS = 50 };
  cr_buf digests = {0};
  cr_rng rng;
  cr_rng_seed(&rng, 2024);
  for (uint32_t i = 0; i < KILLS; i++) {
    /* Some die while the store is being made. */
    if (i % 10 == 0) {
      folder_remove();
      folder_make();
      cr_buf_clear(&digests);
    }
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
      close(ends[0]);
      writer(at("a.db"), ends[1], i * 1000000);
    }
    close(ends[1]);
    size_t before = digests.len;
    reap(child, ends[0], cr_rng_below(&rng, 150), cr_rng_below(&rng, 12000), &digests);
    ck_assert_uint_gt(digests.len, before);
    cr_corpus *corpus = opened("a.db", CR_CORPUS_READ);
    cr_buf lines = {0};
    ck_assert_msg(problems_of(corpus, &lines) == 0, "%s", lines.data);
    for (size_t at_byte = 0; at_byte + 8 <= digests.len; at_byte += 8) {
      uint64_t digest;
      char id[17];
      memcpy(&digest, digests.data + at_byte, 8);
      cr__hex(digest, id);
      ck_ok(cr_corpus_find(corpus, id, ignore, NULL, why));
    }
    ck_assert_uint_ge(totals_of(corpus).interleavings, digests.len / 8);
    cr_corpus_close(corpus);
    cr_buf_free(&lines);
  }
  cr_buf_free(&digests);
}
END_TEST

/* Killed at any moment of the making: afterwards it can be made, and is whole. */
START_TEST(kill__while_creating__never_half_made) {
  enum { KILLS = 40 };
  cr_rng rng;
  cr_rng_seed(&rng, 7);
  for (unsigned i = 0; i < KILLS; i++) {
    char name[32];
    int status;
    snprintf(name, sizeof name, "%u.db", i);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
      cr_corpus *corpus;
      cr_errinfo info;
      if (cr_corpus_open(at(name), CR_CORPUS_CREATE, &corpus, &info) != CR_OK) _exit(3);
      for (;;) pause();
    }
    usleep(cr_rng_below(&rng, 6000));
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    cr_corpus *corpus = opened(name, CR_CORPUS_CREATE);
    put(corpus, &(recipe){.salt = i});
    ck_assert_uint_eq(problems_of(corpus, NULL), 0);
    cr_corpus_close(corpus);
  }
}
END_TEST

START_TEST(writers__two_at_once__both_whole) {
  enum { EACH = 400, SHARED = 100 };
  cr_corpus_close(opened("a.db", CR_CORPUS_CREATE));
  for (uint32_t who = 0; who < 2; who++) {
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child != 0) continue;
    cr_corpus *corpus;
    cr_errinfo info;
    cr_trace trace = {0};
    if (cr_corpus_open(at("a.db"), CR_CORPUS_WRITE, &corpus, &info) != CR_OK) _exit(3);
    cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
    for (uint32_t i = 0; i < EACH; i++) {
      uint32_t salt = i < SHARED ? i : 1000 * (who + 1) + i;
      cook(&(recipe){.salt = salt, .silent = who, .verdict = CR_VERDICT_CONFORMS}, &trace);
      if (cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, &info) != CR_OK) _exit(4);
      if (i % 7 == 0 && cr_corpus_batch_flush(batch, &info) != CR_OK) {
        fprintf(stderr, "%s\n", info.text);
        _exit(5);
      }
    }
    if (cr_corpus_batch_flush(batch, &info) != CR_OK) _exit(6);
    cr_corpus_close(corpus);
    _exit(0);
  }
  for (unsigned i = 0; i < 2; i++) {
    int status;
    ck_assert_int_gt(wait(&status), 0);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
  }
  cr_corpus *corpus = opened("a.db", CR_CORPUS_READ);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 2 * EACH - SHARED);
  ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(disk_full__clean_error_nothing_half_written) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_buf before = {0}, after = {0};
  cr_errinfo info = {{0}};
  cr_trace trace = {0};
  put(corpus, &(recipe){.salt = 1});
  listing(corpus, NULL, &before);
  ck_ok(cr__script(corpus, "PRAGMA max_page_count = 40", why));
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  for (uint32_t i = 0; i < 500; i++) {
    cook(&(recipe){.salt = 100 + i, .visible = 30, .scenario = 1}, &trace);
    ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  }
  for (unsigned attempt = 0; attempt < 2; attempt++) {
    ck_assert_int_eq(cr_corpus_batch_flush(batch, &info), CR_ERR_ENVIRONMENT);
    ck_assert_msg(strstr(info.text, "the disk is full") != NULL, "%s", info.text);
    ck_assert_ptr_eq(strstr(info.text, at("a.db")), info.text);
    ck_assert_uint_eq(cr_corpus_batch_pending(batch), 500);
    ck_assert_uint_eq(cr_corpus_batch_puts(batch)->inserted, 0);
    cr_buf_clear(&after);
    listing(corpus, NULL, &after);
    assert_same_bytes(&before, &after);
    ck_assert_uint_eq(totals_of(corpus).scenarios, 1);
    ck_assert_uint_eq(problems_of(corpus, NULL), 0);
  }
  /* A single put likewise, and what else may fail. */
  cook(&(recipe){.salt = 9999, .visible = 3000}, &trace);
  ck_assert_int_eq(cr_corpus_put(corpus, &trace, NULL, CR_ENGINE_SEED, 0, NULL, &info),
                   CR_ERR_ENVIRONMENT);
  ck_assert_int_eq(
      cr_corpus_put_replay(corpus, behaviour_of(&(recipe){.salt = 1}), &trace, NULL, &info),
      CR_ERR_ENVIRONMENT);
  /* Space was made: the same batch goes in. */
  ck_ok(cr__script(corpus, "PRAGMA max_page_count = 100000", why));
  ck_ok(cr_corpus_batch_flush(batch, why));
  ck_assert_uint_eq(totals_of(corpus).interleavings, 501);
  ck_assert_uint_eq(totals_of(corpus).replays, 0);
  cr_corpus_batch_free(batch);
  cr_trace_free(&trace);
  cr_buf_free(&before);
  cr_buf_free(&after);
  cr_corpus_close(corpus);
}
END_TEST

START_TEST(locked__for_long__clean_error_and_later_success) {
  cr_corpus *corpus = opened("a.db", CR_CORPUS_CREATE);
  cr_errinfo info = {{0}};
  cr_trace trace = {0};
  sqlite3 *other;
  ck_assert_int_eq(sqlite3_open(at("a.db"), &other), SQLITE_OK);
  ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  sqlite3_busy_timeout(corpus->db, 20);
  corpus->busy_tries = 3;
  cook(&(recipe){.salt = 1}, &trace);
  cr_corpus_batch *batch = cr_corpus_batch_new(corpus, 0);
  ck_ok(cr_corpus_batch_put(batch, &trace, NULL, CR_ENGINE_RANDOM, why));
  ck_assert_int_eq(cr_corpus_batch_flush(batch, &info), CR_ERR_ENVIRONMENT);
  ck_assert_msg(strstr(info.text, "locked") != NULL, "%s", info.text);
  ck_assert_uint_eq(cr_corpus_batch_pending(batch), 1);
  ck_assert_uint_eq(totals_of(corpus).interleavings, 0); /* reading goes on meanwhile */
  sqlite3_close(other);
  ck_ok(cr_corpus_batch_flush(batch, why));
  ck_assert_uint_eq(totals_of(corpus).interleavings, 1);
  cr_corpus_batch_free(batch);
  cr_trace_free(&trace);
  cr_corpus_close(corpus);
}
END_TEST

Suite *cr_suite_crash(void) {
  Suite *suite = suite_create("crash");
  TCase *tcase = case_new(suite, "crash", 240);
  tcase_add_test(tcase, kill__fifty_moments__no_acknowledged_row_lost);
  tcase_add_test(tcase, kill__while_creating__never_half_made);
  tcase_add_test(tcase, writers__two_at_once__both_whole);
  tcase_add_test(tcase, disk_full__clean_error_nothing_half_written);
  tcase_add_test(tcase, locked__for_long__clean_error_and_later_success);
  return suite;
}
