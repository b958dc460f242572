/* intercept.c - see intercept.h. */
#include "intercept.h"

#include <string.h>

#include "session.h"

static FARPROC WINAPI hook_GetProcAddress(HMODULE module, LPCSTR name);

static const cr_hook cr_hooks_modules[] = {CR_HOOK(GetProcAddress), CR_HOOK_END};

static const cr_hook *const hook_lists[] = {
    cr_hooks_objects, cr_hooks_waits,    cr_hooks_locks,     cr_hooks_threads,  cr_hooks_time,
    cr_hooks_heap,    cr_hooks_files,    cr_hooks_volumes,   cr_hooks_registry, cr_hooks_properties,
    cr_hooks_workers, cr_hooks_services, cr_hooks_processes, cr_hooks_shares,   cr_hooks_cluster,
    cr_hooks_pool,    cr_hooks_timers,   cr_hooks_apcs,      cr_hooks_modules};

void (*cr_hook_find(const char *name))(void) {
  for (size_t i = 0; i < CR_ARRAY_LEN(hook_lists); i++)
    for (const cr_hook *hook = hook_lists[i]; hook->name != NULL; hook++)
      if (strcmp(hook->name, name) == 0) return hook->replacement;
  return NULL;
}

/* For functions that the module does not export on this system, or that no export patch covers. */
static FARPROC WINAPI hook_GetProcAddress(HMODULE module, LPCSTR name) {
  if (cr_self() != NULL && (ULONG_PTR)name > 0xFFFF) {
    void (*replacement)(void) = cr_hook_find(name);
    if (replacement != NULL) return (FARPROC)replacement;
  }
  return GetProcAddress(module, name);
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

void cr_imports_visit(HMODULE module,
                      void (*visit)(void *context, const char *dll, const char *name, void **slot),
                      void *context) {
  uint8_t *base = (uint8_t *)(void *)module;
  const IMAGE_DATA_DIRECTORY *d = directory_of(base, IMAGE_DIRECTORY_ENTRY_IMPORT);
  if (d == NULL) return;
  const IMAGE_IMPORT_DESCRIPTOR *import =
      (const IMAGE_IMPORT_DESCRIPTOR *)(const void *)(base + d->VirtualAddress);
  for (; import->Name != 0; import++) {
    if (import->OriginalFirstThunk == 0) continue;
    const IMAGE_THUNK_DATA *name =
        (const IMAGE_THUNK_DATA *)(const void *)(base + import->OriginalFirstThunk);
    IMAGE_THUNK_DATA *slot = (IMAGE_THUNK_DATA *)(void *)(base + import->FirstThunk);
    for (; name->u1.AddressOfData != 0; name++, slot++) {
      if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) continue;
      const IMAGE_IMPORT_BY_NAME *by_name =
          (const IMAGE_IMPORT_BY_NAME *)(const void *)(base + name->u1.AddressOfData);
      visit(context, (const char *)base + import->Name, (const char *)by_name->Name,
            (void **)(void *)&slot->u1.Function);
    }
  }
}

static void redirect(void *context, const char *dll, const char *name, void **slot) {
  void (*replacement)(void) = cr_hook_find(name);
  DWORD old;
  (void)context;
  (void)dll;
  if (replacement == NULL || !VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &old)) return;
  memcpy(slot, &replacement, sizeof *slot);
  VirtualProtect(slot, sizeof *slot, old, &old);
}

void cr_intercept_imports(HMODULE module) { cr_imports_visit(module, redirect, NULL); }

#endif

bool cr_import_escapes(const char *name) {
  static const char *const names[] = {"CreateFiber",
                                      "SwitchToFiber",
                                      "CreateRemoteThread",
                                      "SetTimer",
                                      "CreateThreadpoolIo",
                                      "StartThreadpoolIo",
                                      "CreateIoCompletionPort",
                                      "GetQueuedCompletionStatus",
                                      "MsgWaitForMultipleObjects",
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
