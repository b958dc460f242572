/* pe.h - a DLL as a file: what it is, what it imports, and what of that is missing. */
#ifndef CR_HOST_PE_H
#define CR_HOST_PE_H

#include <windows.h>

#include "clusrace/base.h"

/* Is it a whole 64-bit PE DLL? name stands in the message. */
CR_WARN_UNUSED cr_err cr_pe_check(const char *name, const cr_buf *file, cr_errinfo *info);

typedef struct cr_pe_missing {
  cr_buf must;  /* "dep.dll is missing, x.dll needs it", without which loading fails; or empty */
  cr_buf lacks; /* functions that modules of this system lack, "resutils.dll!ResUtilX", by ", " */
} cr_pe_missing;

/* Walks the imports of the DLL with that full path, and of the DLLs beside it that it needs. */
void cr_pe_missing_of(const char *path, cr_pe_missing *missing);
void cr_pe_missing_free(cr_pe_missing *missing);

/* Does this module come with Windows, or is it the host itself? What lies in folder (with its last
 * separator) comes with the DLL, unless that is the system's own folder. */
bool cr_module_is_systems(HMODULE module, const char *folder);

#endif
