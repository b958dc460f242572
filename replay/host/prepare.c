/* prepare.c - see prepare.h. */
#include "prepare.h"

#include "faults.h"
#include "intercept.h"

cr_err cr_prepare(cr_session *s, const char *dll, const char *type, DWORD watchdog_ms,
                  cr_errinfo *info) {
  if (!cr_sched_init(&s->sched, watchdog_ms))
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "this system has no WaitOnAddress: Windows 8, Wine 2.0 or later is needed");
  cr_err err = cr_intercept_exports(info);
  if (err != CR_OK) return err;
  cr_faults_install();
  err = cr_image_load(dll, &s->image, info);
  s->image.type = type;
  return err;
}
