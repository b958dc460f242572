/* store.c - a database file that somebody else has made or damaged, given to the corpus: opened,
 * checked, read, exported, merged, brought up to date.
 *
 * An input that begins like a database is one. Any other changes bytes of a small sound store:
 * where (4 bytes, modulo its size), how many (1 byte), the bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clusrace/corpus.h"
#include "clusrace/world.h"
#include "target.h"

static const char scenario_text[] =
    "clusrace-scenario 1\nname stored\nresource res0 type \"Clusrace Disk\"\noption sync\n";

static struct {
  char folder[64], path[96], other[96];
  cr_buf sound; /* the file that is damaged */
  cr_buf empty; /* a store without rows, to merge into */
} self;

static void clean_up(void) {
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  const char *const files[] = {self.path, self.other};
  char name[128];
  for (size_t f = 0; f < CR_ARRAY_LEN(files); f++)
    for (size_t i = 0; i < CR_ARRAY_LEN(ends); i++) {
      snprintf(name, sizeof name, "%s%s", files[f], ends[i]);
      unlink(name);
    }
}

static void leave(void) {
  clean_up();
  rmdir(self.folder);
}

static void must(cr_err err, const cr_errinfo *info) {
  if (err != CR_OK) cr_target_fails("the sound store cannot be made: %s", info->text);
}

/* A few interleavings of a small scenario, a run and a replay. */
static void make_sound(void) {
  enum { TRACES = 6 };
  const cr_subject reference = {.kind = CR_SUBJECT_REFERENCE};
  cr_scenario scenario;
  cr_errinfo info;
  cr_corpus *corpus;
  int64_t run;
  must(cr_scenario_parse(scenario_text, sizeof scenario_text - 1, "stored", 1, &scenario, &info),
       &info);
  must(cr_corpus_open(self.path, CR_CORPUS_CREATE, &corpus, &info), &info);
  cr_corpus_run what = {"fuzz", &scenario, &reference, CR_ENGINE_RANDOM, 1, NULL};
  must(cr_corpus_run_begin(corpus, &what, &run, &info), &info);
  cr_model *model = cr_model_new(&scenario, &reference, NULL);
  for (unsigned i = 0; i < TRACES; i++) {
    cr_trace trace = {0};
    cr_judgement covered;
    uint8_t choices[10];
    memset(choices, (int)(i * 7), sizeof choices);
    cr_choices_run(model, choices, sizeof choices, 10 + i, &trace, &covered, NULL);
    must(cr_corpus_put(corpus, &trace, NULL, CR_ENGINE_RANDOM, run, NULL, &info), &info);
    if (i == 0)
      must(cr_corpus_put_replay(corpus, cr_trace_behaviour_digest(&trace), &trace, NULL, &info),
           &info);
    cr_trace_free(&trace);
  }
  cr_model_free(model);
  must(cr_corpus_run_end(corpus, run, 1, 1, CR_EXIT_OK, &info), &info);
  cr_corpus_close(corpus);
  must(cr_file_read(self.path, 1 << 24, &self.sound, &info), &info);
  must(cr_corpus_open(self.other, CR_CORPUS_CREATE, &corpus, &info), &info);
  cr_corpus_close(corpus);
  must(cr_file_read(self.other, 1 << 24, &self.empty, &info), &info);
}

static void set_up(void) {
  const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(self.folder, sizeof self.folder, "%s/clusrace-store-XXXXXX", base);
  if (mkdtemp(self.folder) == NULL) cr_target_fails("no folder can be made under %s", base);
  snprintf(self.path, sizeof self.path, "%s/input.db", self.folder);
  snprintf(self.other, sizeof self.other, "%s/other.db", self.folder);
  atexit(leave);
  make_sound();
}

static void write_input(const uint8_t *data, size_t size) {
  static const char head[] = "SQLite format 3";
  cr_target_bytes bytes = {data, size};
  cr_buf file = {0};
  cr_errinfo info;
  if (size >= sizeof head && memcmp(data, head, sizeof head) == 0) {
    cr_buf_add(&file, data, size);
    bytes.left = 0;
  } else {
    cr_buf_add(&file, self.sound.data, self.sound.len);
  }
  while (bytes.left != 0) {
    size_t at = cr_target_u32(&bytes) % file.len, got;
    const uint8_t *from = cr_target_take(&bytes, cr_target_u8(&bytes), &got);
    if (got > file.len - at) got = file.len - at;
    memcpy(file.data + at, from, got);
  }
  clean_up();
  if (cr_file_write(self.path, file.data, file.len, &info) != CR_OK ||
      cr_file_write(self.other, self.empty.data, self.empty.len, &info) != CR_OK)
    cr_target_fails("the input cannot be written: %s", info.text);
  cr_buf_free(&file);
}

/* ---- what is done with it -------------------------------------------------------------------- */

/* What a damaged store may say: that it is, or that it cannot be written. One line each. */
static void bears(cr_err err, cr_errinfo *info) {
  if (err == CR_ERR_ENVIRONMENT) err = CR_ERR_INPUT;
  if (err != CR_OK && strstr(info->text, self.folder) == NULL) /* of a row, which has no file */
    cr_target_error(err, info, "");
  else
    cr_target_error(err, info, self.folder);
}

static void say(void *arg, const char *line) {
  (void)arg;
  if (strchr(line, '\n') != NULL) cr_target_fails("more than one line: %s", line);
}

static cr_err visit(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  cr_trace trace = {0};
  (void)arg;
  if (cr_trace_read(item->text, item->text_len, "row", &trace, info) != CR_OK) return CR_OK;
  cr_trace_free(&trace);
  return CR_OK;
}

static cr_err visit_finding(void *arg, const cr_corpus_finding *finding, cr_errinfo *info) {
  return visit(arg, finding->shortest, info);
}

static cr_err visit_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  (void)arg;
  (void)info;
  return replay->text[replay->text_len] == '\0' ? CR_OK : CR_ERR_INPUT;
}

static cr_err visit_run(void *arg, const cr_corpus_run_item *run, cr_errinfo *info) {
  (void)arg;
  (void)info;
  return strlen(run->tool) + strlen(run->scenario) + strlen(run->label) == SIZE_MAX ? CR_ERR_INPUT
                                                                                    : CR_OK;
}

static cr_err visit_count(void *arg, const char *key, uint64_t count, cr_errinfo *info) {
  (void)arg;
  (void)count;
  (void)info;
  return strlen(key) == SIZE_MAX ? CR_ERR_INPUT : CR_OK;
}

static void read_all(cr_corpus *corpus) {
  cr_errinfo info;
  cr_corpus_totals totals;
  uint64_t problems;
  bears(cr_corpus_check(corpus, say, NULL, &problems, &info), &info);
  bears(cr_corpus_each(corpus, NULL, visit, NULL, &info), &info);
  bears(cr_corpus_each_finding(corpus, NULL, visit_finding, NULL, &info), &info);
  bears(cr_corpus_each_replay(corpus, 0, visit_replay, NULL, &info), &info);
  bears(cr_corpus_each_run(corpus, visit_run, NULL, &info), &info);
  bears(cr_corpus_total(corpus, &totals, &info), &info);
  bears(cr_corpus_count(corpus, CR_CORPUS_BY_EXERCISED, visit_count, NULL, &info), &info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_errinfo info;
  cr_corpus *corpus;
  if (self.sound.len == 0) set_up();
  write_input(data, size);
  cr_err err = cr_corpus_open(self.path, CR_CORPUS_READ, &corpus, &info);
  bears(err, &info);
  if (err == CR_OK) read_all(corpus);
  cr_corpus_close(corpus);

  cr_corpus_intake intake = {.refused = say};
  cr_corpus_taken taken;
  err = cr_corpus_open(self.other, CR_CORPUS_WRITE, &corpus, &info);
  if (err != CR_OK) cr_target_fails("no fresh store: %s", info.text);
  bears(cr_corpus_merge(corpus, self.path, &intake, &taken, &info), &info);
  uint64_t problems = 0;
  err = cr_corpus_check(corpus, say, NULL, &problems, &info);
  if (err != CR_OK || problems != 0) cr_target_fails("a merge has damaged the store");
  cr_corpus_close(corpus);
  return 0;
}
