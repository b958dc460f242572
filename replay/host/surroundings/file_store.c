/* file_store.c - see file_store.h. */
#include "file_store.h"

#include <string.h>

/* System error codes, as in the public reference. */
enum {
  SUCCESS = 0,
  FILE_NOT_FOUND = 2,
  ACCESS_DENIED = 5,
  SHARING_VIOLATION = 32,
  FILE_EXISTS = 80,
  INVALID_PARAMETER = 87,
  DISK_FULL = 112,
  DIR_NOT_EMPTY = 145,
  ALREADY_EXISTS = 183,
  NO_SYSTEM_RESOURCES = 1450
};
/* CreateFile's dispositions. */
enum { CREATE_NEW_ = 1, CREATE_ALWAYS_, OPEN_EXISTING_, OPEN_ALWAYS_, TRUNCATE_EXISTING_ };

static size_t length(const uint16_t *path) {
  size_t n = 0;
  while (path[n] != 0) n++;
  return n;
}

static int compare(const uint16_t *a, const uint16_t *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b ? 0 : *a < *b ? -1 : 1;
}

bool cr_store_path(const uint16_t *from, uint16_t to[CR_STORE_PATH_MAX]) {
  size_t n = 0;
  for (; *from != 0; from++) {
    uint16_t c = *from == '/' ? '\\' : *from;
    if (c >= 'A' && c <= 'Z') c = (uint16_t)(c - 'A' + 'a');
    if (c == '\\' && (n == 0 || to[n - 1] == '\\')) continue;
    if (n + 1 >= CR_STORE_PATH_MAX) return false;
    to[n++] = c;
  }
  if (n > 0 && to[n - 1] == '\\') n--;
  to[n] = 0;
  return true;
}

const uint16_t *cr_store_name(const uint16_t *path) {
  const uint16_t *name = path;
  for (; *path != 0; path++)
    if (*path == '\\') name = path + 1;
  return name;
}

static bool is_missing(const uint16_t *path) {
  static const char missing[] = "missing";
  const uint16_t *name = cr_store_name(path);
  for (size_t i = 0; i + 1 < sizeof missing; i++)
    if (name[i] != (uint16_t)missing[i]) return false;
  return true;
}

void cr_store_reset(cr_store *store) {
  if (!store->used) return;
  for (unsigned i = 0; i < CR_STORE_FILES_MAX; i++) store->file[i].used = false;
  for (unsigned i = 0; i < CR_STORE_FINDS_MAX; i++) store->find[i].used = false;
  store->used = false;
}

static unsigned known(const cr_store *store, unsigned volume, const uint16_t *path) {
  unsigned i = 0;
  while (i < CR_STORE_FILES_MAX &&
         (!store->file[i].used || store->file[i].volume != volume || store->file[i].deleting ||
          compare(store->file[i].path, path) != 0))
    i++;
  return i;
}

static unsigned slot_new(cr_store *store, unsigned volume, const uint16_t *path) {
  unsigned i = 0;
  while (i < CR_STORE_FILES_MAX && store->file[i].used) i++;
  if (i == CR_STORE_FILES_MAX) return CR_STORE_NONE;
  memset(&store->file[i], 0, sizeof store->file[i]);
  store->used = store->file[i].used = true;
  store->file[i].volume = (uint8_t)volume;
  memcpy(store->file[i].path, path, (length(path) + 1) * sizeof *path);
  return i;
}

/* As one that nobody has made finds it. The volume itself is a folder. */
static void found(cr_stored *f) {
  f->there = true;
  f->folder = f->path[0] == 0;
  f->size = f->kept_size = f->folder ? 0 : CR_STORE_BYTES_MAX;
}

static bool pending_there(const cr_store *store, unsigned volume, const uint16_t *path) {
  for (unsigned i = 0; i < CR_STORE_FILES_MAX; i++)
    if (store->file[i].used && store->file[i].deleting && store->file[i].volume == volume &&
        compare(store->file[i].path, path) == 0)
      return true;
  return false;
}

uint32_t cr_store_open(cr_store *store, unsigned volume, const uint16_t *path, uint32_t disposition,
                       bool shares_delete, unsigned *slot, bool *existed) {
  if (disposition < CREATE_NEW_ || disposition > TRUNCATE_EXISTING_) return INVALID_PARAMETER;
  bool makes = disposition == CREATE_NEW_ || disposition == CREATE_ALWAYS_;
  unsigned i = known(store, volume, path);
  bool must = disposition == OPEN_EXISTING_ || disposition == TRUNCATE_EXISTING_;
  if (pending_there(store, volume, path)) return ACCESS_DENIED;
  if (i == CR_STORE_NONE && must && is_missing(path)) return FILE_NOT_FOUND;
  if (i != CR_STORE_NONE && !store->file[i].there && must) return FILE_NOT_FOUND;
  if (i != CR_STORE_NONE && store->file[i].there && disposition == CREATE_NEW_) return FILE_EXISTS;
  if (i == CR_STORE_NONE) {
    i = slot_new(store, volume, path);
    if (i == CR_STORE_NONE) return NO_SYSTEM_RESOURCES;
    if (!makes && !is_missing(path)) found(&store->file[i]);
  }
  cr_stored *f = &store->file[i];
  if (f->folder && disposition != OPEN_EXISTING_ && disposition != OPEN_ALWAYS_)
    return ACCESS_DENIED;
  *existed = f->there;
  if (!f->there) f->size = f->kept_size = 0;
  f->there = true;
  if (disposition == CREATE_ALWAYS_ || disposition == TRUNCATE_EXISTING_) f->size = 0;
  f->opens++;
  if (!shares_delete) f->unshared++;
  *slot = i;
  return SUCCESS;
}

void cr_store_close(cr_store *store, unsigned slot, bool shares_delete) {
  cr_stored *f = &store->file[slot];
  f->opens--;
  if (!shares_delete) f->unshared--;
  if (!f->deleting || f->opens != 0) return;
  f->deleting = f->there = false;
}

uint32_t cr_store_look(cr_store *store, unsigned volume, const uint16_t *path, unsigned *slot) {
  bool existed;
  uint32_t error = cr_store_open(store, volume, path, OPEN_EXISTING_, true, slot, &existed);
  if (error == SUCCESS) cr_store_close(store, *slot, true);
  return error;
}

static bool is_below(const uint16_t *path, const uint16_t *folder) {
  size_t n = length(folder);
  return n == 0 ? path[0] != 0 : memcmp(path, folder, n * sizeof *path) == 0 && path[n] == '\\';
}

static bool is_empty(const cr_store *store, unsigned volume, const uint16_t *folder) {
  for (unsigned i = 0; i < CR_STORE_FILES_MAX; i++) {
    const cr_stored *f = &store->file[i];
    if (f->used && f->there && f->volume == volume && is_below(f->path, folder)) return false;
  }
  return true;
}

uint32_t cr_store_delete(cr_store *store, unsigned volume, const uint16_t *path, bool folder) {
  unsigned i;
  uint32_t error = cr_store_look(store, volume, path, &i);
  if (error != SUCCESS) return error;
  cr_stored *f = &store->file[i];
  if (f->folder && !folder) return ACCESS_DENIED;
  if (folder && !is_empty(store, volume, path)) return DIR_NOT_EMPTY;
  if (f->unshared != 0) return SHARING_VIOLATION;
  f->deleting = f->opens != 0;
  f->there = f->deleting;
  return SUCCESS;
}

uint32_t cr_store_move(cr_store *store, unsigned volume, const uint16_t *from, const uint16_t *to,
                       bool replace) {
  unsigned i, j = known(store, volume, to);
  uint32_t error = cr_store_look(store, volume, from, &i);
  if (error != SUCCESS) return error;
  cr_stored *f = &store->file[i];
  if (f->folder) return ACCESS_DENIED; /* with all that is in it: not simulated */
  if (f->unshared != 0) return SHARING_VIOLATION;
  if (j == i) return SUCCESS;
  if (j != CR_STORE_NONE && store->file[j].there) {
    if (!replace) return ALREADY_EXISTS;
    if (store->file[j].opens != 0 || store->file[j].folder) return ACCESS_DENIED;
  }
  if (j != CR_STORE_NONE) store->file[j].used = false;
  unsigned gone = slot_new(store, volume, from); /* what is known now: it is not there */
  if (gone == CR_STORE_NONE) return NO_SYSTEM_RESOURCES;
  memcpy(f->path, to, (length(to) + 1) * sizeof *to);
  return SUCCESS;
}

uint32_t cr_store_folder(cr_store *store, unsigned volume, const uint16_t *path) {
  unsigned i = known(store, volume, path);
  if (path[0] == 0 || (i != CR_STORE_NONE && store->file[i].there)) return ALREADY_EXISTS;
  if (i == CR_STORE_NONE) i = slot_new(store, volume, path);
  if (i == CR_STORE_NONE) return NO_SYSTEM_RESOURCES;
  store->file[i].there = store->file[i].folder = true;
  store->file[i].size = store->file[i].kept_size = 0;
  return SUCCESS;
}

/* ---- data ------------------------------------------------------------------------------------ */

uint32_t cr_store_read(const cr_store *store, unsigned slot, uint64_t at, void *to, uint32_t n) {
  const cr_stored *f = &store->file[slot];
  if (at >= f->size) return 0;
  if (n > f->size - at) n = (uint32_t)(f->size - at);
  if (n != 0) memcpy(to, f->data + at, n);
  return n;
}

uint32_t cr_store_cut(cr_store *store, unsigned slot, uint64_t size) {
  cr_stored *f = &store->file[slot];
  if (size > CR_STORE_BYTES_MAX) return DISK_FULL;
  if (size > f->size) memset(f->data + f->size, 0, (size_t)(size - f->size));
  f->size = (uint32_t)size;
  return SUCCESS;
}

uint32_t cr_store_write(cr_store *store, unsigned slot, uint64_t at, const void *from, uint32_t n) {
  cr_stored *f = &store->file[slot];
  if (at > CR_STORE_BYTES_MAX || n > CR_STORE_BYTES_MAX - at) return DISK_FULL;
  if (n == 0) return SUCCESS;
  if (at + n > f->size) cr_store_cut(store, slot, at + n);
  memcpy(f->data + at, from, n);
  return SUCCESS;
}

void cr_store_settle(cr_store *store, unsigned volume, bool lost) {
  for (unsigned i = 0; i < CR_STORE_FILES_MAX; i++) {
    cr_stored *f = &store->file[i];
    if (!f->used || f->volume != volume) continue;
    if (lost) {
      f->size = f->kept_size;
      memcpy(f->data, f->kept, f->size);
    } else {
      f->kept_size = f->size;
      memcpy(f->kept, f->data, f->size);
    }
  }
}

/* ---- listings -------------------------------------------------------------------------------- */

/* `*` any characters, `?` one. */
static bool fits(const uint16_t *pattern, const uint16_t *name) {
  for (; *pattern != 0; pattern++) {
    if (*pattern == '*') {
      for (;; name++) {
        if (fits(pattern + 1, name)) return true;
        if (*name == 0) return false;
      }
    }
    if (*name == 0 || (*pattern != '?' && *pattern != *name)) return false;
    name++;
  }
  return *name == 0;
}

static bool listed(const cr_stored *f, const cr_store_find *find) {
  size_t folder = (size_t)(cr_store_name(find->pattern) - find->pattern);
  return f->used && f->there && f->volume == find->volume && f->path[0] != 0 &&
         cr_store_name(f->path) == f->path + folder &&
         memcmp(f->path, find->pattern, folder * sizeof *f->path) == 0 &&
         fits(find->pattern + folder, f->path + folder);
}

unsigned cr_store_next(const cr_store *store, const cr_store_find *find) {
  for (unsigned i = 0; i < CR_STORE_FILES_MAX; i++) {
    unsigned before = 0;
    if (!listed(&store->file[i], find)) continue;
    for (unsigned j = 0; j < CR_STORE_FILES_MAX; j++)
      before +=
          listed(&store->file[j], find) && compare(store->file[j].path, store->file[i].path) < 0;
    if (before == find->next) return i;
  }
  return CR_STORE_NONE;
}
