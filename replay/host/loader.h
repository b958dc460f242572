/* loader.h - the DLL under test: loading it, calling Startup, reading its function table. */
#ifndef CR_HOST_LOADER_H
#define CR_HOST_LOADER_H

#include "clusrace/abi.h"
#include "clusrace/trace.h"

enum { CR_IMAGE_SECTIONS_MAX = 256, CR_IMAGE_MODULES_MAX = 32, CR_IMAGE_THREADS_MAX = 16 };

/* What a DLL is as the subject of a trace. */
#ifdef _WIN32
#define CR_SUBJECT_LOADED CR_SUBJECT_PE
#else
#define CR_SUBJECT_LOADED CR_SUBJECT_NATIVE
#endif

/* Writable memory of the image as it was after loading. */
typedef struct cr_image_data {
  void *at, *copy;
  void *shadow; /* as cr_image_changed saw it last */
  size_t bytes;
} cr_image_data;

/* A module that is under test: the DLL, or one that came with it. */
typedef struct cr_image_module {
  uint8_t *base;
  size_t bytes;
} cr_image_module;

/* What Startup answered: entry points by number, all called with the x64 convention. */
typedef struct cr_table {
  DWORD version;         /* CLRES_VERSION_..., 0 = none yet */
  CLRES_V1_FUNCTIONS v1; /* of version 2: the two for control codes */
  CLRES_V4_FUNCTIONS v4; /* versions 2 to 4 */
} cr_table;

typedef struct cr_image {
  HMODULE module;
  char name[64];        /* file name without folders */
  uint64_t file_digest; /* of the file's bytes */
  uint8_t *base;
  size_t bytes;
  PSTARTUP_ROUTINE startup;       /* NULL when not exported */
  PSTARTUP_EX_ROUTINE startup_ex; /* likewise */
  cr_image_data data[CR_IMAGE_SECTIONS_MAX];
  unsigned data_count;
  cr_image_module part[CR_IMAGE_MODULES_MAX]; /* the DLL and those that came with it */
  volatile LONG parts_count;
  char folder[MAX_PATH];              /* the DLL's, with its last separator */
  bool loading;                       /* its name is known, its place may not be yet */
  DWORD loader_id;                    /* the thread that loads it */
  volatile LONG gave_up;              /* loading cannot end any more: `fault` says why */
  char fault[160];                    /* what DllMain did that nobody survives */
  DWORD thread[CR_IMAGE_THREADS_MAX]; /* that DllMain has started */
  unsigned threads_count;
  cr_buf remarks;                         /* what is unusual about it, one line each */
  const char *type;                       /* resource type name for Startup; NULL: the scenario's */
  const cr_image_data *volatile restored; /* is being put back */
  volatile DWORD was;                     /* ... and could not be written: its protection */
  const CLRES_FUNCTION_TABLE *checked;    /* the answer of Startup that was found good last */
  CLRES_FUNCTION_TABLE checked_copy;
  size_t checked_bytes;
  cr_table checked_table;
} cr_image;

/* Reads, checks, loads and patches the DLL and what came with it. Fails with CR_ERR_INPUT and one
 * clear line (no such file, not 64-bit, no Startup, a module that it needs is missing, its DllMain
 * refuses, crashes or does not come back within watchdog_ms). */
CR_WARN_UNUSED cr_err cr_image_load(const char *path, DWORD watchdog_ms, cr_image *image,
                                    cr_errinfo *info);
/* The DLL has loaded another one by itself: that is under test from now on, too. */
void cr_image_more(cr_image *image);
/* While the DLL is loaded, a thread has done what the process does not survive: it stops here, and
 * loading fails. Returns when the DLL is not being loaded. what: one line. */
void cr_image_gives_up(cr_image *image, const char *what);
/* Has DllMain started this thread? */
bool cr_image_started(const cr_image *image, DWORD thread_id);
/* Does this address lie in the DLL or in one that came with it? Works while it is being loaded,
 * too. */
bool cr_image_calls(cr_image *image, const void *address);
/* Does it (or a module beside it) want to be told when a thread ends? Pooled threads do not end, so
 * what it would give back then stays. */
bool cr_image_cleans_threads(const cr_image *image);
/* Has its writable data changed since the last call? */
bool cr_image_changed(cr_image *image);
/* Puts the image's writable data back to what it was after loading. */
void cr_image_restore(cr_image *image);
/* An access to this address has faulted: was it the restoring of data that the DLL has write
 * protected, and can it go on now? */
bool cr_image_opens(cr_image *image, const void *address);
/* A number for an address that is the same in every process with this DLL. */
uint64_t cr_address_number(const volatile void *address);
/* "clusdisk.dll+0x1234" for an address in the DLL, "ntdll.dll+0x..." in another module, else
 * "outside of any module". */
void cr_address_write(const void *address, cr_buf *out);

/* Can these bytes be read? */
bool cr_memory_readable(const void *at, size_t n);
/* Is there code at this address? */
bool cr_memory_runs(const void *at);
/* The file name in a path. */
const char *cr_path_name(const char *path);

/* Calls StartupEx (offering versions up to `highest`) or Startup for the type; runs on a thread of
 * the DLL. Returns its answer, or ERROR_REVISION_MISMATCH when it answers success with a table that
 * cannot be used: then *why says what is wrong (static storage). */
DWORD cr_image_startup(cr_image *image, const char *type, DWORD highest, cr_table *table,
                       const char **why);
/* Calls an entry point of the table other than Startup and those of controls.h; returns its value
 * as a trace has it. *resid receives Open's RESID and is what the other entry points get; *event is
 * where Online may put an event handle, as long as the replay lasts. */
uint32_t cr_table_call(const cr_table *table, cr_entry_point ep, const WCHAR *name, HKEY key,
                       void *resource_token, RESID *resid, HANDLE *event);

/* Appends one line per imported function and how it is treated: "simulated", "passed-on" or
 * "not-seen" (threads of DllMain count as that). Only the last when unseen_only. Returns the number
 * of unseen ones. */
unsigned cr_image_imports(const cr_image *image, bool unseen_only, cr_buf *out);

#endif
