/* prepare.c - see prepare.h. */
#include "prepare.h"

#include <stdio.h>

#include "faults.h"
#include "intercept.h"

/* What the simulation does not cover is said, not passed over. */
static void warn_unseen(const cr_image *image) {
  cr_buf text = {0};
  if (cr_image_imports(image, true, &text) != 0)
    fprintf(stderr, "clusrace-host: %s imports functions that are not simulated:\n%s", image->name,
            text.data);
  cr_buf_free(&text);
}

cr_err cr_prepare(cr_session *s, const char *dll, const char *type, DWORD watchdog_ms,
                  cr_errinfo *info) {
  if (!cr_sched_init(&s->sched, watchdog_ms))
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "this system has no WaitOnAddress: Windows 8, Wine 2.0 or later is needed");
  cr_err err = cr_intercept_exports(info);
  if (err != CR_OK) return err;
  cr_faults_install();
  if (!cr_heap_init(&s->heap, false))
    return cr_fail(info, CR_ERR_ENVIRONMENT, "this system does not give the memory for a heap");
  err = cr_image_load(dll, &s->image, info);
  if (err != CR_OK) return err;
  cr_heap_keep(&s->heap);
  s->image.type = type;
  warn_unseen(&s->image);
  return CR_OK;
}
