/* prepare.c - see prepare.h. */
#include "prepare.h"

#include <stdio.h>
#include <string.h>

#include "faults.h"
#include "intercept.h"

/* What is unusual, and what the simulation does not cover, is said, not passed over. */
static void warn(const cr_image *image) {
  cr_buf text = {0};
  for (const char *line = image->remarks.data; line != NULL && *line != '\0';) {
    size_t n = strcspn(line, "\n");
    fprintf(stderr, CR_HOST_NAME ": %s %.*s\n", image->name, (int)n, line);
    line += n + (line[n] == '\n');
  }
  if (cr_image_imports(image, true, &text) != 0)
    fprintf(stderr, CR_HOST_NAME ": %s imports functions that are not simulated:\n%s", image->name,
            text.data);
  cr_buf_free(&text);
}

/* The names of what nobody simulates, on one line. */
static cr_err refuse_unseen(const cr_image *image, cr_errinfo *info) {
  cr_buf lines = {0}, names = {0};
  cr_err err = CR_OK;
  if (cr_image_imports(image, true, &lines) != 0) {
    for (const char *line = lines.data; *line != '\0';) {
      size_t n = strcspn(line, "\n"), begin = n;
      while (begin > 0 && line[begin - 1] != ' ') begin--;
      cr_buf_printf(&names, "%s%.*s", names.len == 0 ? "" : ", ", (int)(n - begin), line + begin);
      line += n + (line[n] == '\n');
    }
    err = cr_fail(info, CR_ERR_INPUT, "%s uses what nobody simulates: %.300s", image->name,
                  names.data);
  }
  cr_buf_free(&lines);
  cr_buf_free(&names);
  return err;
}

cr_err cr_prepare(cr_session *s, const cr_preparation *how, cr_errinfo *info) {
  if (how->properties != NULL) {
    cr_err given = cr_registry_file_read(how->properties, &s->properties, info);
    if (given != CR_OK) return given;
  }
  if (!cr_sched_init(&s->sched, how->watchdog_ms, how->processor))
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "this system has no WaitOnAddress: Windows 8, Wine 2.0 or later is needed");
  cr_err err = cr_intercept_exports(info);
  if (err != CR_OK) return err;
  cr_faults_install();
  if (!cr_heap_init(&s->heap, how->heap_guard))
    return cr_fail(info, CR_ERR_ENVIRONMENT, "this system does not give the memory for a heap");
  err = cr_image_load(how->dll, how->watchdog_ms, &s->image, info);
  if (err == CR_OK && how->refuse_unseen) err = refuse_unseen(&s->image, info);
  if (err != CR_OK) return err;
  cr_heap_keep(&s->heap);
  s->image.type = how->type;
  warn(&s->image);
  return CR_OK;
}
