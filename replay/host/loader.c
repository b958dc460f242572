/* loader.c - see loader.h. */
#include "loader.h"

#include <stdio.h>
#include <string.h>

#include "intercept.h"
#include "session.h"

#ifdef _WIN32 /* elsewhere: replay/native/loader_so.c */

enum { IMAGE_BYTES_MAX = 256 * 1024 * 1024 };

/* ---- loading --------------------------------------------------------------------------------- */

static const char *file_name(const char *path) {
  const char *name = path;
  for (const char *p = path; *p != '\0'; p++)
    if (*p == '/' || *p == '\\' || *p == ':') name = p + 1;
  return name;
}

/* Is it a 64-bit PE DLL? */
static cr_err check_file(const char *path, const cr_buf *file, cr_errinfo *info) {
  const uint8_t *p = (const uint8_t *)file->data;
  if (file->len < 0x100 || p[0] != 'M' || p[1] != 'Z')
    return cr_fail(info, CR_ERR_INPUT, "%s is no Windows DLL", path);
  uint32_t at;
  memcpy(&at, p + 0x3C, sizeof at);
  if (at > file->len - 64 || memcmp(p + at, "PE\0", 4) != 0)
    return cr_fail(info, CR_ERR_INPUT, "%s is no Windows DLL", path);
  uint16_t machine, flags;
  memcpy(&machine, p + at + 4, sizeof machine);
  memcpy(&flags, p + at + 22, sizeof flags);
  if (machine != IMAGE_FILE_MACHINE_AMD64)
    return cr_fail(info, CR_ERR_INPUT, "%s is not for 64-bit x86 (machine 0x%04x)", path, machine);
  if ((flags & IMAGE_FILE_DLL) == 0)
    return cr_fail(info, CR_ERR_INPUT, "%s is a program, not a DLL", path);
  return CR_OK;
}

static void remember_data(cr_image *image) {
  const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)(const void *)image->base;
  const IMAGE_NT_HEADERS *nt =
      (const IMAGE_NT_HEADERS *)(const void *)(image->base + dos->e_lfanew);
  const IMAGE_SECTION_HEADER *section = IMAGE_FIRST_SECTION(nt);
  image->bytes = nt->OptionalHeader.SizeOfImage;
  for (unsigned i = 0; i < nt->FileHeader.NumberOfSections; i++) {
    if ((section[i].Characteristics & IMAGE_SCN_MEM_WRITE) == 0 || section[i].Misc.VirtualSize == 0)
      continue;
    if (image->data_count == CR_IMAGE_SECTIONS_MAX) return;
    cr_image_data *d = &image->data[image->data_count++];
    d->at = image->base + section[i].VirtualAddress;
    d->bytes = section[i].Misc.VirtualSize;
    d->copy = cr_alloc(d->bytes);
    memcpy(d->copy, d->at, d->bytes);
    d->shadow = cr_alloc(d->bytes);
  }
}

bool cr_image_calls(cr_image *image, const void *address) {
  const uint8_t *at = address;
  if (image->bytes != 0) return at >= image->base && at < image->base + image->bytes;
  MEMORY_BASIC_INFORMATION region;
  char path[MAX_PATH];
  if (!image->loading || VirtualQuery(at, &region, sizeof region) == 0 ||
      region.Type != MEM_IMAGE ||
      GetModuleFileNameA((HMODULE)region.AllocationBase, path, sizeof path) == 0 ||
      lstrcmpiA(file_name(path), image->name) != 0)
    return false;
  image->base = region.AllocationBase;
  const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)(const void *)image->base;
  image->bytes = ((const IMAGE_NT_HEADERS *)(const void *)(image->base + dos->e_lfanew))
                     ->OptionalHeader.SizeOfImage;
  return true;
}

void cr_image_restore(const cr_image *image) {
  DWORD old;
  for (unsigned i = 0; i < image->data_count; i++) {
    const cr_image_data *d = &image->data[i];
    if (memcmp(d->at, d->copy, d->bytes) == 0) continue;
    if (!VirtualProtect(d->at, d->bytes, PAGE_READWRITE, &old)) continue;
    memcpy(d->at, d->copy, d->bytes);
    VirtualProtect(d->at, d->bytes, old, &old);
  }
}

bool cr_image_changed(cr_image *image) {
  bool changed = false;
  for (unsigned i = 0; i < image->data_count; i++) {
    cr_image_data *d = &image->data[i];
    if (memcmp(d->at, d->shadow, d->bytes) == 0) continue;
    memcpy(d->shadow, d->at, d->bytes);
    changed = true;
  }
  return changed;
}

static const char *load_error(DWORD error) {
  switch (error) {
    case ERROR_MOD_NOT_FOUND: return "a module that it imports is missing on this system";
    case ERROR_PROC_NOT_FOUND: return "a function that it imports is missing on this system";
    case ERROR_DLL_INIT_FAILED: return "its DllMain answered FALSE";
    case ERROR_BAD_EXE_FORMAT: return "it is damaged";
    default: return "the system's loader refuses it";
  }
}

cr_err cr_image_load(const char *path, cr_image *image, cr_errinfo *info) {
  cr_buf file = {0};
  memset(image, 0, sizeof *image);
  snprintf(image->name, sizeof image->name, "%s", file_name(path));
  cr_err err = cr_file_read(path, IMAGE_BYTES_MAX, &file, info);
  if (err == CR_OK) err = check_file(path, &file, info);
  if (err == CR_OK) image->file_digest = cr_digest(file.data, file.len);
  cr_buf_free(&file);
  if (err != CR_OK) return err;

  char full[MAX_PATH];
  DWORD n = GetFullPathNameA(path, sizeof full, full, NULL);
  if (n == 0 || n >= sizeof full)
    return cr_fail(info, CR_ERR_INPUT, "%s: the path is too long", path);
  image->loading = true;
  image->module = LoadLibraryExA(full, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (image->module == NULL) {
    DWORD error = GetLastError();
    return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: %s (error %lu)", path,
                   load_error(error), error);
  }
  image->base = (uint8_t *)(void *)image->module;
  image->startup = (PSTARTUP_ROUTINE)(void (*)(void))GetProcAddress(image->module, STARTUP_ROUTINE);
  image->startup_ex =
      (PSTARTUP_EX_ROUTINE)(void (*)(void))GetProcAddress(image->module, STARTUP_EX_ROUTINE);
  if (image->startup == NULL && image->startup_ex == NULL)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s exports neither Startup nor StartupEx: it is no resource DLL", path);
  cr_intercept_imports(image->module);
  remember_data(image);
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
    cr_buf_printf(out, "%s+0x%llx", file_name(path),
                  (unsigned long long)(at - (const uint8_t *)(void *)module));
  else
    cr_buf_puts(out, "outside of any module");
}

#endif

/* ---- calling --------------------------------------------------------------------------------- */

/* The slots that every table must have; versions 2 to 4 have them at the same places. */
static const char *slots_check(bool filled) {
  return filled ? NULL : "the function table lacks an entry point that must not be NULL";
}

/* Takes the answer; NULL, or what is wrong with it. */
static const char *table_take(const CLRES_FUNCTION_TABLE *answer, cr_table *table) {
  if (answer == NULL) return "Startup answered success without a function table";
  table->version = answer->Version;
  if (answer->Version == CLRES_VERSION_V1_00) {
    table->v1 = answer->V1Functions;
    return slots_check(table->v1.Open != NULL && table->v1.Close != NULL &&
                       table->v1.Online != NULL && table->v1.Offline != NULL &&
                       table->v1.Terminate != NULL && table->v1.LooksAlive != NULL &&
                       table->v1.IsAlive != NULL);
  }
  if (answer->Version != CLRES_VERSION_V2_00 && answer->Version != CLRES_VERSION_V3_00 &&
      answer->Version != CLRES_VERSION_V4_00)
    return "the function table has a version other than 1 to 4";
  memcpy(&table->v4, &answer->V4Functions, offsetof(CLRES_V4_FUNCTIONS, BeginResourceControl));
  return slots_check(table->v4.Open != NULL && table->v4.Close != NULL &&
                     table->v4.Online != NULL && table->v4.Offline != NULL &&
                     table->v4.Terminate != NULL && table->v4.LooksAlive != NULL &&
                     table->v4.IsAlive != NULL);
}

DWORD cr_image_startup(const cr_image *image, const char *type, DWORD highest, cr_table *table,
                       const char **why) {
  WCHAR wide[CR_NAME_MAX * 2];
  CLRES_FUNCTION_TABLE *answer = NULL;
  DWORD error;
  *table = (cr_table){0};
  *why = NULL;
  cr_path_widen(type, wide, CR_ARRAY_LEN(wide));
  if (image->startup_ex != NULL) {
    CLRES_CALLBACK_FUNCTION_TABLE callbacks;
    cr_callbacks_fill(&callbacks);
    error = image->startup_ex(wide, CLRES_VERSION_V1_00, highest, &callbacks, &answer);
  } else {
    error = image->startup(wide, CLRES_VERSION_V1_00, CLRES_VERSION_V1_00, cr_set_resource_status,
                           cr_log_event, &answer);
  }
  if (error == ERROR_SUCCESS) *why = table_take(answer, table);
  return *why == NULL ? error : ERROR_REVISION_MISMATCH;
}

static uint32_t truth(BOOL value) { return value ? 1 : 0; }

uint32_t cr_table_call(const cr_table *table, cr_entry_point ep, const WCHAR *name, HKEY key,
                       void *resource_token, RESID *resid) {
  HANDLE event = NULL;
  bool first = table->version == CLRES_VERSION_V1_00;
  const CLRES_V1_FUNCTIONS *v1 = &table->v1;
  const CLRES_V4_FUNCTIONS *v4 = &table->v4;
  switch (ep) {
    case CR_EP_OPEN:
      *resid = first ? v1->Open(name, key, resource_token) : v4->Open(name, key, resource_token, 0);
      return *resid != NULL;
    case CR_EP_CLOSE: (first ? v1->Close : v4->Close)(*resid); return 0;
    case CR_EP_ONLINE:
      return first ? v1->Online(*resid, &event) : v4->Online(*resid, &event, 0, NULL, 0, 0);
    case CR_EP_OFFLINE:
      return first ? v1->Offline(*resid) : v4->Offline(*resid, NULL, 0, NULL, 0, 0);
    case CR_EP_TERMINATE: (first ? v1->Terminate : v4->Terminate)(*resid); return 0;
    case CR_EP_LOOKS_ALIVE: return truth((first ? v1->LooksAlive : v4->LooksAlive)(*resid));
    case CR_EP_IS_ALIVE: return truth((first ? v1->IsAlive : v4->IsAlive)(*resid));
    default: CR_ASSERT(false); return 0;
  }
}

#ifdef _WIN32

/* ---- imports --------------------------------------------------------------------------------- */

typedef struct import_list {
  bool unseen_only;
  unsigned unseen;
  cr_buf *out;
} import_list;

static void list_import(void *context, const char *dll, const char *name, void **slot) {
  import_list *list = context;
  (void)slot;
  bool simulated = cr_hook_find(name) != NULL;
  bool unseen = !simulated && cr_import_escapes(name);
  list->unseen += unseen;
  if (list->unseen_only && !unseen) return;
  cr_buf_printf(list->out, "%s %s %s\n",
                simulated ? "simulated"
                : unseen  ? "not-seen "
                          : "passed-on",
                dll, name);
}

unsigned cr_image_imports(const cr_image *image, bool unseen_only, cr_buf *out) {
  import_list list = {unseen_only, 0, out};
  cr_imports_visit(image->module, list_import, &list);
  return list.unseen;
}

#endif
