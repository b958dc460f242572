/* intercept.h - which functions are replaced, and how a DLL is made to call the replacements. */
#ifndef CR_HOST_INTERCEPT_H
#define CR_HOST_INTERCEPT_H

#include <windows.h>

#include "clusrace/base.h"

/* Replacement of a function by its name, or NULL. */
void (*cr_hook_find(const char *name))(void);

/* Makes the modules that export the replaced functions (kernel32, kernelbase, clusapi, resutils)
 * export the replacements, so that modules loaded from now on, and GetProcAddress, get those. To be
 * called once, before the DLL is loaded. */
CR_WARN_UNUSED cr_err cr_intercept_exports(cr_errinfo *info);
/* Points every import of the module that has a replacement at it (for functions that its supplier
 * does not export, and those of C runtimes). */
void cr_intercept_imports(HMODULE module);

typedef struct cr_import {
  const char *dll;
  const char *name; /* "#115" when it is imported by an ordinal whose name is not known */
  WORD ordinal;     /* 0: imported by name */
  bool delayed;
  void **slot;
} cr_import;

/* Calls visit for every function that the module imports, delayed ones too. */
void cr_imports_visit(HMODULE module, void (*visit)(void *context, const cr_import *import),
                      void *context);
/* Writes an import's slot, which may be read-only. */
void cr_import_set(void **slot, void *address);

/* The i-th exported name of a module, or NULL. */
const char *cr_export_name(HMODULE module, unsigned i);
/* Is the i-th exported function one of another module? Then `to` receives that module's name. */
bool cr_export_forward(HMODULE module, unsigned i, char *to, size_t n);
/* How many exports have a number but no name. */
unsigned cr_exports_nameless(HMODULE module);

/* How a function that is not replaced is to be seen: true when a DLL that calls it escapes the
 * scheduler (threads, waits, timers that the host cannot order). */
bool cr_import_escapes(const char *name);

#endif
