/* loader.c - see loader.h. */
#include "loader.h"

#include <stdio.h>
#include <string.h>

#include "intercept.h"
#include "same.h"
#include "session.h"

typedef void (*procedure)(void);

const char *cr_path_name(const char *path) {
  const char *name = path;
  for (const char *c = path; *c != '\0'; c++)
    if (*c == '/' || *c == '\\' || *c == ':') name = c + 1;
  return name;
}

#ifdef _WIN32 /* elsewhere: replay/native/loader_so.c */

#include <psapi.h>
#include <tlhelp32.h>

#include "pe.h"

enum {
  IMAGE_BYTES_MAX = 256 * 1024 * 1024,
  LOADING_MS_MIN = 10000,
  FORWARDS_MAX = 4096,
};

/* ---- the modules under test ------------------------------------------------------------------ */

static const IMAGE_NT_HEADERS *headers_of(const uint8_t *base) {
  const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)(const void *)base;
  return (const IMAGE_NT_HEADERS *)(const void *)(base + dos->e_lfanew);
}

static bool part_add(cr_image *image, uint8_t *base) {
  unsigned n = (unsigned)image->parts_count;
  for (unsigned i = 0; i < n; i++)
    if (image->part[i].base == base) return false;
  if (n == CR_IMAGE_MODULES_MAX) return false;
  image->part[n] = (cr_image_module){base, headers_of(base)->OptionalHeader.SizeOfImage};
  image->parts_count = (LONG)(n + 1);
  return true;
}

static bool in_a_part(const cr_image *image, const uint8_t *at) {
  for (LONG i = 0; i < image->parts_count; i++)
    if (at >= image->part[i].base && at < image->part[i].base + image->part[i].bytes) return true;
  return false;
}

bool cr_image_calls(cr_image *image, const void *address) {
  MEMORY_BASIC_INFORMATION region;
  if (in_a_part(image, address)) return true;
  if (!image->loading || VirtualQuery(address, &region, sizeof region) == 0 ||
      region.Type != MEM_IMAGE ||
      cr_module_is_systems((HMODULE)region.AllocationBase, image->folder))
    return false;
  part_add(image, region.AllocationBase);
  return true;
}

static void remember_data(cr_image *image, uint8_t *base) {
  const IMAGE_NT_HEADERS *nt = headers_of(base);
  const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(nt);
  for (unsigned i = 0; i < nt->FileHeader.NumberOfSections; i++) {
    if ((section[i].Characteristics & IMAGE_SCN_MEM_WRITE) == 0 || section[i].Misc.VirtualSize == 0)
      continue;
    if (image->data_count == CR_IMAGE_SECTIONS_MAX) return;
    cr_image_data *d = &image->data[image->data_count++];
    d->at = base + section[i].VirtualAddress;
    d->bytes = section[i].Misc.VirtualSize;
    d->copy = cr_alloc(d->bytes);
    memcpy(d->copy, d->at, d->bytes);
    d->shadow = cr_alloc(d->bytes); /* that it has come is no change of it */
    memcpy(d->shadow, d->at, d->bytes);
  }
}

/* Asking the system at each replay whether the memory can be written takes longer than a short
 * replay: only what turns out to be shut is opened (cr_image_opens), and shut again. */
void cr_image_restore(cr_image *image) {
  DWORD old;
  for (unsigned i = 0; i < image->data_count; i++) {
    const cr_image_data *d = &image->data[i];
    image->was = 0;
    image->restored = d;
    if (!cr_same(d->at, d->copy, d->bytes)) memcpy(d->at, d->copy, d->bytes);
    image->restored = NULL;
    if (image->was != 0) VirtualProtect(d->at, d->bytes, image->was, &old);
  }
}

bool cr_image_opens(cr_image *image, const void *address) {
  const cr_image_data *d = image->restored;
  const uint8_t *at = address;
  if (d == NULL || image->was != 0 || at < (const uint8_t *)d->at ||
      at >= (const uint8_t *)d->at + d->bytes)
    return false;
  DWORD was = 0;
  bool opened = VirtualProtect(d->at, d->bytes, PAGE_READWRITE, &was);
  image->was = was;
  return opened;
}

bool cr_image_cleans_threads(const cr_image *image) {
  for (LONG i = 0; i < image->parts_count; i++) {
    const uint8_t *base = image->part[i].base;
    const IMAGE_DATA_DIRECTORY *d =
        &headers_of(base)->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_TLS];
    if (d->VirtualAddress == 0 || d->Size == 0) continue;
    const IMAGE_TLS_DIRECTORY *tls =
        (const IMAGE_TLS_DIRECTORY *)(const void *)(base + d->VirtualAddress);
    if (tls->AddressOfCallBacks != 0 && *(const ULONGLONG *)tls->AddressOfCallBacks != 0)
      return true;
  }
  return false;
}

bool cr_image_changed(cr_image *image) {
  bool changed = false;
  for (unsigned i = 0; i < image->data_count; i++) {
    cr_image_data *d = &image->data[i];
    if (cr_same(d->at, d->shadow, d->bytes)) continue;
    memcpy(d->shadow, d->at, d->bytes);
    changed = true;
  }
  return changed;
}

/* ---- what loading brings in ------------------------------------------------------------------ */

/* Takes in the modules that were not known yet. Returns how many. */
static unsigned parts_find(cr_image *image) {
  HMODULE list[512];
  DWORD bytes = 0;
  unsigned found = 0;
  if (!K32EnumProcessModules(GetCurrentProcess(), list, sizeof list, &bytes)) return 0;
  if (bytes > sizeof list) bytes = sizeof list;
  for (unsigned i = 0; i < bytes / sizeof *list; i++) {
    bool own = list[i] == image->module;
    if (own || !cr_module_is_systems(list[i], image->folder))
      found += part_add(image, (uint8_t *)(void *)list[i]);
  }
  return found;
}

static HMODULE delayed_module(const cr_image *image, const char *name) {
  char path[2 * MAX_PATH];
  HMODULE module = GetModuleHandleA(name);
  if (module != NULL) return module;
  snprintf(path, sizeof path, "%s%s", image->folder, name);
  module = LoadLibraryExA(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  return module != NULL ? module : LoadLibraryA(name);
}

typedef struct delays {
  cr_image *image;
  const char *missing; /* module that was told to be missing last */
} delays;

/* What is bound on its first call would be bound in the middle of a replay, and once only: it is
 * bound now. What is missing stays as it is; a DLL may do without. */
static void bind_now(void *context, const cr_import *import) {
  delays *d = context;
  void *address = NULL;
  if (!import->delayed) return;
  HMODULE module = delayed_module(d->image, import->dll);
  if (module == NULL && (d->missing == NULL || strcmp(d->missing, import->dll) != 0)) {
    cr_buf_printf(&d->image->remarks, "delay-loads %s, which is missing here\n", import->dll);
    d->missing = import->dll;
  }
  if (module == NULL) return;
  FARPROC function = GetProcAddress(
      module, import->ordinal != 0 ? MAKEINTRESOURCEA(import->ordinal) : import->name);
  memcpy(&address, &function, sizeof address);
  if (address != NULL) cr_import_set(import->slot, address);
}

static void take_in(cr_image *image) {
  unsigned from = 0;
  delays d = {.image = image};
  do {
    parts_find(image);
    for (; from < (unsigned)image->parts_count; from++) {
      cr_imports_visit((HMODULE)(void *)image->part[from].base, bind_now, &d);
      cr_intercept_imports((HMODULE)(void *)image->part[from].base);
    }
  } while (parts_find(image) != 0);
}

void cr_image_more(cr_image *image) {
  unsigned before = (unsigned)image->parts_count;
  take_in(image);
  for (unsigned i = before; i < (unsigned)image->parts_count; i++)
    remember_data(image, image->part[i].base);
}

/* ---- threads of DllMain ---------------------------------------------------------------------- */

enum { THREADS_BEFORE_MAX = 128 };

static unsigned threads_list(DWORD *list, unsigned room) {
  unsigned n = 0;
  THREADENTRY32 entry = {.dwSize = sizeof entry};
  HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  if (all == INVALID_HANDLE_VALUE) return 0;
  for (BOOL more = Thread32First(all, &entry); more; more = Thread32Next(all, &entry))
    if (entry.th32OwnerProcessID == GetCurrentProcessId() && n < room)
      list[n++] = entry.th32ThreadID;
  CloseHandle(all);
  return n;
}

/* The system's loader has threads of its own, which begin in ntdll. */
static bool begins_in_ntdll(DWORD id) {
  typedef LONG(WINAPI * query)(HANDLE, ULONG, PVOID, ULONG, PULONG);
  HMODULE ntdll = GetModuleHandleA("ntdll.dll");
  query ask = (query)(void (*)(void))GetProcAddress(ntdll, "NtQueryInformationThread");
  HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, id);
  void *start = NULL;
  bool its = thread == NULL; /* has ended meanwhile */
  if (thread != NULL && ask != NULL && ask(thread, 9, &start, sizeof start, NULL) >= 0) {
    const uint8_t *base = (const uint8_t *)(void *)ntdll, *at = start;
    its = at >= base && at < base + headers_of(base)->OptionalHeader.SizeOfImage;
  }
  if (thread != NULL) CloseHandle(thread);
  return its;
}

/* Nobody orders them, so they are held still; not while they hold the locks that all need. */
static void threads_hold(cr_image *image) {
  typedef LONG(WINAPI * lock)(ULONG, ULONG *, ULONG_PTR *);
  typedef LONG(WINAPI * unlock)(ULONG, ULONG_PTR);
  HMODULE ntdll = GetModuleHandleA("ntdll.dll");
  lock take = (lock)(void (*)(void))GetProcAddress(ntdll, "LdrLockLoaderLock");
  unlock give = (unlock)(void (*)(void))GetProcAddress(ntdll, "LdrUnlockLoaderLock");
  unsigned n = image->threads_count, held = 0;
  ULONG_PTR cookie = 0;
  if (n == 0) return;
  Sleep(50); /* they get to where they wait */
  bool locked = take != NULL && give != NULL && take(0, NULL, &cookie) >= 0;
  HANDLE heap = GetProcessHeap();
  HeapLock(heap);
  for (unsigned i = 0; i < n; i++) {
    HANDLE thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, image->thread[i]);
    if (thread == NULL) continue;
    held += SuspendThread(thread) != (DWORD)-1;
    CloseHandle(thread);
  }
  HeapUnlock(heap);
  if (locked) give(0, cookie);
  cr_buf_printf(&image->remarks, "DllMain starts %u thread%s: nobody orders %s, %u %s held still\n",
                n, n == 1 ? "" : "s", n == 1 ? "it" : "them", held, held == 1 ? "is" : "are");
}

static void threads_note(cr_image *image, const DWORD *before, unsigned before_count) {
  DWORD now[THREADS_BEFORE_MAX];
  unsigned n = threads_list(now, THREADS_BEFORE_MAX);
  for (unsigned i = 0; i < n; i++) {
    bool known = now[i] == image->loader_id;
    for (unsigned k = 0; k < before_count && !known; k++) known = before[k] == now[i];
    if (known || begins_in_ntdll(now[i]) || image->threads_count == CR_IMAGE_THREADS_MAX) continue;
    image->thread[image->threads_count++] = now[i];
  }
  threads_hold(image);
}

bool cr_image_started(const cr_image *image, DWORD thread_id) {
  for (unsigned i = 0; i < image->threads_count; i++)
    if (image->thread[i] == thread_id) return true;
  return image->loading && thread_id == image->loader_id;
}

/* ---- loading --------------------------------------------------------------------------------- */

/* What LdrRegisterDllNotification's callback gets. */
typedef struct notification {
  ULONG flags;
  const void *path, *name;
  void *base;
  ULONG bytes;
} notification;

/* A module's imports are bound and its DllMain has not run yet: what it allocates there comes from
 * the heap that is put back before each replay. */
static void CALLBACK before_main(ULONG reason, const notification *what, void *context) {
  cr_image *image = context;
  if (reason != 1 || !image->loading || cr_module_is_systems((HMODULE)what->base, image->folder))
    return;
  part_add(image, what->base);
  cr_intercept_imports((HMODULE)what->base);
}

static void *notify_begin(cr_image *image) {
  typedef LONG(NTAPI * call)(ULONG, void(CALLBACK *)(ULONG, const notification *, void *), void *,
                             void **);
  HMODULE ntdll = GetModuleHandleA("ntdll.dll");
  call ask = (call)(void (*)(void))GetProcAddress(ntdll, "LdrRegisterDllNotification");
  void *cookie = NULL;
  if (ask == NULL || ask(0, before_main, image, &cookie) < 0) return NULL;
  return cookie;
}

static void notify_end(void *cookie) {
  typedef LONG(NTAPI * call)(void *);
  HMODULE ntdll = GetModuleHandleA("ntdll.dll");
  call ask = (call)(void (*)(void))GetProcAddress(ntdll, "LdrUnregisterDllNotification");
  if (cookie != NULL && ask != NULL) ask(cookie);
}

typedef struct load_job {
  cr_image *image;
  char path[MAX_PATH];
  DWORD error;
  volatile LONG done;
} load_job;

/* Its thread is kept: when it ended, every DLL would be told of that. */
static DWORD WINAPI load_thread(void *argument) {
  load_job *job = argument;
  ULONG reserve = 64 * 1024;
  SetThreadStackGuarantee(&reserve);
  void *cookie = notify_begin(job->image);
  job->image->module = LoadLibraryExA(job->path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  job->error = GetLastError();
  if (job->image->module != NULL) {
    char name[64]; /* what is forwarded would else be looked for elsewhere, at the first question */
    for (unsigned i = 0; i < FORWARDS_MAX; i++)
      if (cr_export_forward(job->image->module, i, name, sizeof name))
        (void)delayed_module(job->image, name);
    take_in(job->image);
  }
  notify_end(cookie);
  InterlockedExchange(&job->done, 1);
  for (;;) Sleep(INFINITE);
  return 0;
}

void cr_image_gives_up(cr_image *image, const char *what) {
  if (!image->loading) return;
  snprintf(image->fault, sizeof image->fault, "%s", what);
  InterlockedExchange(&image->gave_up, 1);
  for (;;) Sleep(INFINITE);
}

static cr_err load_failed(const cr_image *image, DWORD error, const cr_pe_missing *missing,
                          cr_errinfo *info) {
  const char *lacks = missing->lacks.len == 0 ? "which one is not known" : missing->lacks.data;
  if (image->fault[0] != '\0' && error != ERROR_MOD_NOT_FOUND && error != ERROR_PROC_NOT_FOUND)
    return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: its DllMain crashes: %s", image->name,
                   image->fault);
  switch (error) {
    case ERROR_MOD_NOT_FOUND:
      return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: a module that it needs is missing",
                     image->name);
    case ERROR_PROC_NOT_FOUND:
      return cr_fail(info, CR_ERR_INPUT,
                     "%s cannot be loaded: a function that it imports is missing here: %.200s",
                     image->name, lacks);
    case ERROR_DLL_INIT_FAILED:
      return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: its DllMain answers FALSE",
                     image->name);
    case ERROR_BAD_EXE_FORMAT:
      return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: it is damaged", image->name);
    default:
      return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: the system refuses it (error %lu)",
                     image->name, error);
  }
}

static cr_err load(cr_image *image, const char *path, DWORD watchdog_ms,
                   const cr_pe_missing *missing, cr_errinfo *info) {
  DWORD limit = watchdog_ms > LOADING_MS_MIN ? watchdog_ms : LOADING_MS_MIN;
  load_job *job = cr_alloc(sizeof *job); /* kept: so is the thread */
  job->image = image;
  snprintf(job->path, sizeof job->path, "%s", path);
  image->loading = true;
  HANDLE thread =
      CreateThread(NULL, 8 * 1024 * 1024, load_thread, job, CREATE_SUSPENDED, &image->loader_id);
  if (thread == NULL)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "no thread can be started for loading");
  ResumeThread(thread);
  CloseHandle(thread);
  ULONGLONG begun = GetTickCount64();
  while (!job->done && !image->gave_up && GetTickCount64() - begun < limit) Sleep(1);
  if (image->gave_up)
    return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: its DllMain %s", image->name,
                   image->fault);
  if (!job->done)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s cannot be loaded: its DllMain does not return within %lu seconds",
                   image->name, limit / 1000);
  return image->module == NULL ? load_failed(image, job->error, missing, info) : CR_OK;
}

/* ---- Startup --------------------------------------------------------------------------------- */

/* "_Startup@24", "Startup@24", "?Startup@@YAK...", "_Z7StartupPKw...": how compilers decorate what
 * should be called `name`. */
static bool decorated(const char *export, const char *name) {
  size_t n = strlen(name);
  char cxx[32];
  if (strncmp(export, name, n) == 0 && export[n] == '@') return true;
  if (export[0] == '_' && strncmp(export + 1, name, n) == 0)
    return export[1 + n] == '\0' || export[1 + n] == '@';
  if (export[0] == '?' && strncmp(export + 1, name, n) == 0)
    return export[1 + n] == '@' && export[2 + n] == '@';
  snprintf(cxx, sizeof cxx, "_Z%zu%s", n, name);
  return strncmp(export, cxx, strlen(cxx)) == 0;
}

/* The entry point under its name, or under a decorated one, which is remarked upon. */
static procedure find_startup(cr_image *image, const char *name) {
  procedure exact = (procedure)GetProcAddress(image->module, name);
  if (exact != NULL) {
    void *address = NULL;
    memcpy(&address, &exact, sizeof address);
    uint8_t *at = address;
    if (at < image->base || at >= image->base + image->bytes)
      cr_buf_printf(&image->remarks, "forwards %s to another DLL\n", name);
    return exact;
  }
  for (unsigned i = 0;; i++) {
    const char *export = cr_export_name(image->module, i);
    if (export == NULL) return NULL;
    if (!decorated(export, name)) continue;
    cr_buf_printf(&image->remarks,
                  "exports %s only as %.60s, where the Resource Monitor does not find it\n", name,
                  export);
    return (procedure)GetProcAddress(image->module, export);
  }
}

static cr_err find_entries(cr_image *image, cr_errinfo *info) {
  image->startup = (PSTARTUP_ROUTINE)find_startup(image, STARTUP_ROUTINE);
  image->startup_ex = (PSTARTUP_EX_ROUTINE)find_startup(image, STARTUP_EX_ROUTINE);
  if (image->startup != NULL || image->startup_ex != NULL) return CR_OK;
  unsigned nameless = cr_exports_nameless(image->module);
  if (nameless != 0)
    return cr_fail(
        info, CR_ERR_INPUT,
        "%s exports neither Startup nor StartupEx by name (%u export%s by number only): it "
        "is no resource DLL",
        image->name, nameless, nameless == 1 ? "" : "s");
  return cr_fail(info, CR_ERR_INPUT,
                 "%s exports neither Startup nor StartupEx: it is no resource DLL", image->name);
}

cr_err cr_image_load(const char *path, DWORD watchdog_ms, cr_image *image, cr_errinfo *info) {
  cr_buf file = {0};
  memset(image, 0, sizeof *image);
  snprintf(image->name, sizeof image->name, "%s", cr_path_name(path));
  cr_err err = cr_file_read(path, IMAGE_BYTES_MAX, &file, info);
  if (err == CR_OK) err = cr_pe_check(image->name, &file, info);
  if (err == CR_OK) image->file_digest = cr_digest(file.data, file.len);
  cr_buf_free(&file);
  if (err != CR_OK) return err;

  char full[MAX_PATH];
  DWORD n = GetFullPathNameA(path, sizeof full, full, NULL);
  if (n == 0 || n >= sizeof full)
    return cr_fail(info, CR_ERR_INPUT, "%s: the path is too long", path);
  lstrcpynA(image->folder, full, (int)(cr_path_name(full) - full) + 1);
  SetDllDirectoryA(image->folder); /* as beside the Resource Monitor, where such DLLs are put */
  cr_pe_missing missing = {0};
  DWORD before[THREADS_BEFORE_MAX];
  cr_pe_missing_of(full, &missing);
  unsigned before_count = threads_list(before, THREADS_BEFORE_MAX);
  err = missing.must.len == 0 ? load(image, full, watchdog_ms, &missing, info)
                              : cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: %.300s",
                                        image->name, missing.must.data);
  if (err == CR_OK && missing.lacks.len != 0)
    cr_buf_printf(&image->remarks, "imports what this system lacks: %.200s\n", missing.lacks.data);
  cr_pe_missing_free(&missing);
  if (err != CR_OK) return err;
  image->base = (uint8_t *)(void *)image->module;
  image->bytes = headers_of(image->base)->OptionalHeader.SizeOfImage;
  err = find_entries(image, info);
  if (err != CR_OK) return err;
  threads_note(image, before, before_count);
  if (image->gave_up)
    return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: its DllMain %s", image->name,
                   image->fault);
  for (unsigned i = 0; i < (unsigned)image->parts_count; i++)
    remember_data(image, image->part[i].base);
  image->loading = false;
  return CR_OK;
}

uint64_t cr_address_number(const volatile void *address) { return (uint64_t)(uintptr_t)address; }

void cr_address_write(const void *address, cr_buf *out) {
  const cr_image *image = &cr_session_get()->image;
  const uint8_t *at = address;
  if (image->base != NULL && at >= image->base && at < image->base + image->bytes) {
    cr_buf_printf(out, "%s+0x%llx", image->name, (unsigned long long)(at - image->base));
    return;
  }
  HMODULE module = NULL;
  char path[MAX_PATH];
  if (GetModuleHandleExA(
          GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
          (LPCSTR)address, &module) &&
      GetModuleFileNameA(module, path, sizeof path) != 0)
    cr_buf_printf(out, "%s+0x%llx", cr_path_name(path),
                  (unsigned long long)(at - (const uint8_t *)(void *)module));
  else
    cr_buf_puts(out, "outside of any module");
}

bool cr_memory_readable(const void *at, size_t n) {
  MEMORY_BASIC_INFORMATION region;
  const DWORD cannot = PAGE_NOACCESS | PAGE_GUARD;
  return VirtualQuery(at, &region, sizeof region) != 0 && region.State == MEM_COMMIT &&
         (region.Protect & cannot) == 0 &&
         (const uint8_t *)at + n <= (const uint8_t *)region.BaseAddress + region.RegionSize;
}

bool cr_memory_runs(const void *at) {
  MEMORY_BASIC_INFORMATION region;
  const DWORD runs =
      PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
  return VirtualQuery(at, &region, sizeof region) != 0 && (region.Protect & runs) != 0;
}

/* ---- imports --------------------------------------------------------------------------------- */

typedef struct import_list {
  bool unseen_only;
  unsigned unseen;
  cr_buf *out;
} import_list;

static void list_import(void *context, const cr_import *import) {
  import_list *list = context;
  bool simulated = cr_hook_find(import->name) != NULL;
  bool unseen = !simulated && cr_import_escapes(import->name);
  list->unseen += unseen;
  if (list->unseen_only && !unseen) return;
  cr_buf_printf(list->out, "%s %s %s%s\n",
                simulated ? "simulated"
                : unseen  ? "not-seen "
                          : "passed-on",
                import->dll, import->name,
                list->unseen_only || !import->delayed ? "" : " (delayed)");
}

unsigned cr_image_imports(const cr_image *image, bool unseen_only, cr_buf *out) {
  import_list list = {unseen_only, 0, out};
  for (unsigned i = 0; i < (unsigned)image->parts_count; i++)
    cr_imports_visit((HMODULE)(void *)image->part[i].base, list_import, &list);
  list.unseen += image->threads_count;
  if (image->threads_count != 0)
    cr_buf_printf(out, "not-seen  %s threads-of-DllMain\n", image->name);
  return list.unseen;
}

#endif
