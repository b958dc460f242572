/* intercept.c - see intercept.h. */
#include "intercept.h"

#include <stdio.h>
#include <string.h>

#include "session.h"

static FARPROC WINAPI hook_GetProcAddress(HMODULE module, LPCSTR name);
static HMODULE WINAPI hook_LoadLibraryA(LPCSTR name);
static HMODULE WINAPI hook_LoadLibraryW(LPCWSTR name);
static HMODULE WINAPI hook_LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags);
static HMODULE WINAPI hook_LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags);
static BOOL WINAPI hook_FreeLibrary(HMODULE module);
static void WINAPI hook_FreeLibraryAndExitThread(HMODULE module, DWORD code);
static BOOL WINAPI hook_GetHandleInformation(HANDLE handle, LPDWORD flags);
static BOOL WINAPI hook_SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags);

static const cr_hook cr_hooks_modules[] = {CR_HOOK(GetProcAddress),
                                           CR_HOOK(LoadLibraryA),
                                           CR_HOOK(LoadLibraryW),
                                           CR_HOOK(LoadLibraryExA),
                                           CR_HOOK(LoadLibraryExW),
                                           CR_HOOK(FreeLibrary),
                                           CR_HOOK(FreeLibraryAndExitThread),
                                           CR_HOOK(GetHandleInformation),
                                           CR_HOOK(SetHandleInformation),
                                           CR_HOOK_END};

static const cr_hook *const hook_lists[] = {cr_hooks_objects,       cr_hooks_named,
                                            cr_hooks_waits,         cr_hooks_locks,
                                            cr_hooks_threads,       cr_hooks_time,
                                            cr_hooks_heap,          cr_hooks_files,
                                            cr_hooks_volumes,       cr_hooks_registry,
                                            cr_hooks_properties,    cr_hooks_workers,
                                            cr_hooks_services,      cr_hooks_service_helpers,
                                            cr_hooks_processes,     cr_hooks_shares,
                                            cr_hooks_cluster,       cr_hooks_pool,
                                            cr_hooks_timers,        cr_hooks_apcs,
                                            cr_hooks_modules,       cr_hooks_local_keys,
                                            cr_hooks_local_values,  cr_hooks_file_data,
                                            cr_hooks_property_find, cr_hooks_property_values};

void (*cr_hook_find(const char *name))(void) {
  for (size_t i = 0; i < CR_ARRAY_LEN(hook_lists); i++)
    for (const cr_hook *hook = hook_lists[i]; hook->name != NULL; hook++)
      if (strcmp(hook->name, name) == 0) return hook->replacement;
  return NULL;
}

/* ---- modules at run time --------------------------------------------------------------------- */

static bool from_image(const void *caller) {
  return cr_image_calls(&cr_session_get()->image, caller);
}

/* For functions that the module does not export on this system, or that no export patch covers. */
static FARPROC WINAPI hook_GetProcAddress(HMODULE module, LPCSTR name) {
  if ((ULONG_PTR)name > 0xFFFF && from_image(__builtin_return_address(0))) {
    void (*replacement)(void) = cr_hook_find(name);
    if (replacement != NULL) return (FARPROC)replacement;
  }
  return GetProcAddress(module, name);
}

/* What a module does while it is loaded is no step: it happens once, and not again in the next
 * replay.
 */
static cr_thread *loading_begins(const void *caller) {
  cr_thread *t = from_image(caller) ? cr_self() : NULL;
  if (t != NULL) cr_session_get()->sched.running = NULL;
  return t;
}

static HMODULE loading_ends(cr_thread *t, HMODULE module) {
  DWORD error = GetLastError();
  if (t != NULL) {
    if (module != NULL) cr_image_more(&cr_session_get()->image);
    cr_session_get()->sched.running = t;
  }
  SetLastError(error);
  return module;
}

static HMODULE WINAPI hook_LoadLibraryA(LPCSTR name) {
  cr_thread *t = loading_begins(__builtin_return_address(0));
  return loading_ends(t, LoadLibraryA(name));
}

static HMODULE WINAPI hook_LoadLibraryW(LPCWSTR name) {
  cr_thread *t = loading_begins(__builtin_return_address(0));
  return loading_ends(t, LoadLibraryW(name));
}

static HMODULE WINAPI hook_LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags) {
  cr_thread *t = loading_begins(__builtin_return_address(0));
  return loading_ends(t, LoadLibraryExA(name, file, flags));
}

static HMODULE WINAPI hook_LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags) {
  cr_thread *t = loading_begins(__builtin_return_address(0));
  return loading_ends(t, LoadLibraryExW(name, file, flags));
}

/* A module stays, so that the next replay begins like this one. */
static BOOL WINAPI hook_FreeLibrary(HMODULE module) {
  if (from_image(__builtin_return_address(0)) && cr_self() != NULL) return TRUE;
  return FreeLibrary(module);
}

static void WINAPI hook_FreeLibraryAndExitThread(HMODULE module, DWORD code) {
  cr_thread *t = cr_self();
  if (t != NULL) cr_thread_end(t, code);
  FreeLibraryAndExitThread(module, code);
}

/* C++ runtimes look in this way whether a handle is one. */
static BOOL WINAPI hook_GetHandleInformation(HANDLE handle, LPDWORD flags) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return GetHandleInformation(handle, flags);
  if (cr_kobject_of_kernel(handle) == NULL) return cr_handle_gone(t);
  *flags = 0;
  return TRUE;
}

static BOOL WINAPI hook_SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags) {
  cr_thread *t = cr_self();
  if (t == NULL || !cr_handle_was_ours(handle)) return SetHandleInformation(handle, mask, flags);
  return cr_kobject_of_kernel(handle) == NULL ? cr_handle_gone(t) : TRUE;
}

#ifdef _WIN32 /* elsewhere: replay/native/loader_so.c */

/* ---- exports --------------------------------------------------------------------------------- */

/* An export is a 32-bit distance from its module, and the host may be further away: each replaced
 * function gets a jump in a page near the module. */
typedef struct jump {
  uint8_t code[6]; /* jmp [rip+0] */
  uint8_t target[8];
  uint8_t pad[2];
} jump;
_Static_assert(sizeof(jump) == 16, "jump");

static const IMAGE_NT_HEADERS *headers_of(const uint8_t *base) {
  const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)(const void *)base;
  return (const IMAGE_NT_HEADERS *)(const void *)(base + dos->e_lfanew);
}

static const IMAGE_DATA_DIRECTORY *directory_of(const uint8_t *base, unsigned which) {
  const IMAGE_DATA_DIRECTORY *d = &headers_of(base)->OptionalHeader.DataDirectory[which];
  return d->VirtualAddress == 0 || d->Size == 0 ? NULL : d;
}

/* Memory within reach of 32 unsigned bits above base. */
static jump *memory_near(const uint8_t *base, size_t bytes) {
  MEMORY_BASIC_INFORMATION region;
  const uint8_t *at = base;
  while (VirtualQuery(at, &region, sizeof region) != 0 && at - base < 0x7FF00000) {
    const uint8_t *start = region.BaseAddress;
    if (region.State == MEM_FREE) {
      uint8_t *aligned = (uint8_t *)(((ULONG_PTR)start + 0xFFFF) & ~(ULONG_PTR)0xFFFF);
      if (aligned + bytes <= start + region.RegionSize) {
        jump *memory =
            VirtualAlloc(aligned, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
        if (memory != NULL) return memory;
      }
    }
    at = start + region.RegionSize;
  }
  return NULL;
}

static void jump_make(jump *j, void (*target)(void)) {
  static const uint8_t code[6] = {0xFF, 0x25, 0, 0, 0, 0};
  memcpy(j->code, code, sizeof code);
  memcpy(j->target, &target, sizeof target);
}

static bool patch_exports(uint8_t *base) {
  const IMAGE_DATA_DIRECTORY *d = directory_of(base, IMAGE_DIRECTORY_ENTRY_EXPORT);
  if (d == NULL) return true;
  const IMAGE_EXPORT_DIRECTORY *exports =
      (const IMAGE_EXPORT_DIRECTORY *)(const void *)(base + d->VirtualAddress);
  const DWORD *names = (const DWORD *)(const void *)(base + exports->AddressOfNames);
  const WORD *ordinals = (const WORD *)(const void *)(base + exports->AddressOfNameOrdinals);
  DWORD *functions = (DWORD *)(void *)(base + exports->AddressOfFunctions);
  size_t table_bytes = exports->NumberOfFunctions * sizeof *functions;
  size_t room = 0x10000 / sizeof(jump), used = 0;
  jump *jumps = memory_near(base, 0x10000);
  DWORD old;
  if (jumps == NULL || !VirtualProtect(functions, table_bytes, PAGE_READWRITE, &old)) return false;
  for (DWORD i = 0; i < exports->NumberOfNames && used < room; i++) {
    void (*replacement)(void) = cr_hook_find((const char *)base + names[i]);
    if (replacement == NULL) continue;
    jump_make(&jumps[used], replacement);
    functions[ordinals[i]] = (DWORD)((uint8_t *)&jumps[used] - base);
    used++;
  }
  VirtualProtect(functions, table_bytes, old, &old);
  VirtualProtect(jumps, 0x10000, PAGE_EXECUTE_READ, &old);
  return true;
}

cr_err cr_intercept_exports(cr_errinfo *info) {
  static const struct {
    const char *name;
    bool must;
  } modules[] = {{"kernelbase.dll", true},
                 {"kernel32.dll", true},
                 {"clusapi.dll", false},
                 {"resutils.dll", false}};
  uint8_t *base[CR_ARRAY_LEN(modules)];
  for (size_t i = 0; i < CR_ARRAY_LEN(modules); i++) /* all first: they import from one another */
    base[i] = (uint8_t *)(void *)LoadLibraryA(modules[i].name);
  for (size_t i = 0; i < CR_ARRAY_LEN(modules); i++) {
    if (base[i] == NULL && !modules[i].must) continue;
    if (base[i] == NULL || !patch_exports(base[i]))
      return cr_fail(info, CR_ERR_ENVIRONMENT, "the exports of %s cannot be intercepted here",
                     modules[i].name);
  }
  return CR_OK;
}

/* ---- imports --------------------------------------------------------------------------------- */

static const IMAGE_EXPORT_DIRECTORY *exports_of(const uint8_t *base) {
  const IMAGE_DATA_DIRECTORY *d = directory_of(base, IMAGE_DIRECTORY_ENTRY_EXPORT);
  return d == NULL ? NULL
                   : (const IMAGE_EXPORT_DIRECTORY *)(const void *)(base + d->VirtualAddress);
}

const char *cr_export_name(HMODULE module, unsigned i) {
  const uint8_t *base = (const uint8_t *)(void *)module;
  const IMAGE_EXPORT_DIRECTORY *e = exports_of(base);
  if (e == NULL || i >= e->NumberOfNames) return NULL;
  return (const char *)base + ((const DWORD *)(const void *)(base + e->AddressOfNames))[i];
}

unsigned cr_exports_nameless(HMODULE module) {
  const uint8_t *base = (const uint8_t *)(void *)module;
  const IMAGE_EXPORT_DIRECTORY *e = exports_of(base);
  unsigned used = 0;
  if (e == NULL) return 0;
  const DWORD *functions = (const DWORD *)(const void *)(base + e->AddressOfFunctions);
  for (DWORD i = 0; i < e->NumberOfFunctions; i++) used += functions[i] != 0;
  return used > e->NumberOfNames ? used - e->NumberOfNames : 0;
}

bool cr_export_forward(HMODULE module, unsigned i, char *to, size_t n) {
  const uint8_t *base = (const uint8_t *)(void *)module;
  const IMAGE_EXPORT_DIRECTORY *e = exports_of(base);
  const IMAGE_DATA_DIRECTORY *d = directory_of(base, IMAGE_DIRECTORY_ENTRY_EXPORT);
  if (e == NULL || i >= e->NumberOfFunctions) return false;
  DWORD rva = ((const DWORD *)(const void *)(base + e->AddressOfFunctions))[i];
  if (rva < d->VirtualAddress || rva >= d->VirtualAddress + d->Size) return false;
  const char *text = (const char *)base + rva, *dot = strrchr(text, '.');
  snprintf(to, n, "%.*s.dll", (int)(dot == NULL ? 0 : dot - text), text);
  return dot != NULL;
}

/* The name behind an ordinal of a module that is loaded, or "#115". */
static const char *ordinal_name(const char *dll, WORD ordinal, char *room, size_t n) {
  HMODULE module = GetModuleHandleA(dll);
  const uint8_t *base = (const uint8_t *)(void *)module;
  const IMAGE_EXPORT_DIRECTORY *e = module == NULL ? NULL : exports_of(base);
  const WORD *ordinals =
      e == NULL ? NULL : (const WORD *)(const void *)(base + e->AddressOfNameOrdinals);
  for (unsigned i = 0; e != NULL && i < e->NumberOfNames; i++)
    if (ordinals[i] + e->Base == ordinal) return cr_export_name(module, i);
  snprintf(room, n, "#%u", ordinal);
  return room;
}

/* One module's functions: two tables side by side, names and slots. */
static void visit_table(uint8_t *base, cr_import *import, DWORD names, DWORD slots,
                        void (*visit)(void *, const cr_import *), void *context) {
  char room[16];
  const IMAGE_THUNK_DATA *name = (const IMAGE_THUNK_DATA *)(const void *)(base + names);
  IMAGE_THUNK_DATA *slot = (IMAGE_THUNK_DATA *)(void *)(base + slots);
  for (; name->u1.AddressOfData != 0; name++, slot++) {
    import->slot = (void **)(void *)&slot->u1.Function;
    import->ordinal = 0;
    if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) {
      import->ordinal = (WORD)IMAGE_ORDINAL(name->u1.Ordinal);
      import->name = ordinal_name(import->dll, import->ordinal, room, sizeof room);
    } else {
      const IMAGE_IMPORT_BY_NAME *by_name =
          (const IMAGE_IMPORT_BY_NAME *)(const void *)(base + name->u1.AddressOfData);
      import->name = (const char *)by_name->Name;
    }
    visit(context, import);
  }
}

void cr_imports_visit(HMODULE module, void (*visit)(void *context, const cr_import *import),
                      void *context) {
  uint8_t *base = (uint8_t *)(void *)module;
  const IMAGE_DATA_DIRECTORY *d = directory_of(base, IMAGE_DIRECTORY_ENTRY_IMPORT);
  const IMAGE_IMPORT_DESCRIPTOR *now =
      d == NULL ? NULL : (const IMAGE_IMPORT_DESCRIPTOR *)(const void *)(base + d->VirtualAddress);
  for (; now != NULL && now->Name != 0; now++) {
    cr_import import = {.dll = (const char *)base + now->Name};
    if (now->OriginalFirstThunk != 0)
      visit_table(base, &import, now->OriginalFirstThunk, now->FirstThunk, visit, context);
  }
  d = directory_of(base, IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT);
  const IMAGE_DELAYLOAD_DESCRIPTOR *later =
      d == NULL ? NULL
                : (const IMAGE_DELAYLOAD_DESCRIPTOR *)(const void *)(base + d->VirtualAddress);
  DWORD room = later == NULL ? 0 : d->Size / (DWORD)sizeof *later;
  for (; room > 0 && later->DllNameRVA != 0; room--, later++) {
    cr_import import = {.dll = (const char *)base + later->DllNameRVA, .delayed = true};
    if (later->Attributes.RvaBased && later->ImportNameTableRVA != 0)
      visit_table(base, &import, later->ImportNameTableRVA, later->ImportAddressTableRVA, visit,
                  context);
  }
}

void cr_import_set(void **slot, void *address) {
  DWORD old;
  if (!VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &old)) return;
  memcpy(slot, &address, sizeof *slot);
  VirtualProtect(slot, sizeof *slot, old, &old);
}

static void redirect(void *context, const cr_import *import) {
  void (*replacement)(void) = cr_hook_find(import->name);
  void *address = NULL;
  (void)context;
  memcpy(&address, &replacement, sizeof address);
  if (address != NULL) cr_import_set(import->slot, address);
}

void cr_intercept_imports(HMODULE module) { cr_imports_visit(module, redirect, NULL); }

#endif

bool cr_import_escapes(const char *name) {
  static const char *const names[] = {"CreateFiber",
                                      "SwitchToFiber",
                                      "CreateRemoteThread",
                                      "SetTimer",
                                      "PulseEvent",
                                      "CreatePrivateNamespace",
                                      "CreateThreadpoolIo",
                                      "StartThreadpoolIo",
                                      "CreateIoCompletionPort",
                                      "GetQueuedCompletionStatus",
                                      "MsgWaitForMultipleObjects",
                                      "RegConnectRegistry",
                                      "RegLoad",
                                      "RegSave",
                                      "RegRestore",
                                      "RegReplace",
                                      "RegRename",
                                      "RegCopyTree",
                                      "RegOpenCurrentUser",
                                      "RegOpenUserClassesRoot",
                                      "RegOverridePredefKey",
                                      "RegQueryMultipleValues",
                                      "RegCreateKeyTransacted",
                                      "RegOpenKeyTransacted",
                                      "ReadFileEx",
                                      "WriteFileEx",
                                      "_beginthread",
                                      "CreateProcessAsUser",
                                      "CreateProcessWith",
                                      "OpenJobObject",
                                      "ClusterRegEnum",
                                      "ClusterRegGet",
                                      "ResUtil",
                                      "ClusterResourceType",
                                      "OpenClusterGroup",
                                      "OpenClusterNode",
                                      "NtCreate",
                                      "NtWait",
                                      "ZwWait",
                                      "NtDeviceIoControlFile",
                                      "NetShareEnumSticky",
                                      "NetShareDel",
                                      "NetServerTransport",
                                      "NetApiBufferReallocate",
                                      "CreateServiceA",
                                      "ControlServiceEx",
                                      "NotifyServiceStatusChange",
                                      "QueryServiceConfig",
                                      "ChangeServiceConfig",
                                      "EnumDependentServicesA",
                                      "EnumServicesStatus",
                                      "SetServiceObjectSecurity"};
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++)
    if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
  return false;
}
