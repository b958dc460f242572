/* loader_so.c - a resource DLL that is a shared object of this system; see loader.h. How its
 * functions are called stands in loader.c. */
#include <dlfcn.h>
#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "intercept.h"
#include "loader.h"
#include "native.h"
#include "session.h"
#include "stubs.h"

enum { IMAGE_BYTES_MAX = 256 * 1024 * 1024, PAGE = 4096, LOADING_MS_MIN = 10000 };

static const char *file_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* ---- hooks ----------------------------------------------------------------------------------- */

/* A name without a hook is one that this program was not built with. */
cr_err cr_intercept_exports(cr_errinfo *info) {
  for (const cr_native_slot *s = cr_native_slots; s->name != NULL; s++) {
    *s->function = cr_hook_find(s->name);
    if (*s->function == NULL)
      return cr_fail(info, CR_ERR_ENVIRONMENT, "no hook is called %s", s->name);
  }
  return CR_OK;
}

/* ---- loading --------------------------------------------------------------------------------- */

static cr_err check_file(const char *path, const cr_buf *file, cr_errinfo *info) {
  Elf64_Ehdr head;
  if (file->len < sizeof head || memcmp(file->data, ELFMAG, SELFMAG) != 0)
    return cr_fail(info, CR_ERR_INPUT, "%s is no shared object", path);
  memcpy(&head, file->data, sizeof head);
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != EM_X86_64)
    return cr_fail(info, CR_ERR_INPUT, "%s is not for 64-bit x86", path);
  if (head.e_type != ET_DYN) return cr_fail(info, CR_ERR_INPUT, "%s is no shared object", path);
  return CR_OK;
}

static void remember(cr_image *image, uint8_t *from, uint8_t *to) {
  if (from >= to || image->data_count == CR_IMAGE_SECTIONS_MAX) return;
  cr_image_data *d = &image->data[image->data_count++];
  d->at = from;
  d->bytes = (size_t)(to - from);
  d->copy = cr_alloc(d->bytes);
  d->shadow = cr_alloc(d->bytes);
  cr_plain_copy(d->copy, d->at, d->bytes);
}

/* Of the writable segments, what the loader has not made read-only again. */
static void remember_data(cr_image *image, const struct dl_phdr_info *info) {
  uint8_t *base = (uint8_t *)info->dlpi_addr; /* NOLINT(performance-no-int-to-ptr) */
  uint8_t *fixed = NULL, *fixed_end = NULL;
  for (unsigned i = 0; i < info->dlpi_phnum; i++) {
    const Elf64_Phdr *p = &info->dlpi_phdr[i];
    if (p->p_type != PT_GNU_RELRO) continue;
    fixed = base + p->p_vaddr / PAGE * PAGE;
    fixed_end = base + (p->p_vaddr + p->p_memsz) / PAGE * PAGE;
  }
  for (unsigned i = 0; i < info->dlpi_phnum; i++) {
    const Elf64_Phdr *p = &info->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || (p->p_flags & PF_W) == 0) continue;
    uint8_t *from = base + p->p_vaddr, *to = from + p->p_memsz;
    if (fixed < to && fixed_end > from) {
      remember(image, from, fixed);
      from = fixed_end;
    }
    remember(image, from, to);
  }
}

static size_t extent(const struct dl_phdr_info *info) {
  size_t end = 0;
  for (unsigned i = 0; i < info->dlpi_phnum; i++) {
    const Elf64_Phdr *p = &info->dlpi_phdr[i];
    if (p->p_type == PT_LOAD && p->p_vaddr + p->p_memsz > end) end = p->p_vaddr + p->p_memsz;
  }
  return end;
}

/* Takes the image's place; its data too when it is loaded. */
static int visit_module(struct dl_phdr_info *info, size_t size, void *context) {
  cr_image *image = context;
  (void)size;
  if ((uint8_t *)info->dlpi_addr != image->base) return 0; /* NOLINT(performance-no-int-to-ptr) */
  image->bytes = extent(info);
  if (image->module != NULL) remember_data(image, info);
  return 1;
}

bool cr_image_calls(cr_image *image, const void *address) {
  const uint8_t *at = address;
  if (image->bytes != 0) return at >= image->base && at < image->base + image->bytes;
  Dl_info info;
  if (!image->loading || dladdr(address, &info) == 0 ||
      strcmp(file_name(info.dli_fname), image->name) != 0)
    return false;
  image->base = info.dli_fbase;
  dl_iterate_phdr(visit_module, image);
  return true;
}

void cr_image_restore(cr_image *image) {
  for (unsigned i = 0; i < image->data_count; i++)
    cr_plain_copy(image->data[i].at, image->data[i].copy, image->data[i].bytes);
}

bool cr_image_cleans_threads(const cr_image *image) {
  (void)image;
  return false; /* destructors of thread storage are not followed here */
}

bool cr_image_changed(cr_image *image) {
  bool changed = false;
  for (unsigned i = 0; i < image->data_count; i++) {
    cr_image_data *d = &image->data[i];
    if (cr_plain_same(d->at, d->shadow, d->bytes)) continue;
    cr_plain_copy(d->shadow, d->at, d->bytes);
    changed = true;
  }
  return changed;
}

typedef BOOL (*dll_main)(HINSTANCE module, DWORD reason, LPVOID reserved);

/* As the system does for a DLL: its entry point is told that it is attached. */
static bool attach(void *module) {
  void *entry = dlsym(module, "DllMainCRTStartup");
  if (entry == NULL) entry = dlsym(module, "DllMain");
  if (entry == NULL) return true;
  dll_main call;
  memcpy(&call, &entry, sizeof call);
  return call((HINSTANCE)module, DLL_PROCESS_ATTACH, NULL) != FALSE;
}

static void symbol(void *module, const char *name, void *function) {
  void *found = dlsym(module, name);
  memcpy(function, &found, sizeof found);
}

typedef struct load_job {
  cr_image *image;
  char path[PATH_MAX];
  char why[160];      /* that it cannot be loaded, or "" */
  volatile LONG over; /* 1: done, or given up (image->gave_up) */
} load_job;

/* Its name is a whole sentence only with the DLL's before it. */
static void dlopen_failed(load_job *job) {
  const char *why = dlerror(), *missing = strstr(why, "undefined symbol: ");
  snprintf(job->why, sizeof job->why, "%s%s", missing == NULL ? why : missing,
           missing == NULL ? "" : ", which is not simulated");
}

/* Its thread is kept, as on Windows: what the DLL has for each thread stays. */
static DWORD load_thread(void *argument) {
  load_job *job = argument;
  cr_image *image = job->image;
  image->loader_id = GetCurrentThreadId();
  void *module = dlopen(job->path, RTLD_NOW | RTLD_LOCAL);
  if (module == NULL) {
    dlopen_failed(job);
  } else {
    struct link_map *map = NULL;
    dlinfo(module, RTLD_DI_LINKMAP, &map);
    image->module = module;
    image->base = (uint8_t *)map->l_addr; /* NOLINT(performance-no-int-to-ptr) */
    image->bytes = 0;
    dl_iterate_phdr(visit_module, image);
    image->data_count = 0; /* as it is after its entry point: cr_image_load */
    symbol(module, STARTUP_ROUTINE, &image->startup);
    symbol(module, STARTUP_EX_ROUTINE, &image->startup_ex);
    bool entry = image->startup != NULL || image->startup_ex != NULL;
    if (entry && !attach(module)) snprintf(job->why, sizeof job->why, "its DllMain answers FALSE");
  }
  InterlockedExchange(&job->over, 1);
  WakeByAddressAll((PVOID)(uintptr_t)&job->over);
  for (;;) pause();
  return 0;
}

void cr_image_gives_up(cr_image *image, const char *what) {
  if (!image->loading) return;
  snprintf(image->fault, sizeof image->fault, "%s", what);
  InterlockedExchange(&image->gave_up, 1);
  for (;;) pause();
}

/* Threads of DllMain cannot be held still here: they escape the scheduler. */
bool cr_image_started(const cr_image *image, DWORD thread_id) {
  return image->loading && thread_id == image->loader_id;
}

/* There is no other DLL here. */
void cr_image_more(cr_image *image) { (void)image; }

static cr_err load(load_job *job, DWORD watchdog_ms, cr_errinfo *info) {
  cr_image *image = job->image;
  DWORD limit = watchdog_ms > LOADING_MS_MIN ? watchdog_ms : LOADING_MS_MIN;
  image->loading = true;
  if (!cr_native_thread(load_thread, job))
    return cr_fail(info, CR_ERR_ENVIRONMENT, "no thread can be started for loading");
  ULONGLONG begun = GetTickCount64();
  LONG zero = 0;
  while (!job->over && !image->gave_up && GetTickCount64() - begun < limit)
    WaitOnAddress(&job->over, &zero, sizeof zero, 10);
  if (image->gave_up)
    return cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: its DllMain %s", image->name,
                   image->fault);
  if (!job->over)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s cannot be loaded: its DllMain does not return within %u seconds",
                   image->name, limit / 1000);
  return job->why[0] == '\0'
             ? CR_OK
             : cr_fail(info, CR_ERR_INPUT, "%s cannot be loaded: %s", image->name, job->why);
}

cr_err cr_image_load(const char *path, DWORD watchdog_ms, cr_image *image, cr_errinfo *info) {
  cr_buf file = {0};
  memset(image, 0, sizeof *image);
  snprintf(image->name, sizeof image->name, "%s", file_name(path));
  cr_err err = cr_file_read(path, IMAGE_BYTES_MAX, &file, info);
  if (err == CR_OK) err = check_file(path, &file, info);
  if (err == CR_OK) image->file_digest = cr_digest(file.data, file.len);
  cr_buf_free(&file);
  if (err != CR_OK) return err;

  load_job *job = cr_alloc(sizeof *job); /* kept: so is the thread */
  job->image = image;
  if (realpath(path, job->path) == NULL)
    return cr_fail(info, CR_ERR_INPUT, "%s: the path is too long", path);
  err = load(job, watchdog_ms, info);
  if (err != CR_OK) return err;
  if (image->startup == NULL && image->startup_ex == NULL)
    return cr_fail(info, CR_ERR_INPUT,
                   "%s exports neither Startup nor StartupEx: it is no resource DLL", path);
  image->part[0] = (cr_image_module){image->base, image->bytes};
  image->parts_count = 1;
  dl_iterate_phdr(visit_module, image);
  image->loading = false;
  return CR_OK;
}

/* ---- addresses ------------------------------------------------------------------------------- */

/* In the image's memory, on the heap, or on pages that are there. */
bool cr_memory_readable(const void *at, size_t n) {
  const cr_session *s = cr_session_get();
  const uint8_t *p = at;
  if (p >= s->image.base && n <= s->image.bytes && p <= s->image.base + s->image.bytes - n)
    return true;
  unsigned char resident[16];
  uintptr_t from = (uintptr_t)p / PAGE * PAGE, to = (uintptr_t)p + n;
  return to - from <= sizeof resident * PAGE &&
         mincore((void *)from, to - from, resident) == 0; /* NOLINT(performance-no-int-to-ptr) */
}

static int visit_code(struct dl_phdr_info *info, size_t size, void *context) {
  const void *const *at = context;
  (void)size;
  for (unsigned i = 0; i < info->dlpi_phnum; i++) {
    const Elf64_Phdr *p = &info->dlpi_phdr[i];
    uintptr_t from = info->dlpi_addr + p->p_vaddr;
    if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0 && (uintptr_t)*at >= from &&
        (uintptr_t)*at < from + p->p_memsz)
      return 1;
  }
  return 0;
}

bool cr_memory_runs(const void *at) { return dl_iterate_phdr(visit_code, &at) != 0; }

/* The heap and the stacks are at fixed places, the image is not. */
uint64_t cr_address_number(const volatile void *address) {
  const cr_image *image = &cr_session_get()->image;
  uint64_t at = (uint64_t)(uintptr_t)address, base = (uint64_t)(uintptr_t)image->base;
  return at >= base && at < base + image->bytes ? at - base : at;
}

void cr_address_write(const void *address, cr_buf *out) {
  const cr_image *image = &cr_session_get()->image;
  const uint8_t *at = address;
  Dl_info info;
  if (image->base != NULL && at >= image->base && at < image->base + image->bytes)
    cr_buf_printf(out, "%s+0x%llx", image->name, (unsigned long long)(at - image->base));
  else if (dladdr(address, &info) != 0 && info.dli_fname != NULL)
    cr_buf_printf(out, "%s+0x%llx", file_name(info.dli_fname),
                  (unsigned long long)(at - (const uint8_t *)info.dli_fbase));
  else
    cr_buf_puts(out, "outside of any module");
}

/* ---- imports --------------------------------------------------------------------------------- */

/* Functions of this system that would escape the scheduler. */
static bool escapes(const char *name) {
  static const char *const names[] = {"pthread_",  "thrd_",  "mtx_",        "cnd_",  "sem_",
                                      "nanosleep", "usleep", "sleep",       "poll",  "select",
                                      "epoll_",    "clock_", "fork",        "vfork", "clone",
                                      "syscall",   "timer_", "_ZNSt6thread"};
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++)
    if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
  return cr_import_escapes(name);
}

/* What the compiler has put in. */
static bool of_the_compiler(const char *name) {
  static const char *const names[] = {"__asan_", "__ubsan_",     "__sanitizer_", "__tsan_",
                                      "__gcov_", "__stack_chk_", "__cxa_",       "__tls_get_addr"};
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++)
    if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
  return false;
}

typedef struct symbols {
  const Elf64_Sym *table;
  const char *text;
  size_t count; /* up to the first that it defines itself, or all */
} symbols;

static symbols symbols_of(const cr_image *image) {
  symbols s = {0};
  struct link_map *map = NULL;
  dlinfo((void *)image->module, RTLD_DI_LINKMAP, &map);
  for (const Elf64_Dyn *d = map->l_ld; d->d_tag != DT_NULL; d++) {
    const void *at = (const void *)d->d_un.d_ptr; /* NOLINT(performance-no-int-to-ptr) */
    if (d->d_tag == DT_SYMTAB) s.table = at;
    if (d->d_tag == DT_STRTAB) s.text = at;
    if (d->d_tag == DT_GNU_HASH) s.count = ((const uint32_t *)at)[1];
    if (d->d_tag == DT_HASH && s.count == 0) s.count = ((const uint32_t *)at)[1];
  }
  if (s.table == NULL || s.text == NULL) s.count = 0;
  return s;
}

unsigned cr_image_imports(const cr_image *image, bool unseen_only, cr_buf *out) {
  unsigned unseen_count = 0;
  symbols s = symbols_of(image);
  for (size_t i = 1; i < s.count; i++) {
    const Elf64_Sym *symbol_at = &s.table[i];
    const char *name = s.text + symbol_at->st_name;
    if (symbol_at->st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol_at->st_info) != STB_GLOBAL ||
        of_the_compiler(name))
      continue;
    bool wrapped = strncmp(name, "__wrap_", 7) == 0;
    bool simulated = cr_hook_find(wrapped ? name + 7 : name) != NULL;
    bool unseen = !simulated && escapes(name);
    unseen_count += unseen;
    if (unseen_only && !unseen) continue;
    cr_buf_printf(out, "%s native %s\n",
                  simulated ? "simulated"
                  : unseen  ? "not-seen "
                            : "passed-on",
                  wrapped ? name + 7 : name);
  }
  return unseen_count;
}
