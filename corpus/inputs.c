/* inputs.c - interleavings as the strings of choices that fuzzing engines keep; see corpus_carry.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clusrace/corpus_carry.h"
#include "private.h"

enum { INPUT_BYTES_MAX = 1 << 20 }; /* as AFL++ has it */

/* ---- in ---------------------------------------------------------------------------------------
 */

typedef struct importer {
  cr__intake in;
  const cr_model *model;
  uint32_t steps_max;
} importer;

/* What AFL++ writes beside its inputs. */
static bool is_of_afl(const char *name) {
  static const char *const names[] = {"README.txt",   "cmdline",      "fastresume.bin",
                                      "fuzz_bitmap",  "fuzzer_setup", "fuzzer_stats",
                                      "is_main_node", "plot_data",    "target_hash"};
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

/* Does the file lie in a folder of this name? */
static bool lies_in(const char *path, const char *name, const char *folder) {
  size_t n = strlen(folder), before = strlen(path) - strlen(name);
  return before > n + 1 && path[before - n - 2] == '/' &&
         memcmp(path + before - n - 1, folder, n) == 0;
}

static cr_err import_input(void *arg, const char *path, const char *name, cr_errinfo *info) {
  importer *im = arg;
  cr_buf bytes = {0};
  cr_errinfo reason;
  cr_judgement covered;
  cr_err err = CR_OK;
  if (is_of_afl(name)) return CR_OK;
  bool afl = lies_in(path, name, "queue") || lies_in(path, name, "crashes") ||
             lies_in(path, name, "hangs");
  im->in.taken->read++;
  if (cr_file_read(path, INPUT_BYTES_MAX, &bytes, &reason) != CR_OK) {
    cr__intake_refuse(&im->in, reason.text);
  } else {
    cr_trace_free(&im->in.trace);
    cr_trace_init(&im->in.trace, cr_model_scenario(im->model), cr_model_subject(im->model));
    cr_choices_run(im->model, (const uint8_t *)(bytes.data == NULL ? "" : bytes.data), bytes.len,
                   im->steps_max, &im->in.trace, &covered, NULL);
    if (im->in.trace.steps_count > 0)
      err = cr__intake_take(&im->in, &covered.exercised, afl ? CR_ENGINE_AFL : CR_ENGINE_LIBFUZZER,
                            0, info);
  }
  cr_buf_free(&bytes);
  return err;
}

cr_err cr_corpus_import_inputs(cr_corpus *corpus, const char *path, const cr_model *model,
                               uint32_t steps_max, cr_corpus_taken *taken, cr_errinfo *info) {
  struct stat status;
  importer im = {.model = model, .steps_max = steps_max};
  *taken = (cr_corpus_taken){0};
  if (stat(path, &status) != 0)
    return cr_fail(info, CR_ERR_INPUT, "%s: cannot be opened: %s; check the name", path,
                   strerror(errno));
  cr__intake_open(&im.in, corpus, NULL, taken);
  cr_err err = S_ISDIR(status.st_mode) ? cr__each_file(path, import_input, &im, info)
                                       : import_input(&im, path, "", info);
  return cr__intake_close(&im.in, err, info);
}

/* ---- out --------------------------------------------------------------------------------------
 */

typedef struct exporter {
  const char *folder;
  bool writing;    /* before, all are only looked at, so that a refusal leaves nothing behind */
  cr_model *model; /* of the first interleaving */
  cr_buf subject;
  uint64_t scenario_digest, files;
  cr_trace trace;
} exporter;

static cr_err same_model(exporter *ex, const cr_corpus_item *item, cr_errinfo *info) {
  const cr_subject *subject = &ex->trace.subject;
  if (subject->kind != CR_SUBJECT_REFERENCE && subject->kind != CR_SUBJECT_MUTANT)
    return cr_fail(info, CR_ERR_INPUT,
                   "interleaving %s is of a real DLL, which has no string of choices; choose with "
                   "--subject reference or --subject MUTANT",
                   item->id);
  if (ex->model == NULL) {
    ex->model = cr_model_new(&ex->trace.scenario, subject, NULL);
    ex->scenario_digest = item->scenario_digest;
    cr_buf_puts(&ex->subject, item->subject);
  } else if (ex->scenario_digest != item->scenario_digest ||
             strcmp(ex->subject.data, item->subject) != 0) {
    return cr_fail(info, CR_ERR_INPUT,
                   "interleaving %s is of another scenario or subject than those before it; the "
                   "same bytes mean something else there: choose with --scenario and --subject",
                   item->id);
  }
  return CR_OK;
}

static cr_err export_input(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  exporter *ex = arg;
  cr_buf bytes = {0}, path = {0};
  cr_err err = cr_trace_read(item->text, item->text_len, item->id, &ex->trace, info);
  if (err == CR_OK) err = same_model(ex, item, info);
  /* What the present model does not do any more is no input. */
  if (err == CR_OK && ex->writing && cr_trace_choices(ex->model, &ex->trace, &bytes) &&
      bytes.len > 0) {
    cr_buf_printf(&path, "%s/%s", ex->folder, item->id);
    err = cr_file_write(path.data, bytes.data, bytes.len, info);
    if (err == CR_OK) ex->files++;
  }
  cr_buf_free(&bytes);
  cr_buf_free(&path);
  return err;
}

cr_err cr_corpus_export_inputs(cr_corpus *corpus, const cr_corpus_filter *filter,
                               const char *folder, uint64_t *files, cr_errinfo *info) {
  exporter ex = {.folder = folder};
  cr_err err = cr_corpus_each(corpus, filter, export_input, &ex, info);
  ex.writing = true;
  if (err == CR_OK) err = cr__folder_make(folder, info);
  if (err == CR_OK) err = cr_corpus_each(corpus, filter, export_input, &ex, info);
  *files = ex.files;
  if (ex.model != NULL) cr_model_free(ex.model);
  cr_buf_free(&ex.subject);
  cr_trace_free(&ex.trace);
  return err;
}
