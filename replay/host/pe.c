/* pe.c - see pe.h. */
#include "pe.h"

#include <stdlib.h>
#include <string.h>

#include "loader.h"

enum { FILE_BYTES_MAX = 256 * 1024 * 1024, WALK_MAX = 64 };

/* ---- a file by its headers ------------------------------------------------------------------- */

typedef struct pe {
  const uint8_t *bytes;
  size_t n;
  const IMAGE_NT_HEADERS64 *nt;
  const IMAGE_SECTION_HEADER *section;
} pe;

/* A copy of the file is aligned as malloc does it, so headers can be read in place. */
static bool pe_open(const cr_buf *file, pe *p) {
  uint32_t at;
  p->bytes = (const uint8_t *)file->data;
  p->n = file->len;
  if (p->n < sizeof(IMAGE_DOS_HEADER) || p->bytes[0] != 'M' || p->bytes[1] != 'Z') return false;
  memcpy(&at, p->bytes + 0x3C, sizeof at);
  if (at % 4 != 0 || at > p->n || p->n - at < sizeof(IMAGE_NT_HEADERS64)) return false;
  p->nt = (const IMAGE_NT_HEADERS64 *)(const void *)(p->bytes + at);
  p->section = IMAGE_FIRST_SECTION(p->nt);
  return p->nt->Signature == IMAGE_NT_SIGNATURE;
}

static bool sections_inside(const pe *p) {
  size_t at = (size_t)((const uint8_t *)p->section - p->bytes);
  unsigned count = p->nt->FileHeader.NumberOfSections;
  if (count == 0 || at > p->n || (p->n - at) / sizeof *p->section < count) return false;
  for (unsigned i = 0; i < count; i++) {
    const IMAGE_SECTION_HEADER *s = &p->section[i];
    if (s->SizeOfRawData == 0) continue;
    if (s->PointerToRawData > p->n || s->SizeOfRawData > p->n - s->PointerToRawData) return false;
  }
  return true;
}

static const char *machine_name(unsigned machine) {
  switch (machine) {
    case IMAGE_FILE_MACHINE_I386: return "is a 32-bit DLL";
    case 0xAA64: return "is a DLL for ARM64";
    case IMAGE_FILE_MACHINE_ARMNT: return "is a DLL for 32-bit ARM";
    default: return "is for another machine";
  }
}

cr_err cr_pe_check(const char *name, const cr_buf *file, cr_errinfo *info) {
  pe p;
  if (file->len < 2 || file->data[0] != 'M' || file->data[1] != 'Z')
    return cr_fail(info, CR_ERR_INPUT, "%s: is no PE file; name a resource DLL", name);
  if (!pe_open(file, &p))
    return cr_fail(info, CR_ERR_INPUT, "%s: is no PE file or is cut short", name);
  unsigned machine = p.nt->FileHeader.Machine;
  if (machine != IMAGE_FILE_MACHINE_AMD64)
    return cr_fail(info, CR_ERR_INPUT, "%s: %s (0x%x); build it for x64", name,
                   machine_name(machine), machine);
  if ((p.nt->FileHeader.Characteristics & IMAGE_FILE_DLL) == 0)
    return cr_fail(info, CR_ERR_INPUT, "%s: is a program, not a DLL", name);
  if (p.nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR64_MAGIC || !sections_inside(&p))
    return cr_fail(info, CR_ERR_INPUT, "%s: is cut short or damaged (%zu bytes)", name, p.n);
  return CR_OK;
}

/* The bytes from an address of the image on, at least n of them, or NULL. */
static const void *at_rva(const pe *p, uint32_t rva, size_t n) {
  for (unsigned i = 0; i < p->nt->FileHeader.NumberOfSections; i++) {
    const IMAGE_SECTION_HEADER *s = &p->section[i];
    if (rva < s->VirtualAddress || rva - s->VirtualAddress >= s->SizeOfRawData) continue;
    uint32_t inside = rva - s->VirtualAddress;
    return s->SizeOfRawData - inside < n ? NULL : p->bytes + s->PointerToRawData + inside;
  }
  return NULL;
}

/* A string of the image; "" when it has none there. */
static const char *text_at(const pe *p, uint32_t rva) {
  const char *text = at_rva(p, rva, 1);
  const char *end = (const char *)p->bytes + p->n;
  return text != NULL && memchr(text, '\0', (size_t)(end - text)) != NULL ? text : "";
}

static const IMAGE_DATA_DIRECTORY *directory_of(const pe *p, unsigned which) {
  const IMAGE_DATA_DIRECTORY *d = &p->nt->OptionalHeader.DataDirectory[which];
  return which >= p->nt->OptionalHeader.NumberOfRvaAndSizes || d->VirtualAddress == 0 ? NULL : d;
}

/* Does the file export that name, or (name NULL) that ordinal? */
static bool exported(const pe *p, const char *name, uint32_t ordinal) {
  const IMAGE_DATA_DIRECTORY *d = directory_of(p, IMAGE_DIRECTORY_ENTRY_EXPORT);
  const IMAGE_EXPORT_DIRECTORY *e = d == NULL ? NULL : at_rva(p, d->VirtualAddress, sizeof *e);
  if (e == NULL) return false;
  if (name == NULL) return ordinal - e->Base < e->NumberOfFunctions;
  const uint8_t *names = at_rva(p, e->AddressOfNames, (size_t)e->NumberOfNames * 4);
  for (uint32_t i = 0; names != NULL && i < e->NumberOfNames; i++) {
    uint32_t rva;
    memcpy(&rva, names + 4 * (size_t)i, sizeof rva);
    if (strcmp(text_at(p, rva), name) == 0) return true;
  }
  return false;
}

/* ---- what is missing ------------------------------------------------------------------------- */

typedef struct walk {
  cr_pe_missing *missing;
  char folder[MAX_PATH]; /* of the DLL, with its last separator */
  char seen[WALK_MAX][64];
  unsigned seen_count;
} walk;

static bool seen_before(walk *w, const char *name) {
  for (unsigned i = 0; i < w->seen_count; i++)
    if (lstrcmpiA(w->seen[i], name) == 0) return true;
  if (w->seen_count < WALK_MAX) lstrcpynA(w->seen[w->seen_count++], name, sizeof w->seen[0]);
  return false;
}

static void walk_file(walk *w, const char *path);

/* One function of a module that is loaded, or of the file of one beside the DLL. */
static void function_check(walk *w, const char *who, const char *module, HMODULE loaded,
                           const pe *beside, const char *name, uint32_t ordinal) {
  bool there = loaded != NULL
                   ? GetProcAddress(loaded, name != NULL ? name : MAKEINTRESOURCEA(ordinal)) != NULL
                   : exported(beside, name, ordinal);
  if (there) return;
  cr_buf *out = loaded != NULL ? &w->missing->lacks : &w->missing->must;
  if (loaded == NULL && out->len != 0) return;
  if (out->len != 0) cr_buf_puts(out, ", ");
  if (loaded == NULL) cr_buf_printf(out, "%s needs ", who);
  if (name != NULL)
    cr_buf_printf(out, "%s!%s", module, name);
  else
    cr_buf_printf(out, "%s!#%u", module, ordinal);
  if (loaded == NULL) cr_buf_printf(out, ", which %s does not export", module);
}

static void functions_check(walk *w, const char *who, const pe *p, const char *module,
                            uint32_t names, HMODULE loaded, const pe *beside) {
  for (uint32_t rva = names;; rva += sizeof(uint64_t)) {
    const void *slot = at_rva(p, rva, sizeof(uint64_t));
    uint64_t value = 0;
    if (slot != NULL) memcpy(&value, slot, sizeof value);
    if (value == 0) return;
    if (IMAGE_SNAP_BY_ORDINAL64(value)) {
      function_check(w, who, module, loaded, beside, NULL, (uint32_t)IMAGE_ORDINAL64(value));
    } else {
      const char *name = text_at(p, (uint32_t)value + 2);
      if (*name != '\0') function_check(w, who, module, loaded, beside, name, 0);
    }
  }
}

static void module_check(walk *w, const char *who, const pe *p, const char *module,
                         uint32_t names) {
  char path[MAX_PATH + 64];
  cr_buf file = {0};
  pe beside;
  HMODULE loaded = GetModuleHandleA(module);
  lstrcpynA(path, w->folder, MAX_PATH);
  lstrcpynA(path + lstrlenA(path), module, 64);
  if (loaded == NULL && cr_file_read(path, FILE_BYTES_MAX, &file, NULL) == CR_OK) {
    if (!pe_open(&file, &beside) || cr_pe_check(module, &file, NULL) != CR_OK) {
      if (w->missing->must.len == 0)
        cr_buf_printf(&w->missing->must, "%s needs %s, which is no whole 64-bit DLL", who, module);
    } else {
      functions_check(w, who, p, module, names, NULL, &beside);
      walk_file(w, path);
    }
    cr_buf_free(&file);
    return;
  }
  if (loaded == NULL) loaded = LoadLibraryA(module);
  if (loaded != NULL)
    functions_check(w, who, p, module, names, loaded, NULL);
  else if (w->missing->must.len == 0)
    cr_buf_printf(&w->missing->must, "%s needs %s, which is missing", who, module);
}

static void walk_file(walk *w, const char *path) {
  const char *who = cr_path_name(path);
  cr_buf file = {0};
  pe p;
  if (seen_before(w, who) || cr_file_read(path, FILE_BYTES_MAX, &file, NULL) != CR_OK) return;
  const IMAGE_DATA_DIRECTORY *d =
      pe_open(&file, &p) ? directory_of(&p, IMAGE_DIRECTORY_ENTRY_IMPORT) : NULL;
  for (uint32_t rva = d == NULL ? 0 : d->VirtualAddress; rva != 0;
       rva += (uint32_t)sizeof(IMAGE_IMPORT_DESCRIPTOR)) {
    IMAGE_IMPORT_DESCRIPTOR import = {0};
    const void *at = at_rva(&p, rva, sizeof import);
    if (at != NULL) memcpy(&import, at, sizeof import);
    if (import.Name == 0) break;
    const char *module = text_at(&p, import.Name);
    uint32_t names = import.OriginalFirstThunk != 0 ? import.OriginalFirstThunk : import.FirstThunk;
    if (*module != '\0') module_check(w, who, &p, module, names);
  }
  cr_buf_free(&file);
}

void cr_pe_missing_of(const char *path, cr_pe_missing *missing) {
  walk *w = cr_alloc(sizeof *w);
  w->missing = missing;
  lstrcpynA(w->folder, path, (int)(cr_path_name(path) - path) + 1);
  walk_file(w, path);
  free(w);
}

void cr_pe_missing_free(cr_pe_missing *missing) {
  cr_buf_free(&missing->must);
  cr_buf_free(&missing->lacks);
}

static bool below(const char *path, const char *folder) {
  int n = lstrlenA(folder);
  return lstrlenA(path) >= n &&
         CompareStringA(LOCALE_INVARIANT, NORM_IGNORECASE, path, n, folder, n) == CSTR_EQUAL;
}

bool cr_module_is_systems(HMODULE module, const char *folder) {
  char path[MAX_PATH], systems[MAX_PATH], windows[MAX_PATH];
  if (module == GetModuleHandleA(NULL)) return true;
  if (GetSystemDirectoryA(systems, sizeof systems) == 0 ||
      GetWindowsDirectoryA(windows, sizeof windows) == 0 ||
      GetModuleFileNameA(module, path, sizeof path) == 0)
    return true;
  if (below(path, systems)) return true;
  bool beside = below(path, folder) && cr_path_name(path) == path + lstrlenA(folder);
  return !beside && below(path, windows);
}
