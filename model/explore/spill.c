/* spill.c - see spill.h. */
#ifndef _WIN32
#define _GNU_SOURCE /* O_TMPFILE, where there is one */
#endif
#include "spill.h"

#ifdef _WIN32

cr__xspill *cr__xspill_new(const char *folder, cr_errinfo *info) {
  (void)cr_fail(info, CR_ERR_ENVIRONMENT, "%s: states cannot be spilled on this system", folder);
  return NULL;
}

void cr__xspill_free(cr__xspill *spill) { (void)spill; }

void *cr__xspill_chunk(cr__xspill *spill, size_t bytes) {
  (void)spill, (void)bytes;
  return NULL;
}

bool cr__xspill_turn(cr__xspill *spill) {
  (void)spill;
  return false;
}

void cr__xspill_forget(cr__xspill *spill) { (void)spill; }

void *cr__xspill_array(cr__xspill *spill, size_t bytes) {
  (void)spill, (void)bytes;
  return NULL;
}

void cr__xspill_array_free(void *array, size_t bytes) { (void)array, (void)bytes; }

void cr__xspill_array_drop(void *array, size_t from, size_t end) {
  (void)array, (void)from, (void)end;
}

#else

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Extents are few, as a process may have some 65,000 mappings, and small while the run is. */
enum { EXTENT_FIRST = 1 << 20, EXTENT_MAX = 1 << 26, ALIGNMENT = 64 };

typedef struct extent {
  char *map;
  size_t bytes;
} extent;

typedef struct generation {
  int file; /* -1: none */
  extent *list;
  size_t count, cap;
  uint64_t bytes; /* of the file */
  size_t used;    /* of the last extent */
} generation;

struct cr__xspill {
  char *folder;
  generation now, before;
};

/* A file without a name; -1 with errno set. One that never had a name stays behind in no way; not
 * every file system can make it. */
static int file_new(const char *folder) {
  cr_buf name = {0};
#ifdef O_TMPFILE
  int nameless = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (nameless >= 0) return nameless;
#endif
  cr_buf_printf(&name, "%s/clusrace-spill-XXXXXX", folder);
  int file = mkstemp(name.data), reason = errno;
  if (file >= 0) (void)unlink(name.data);
  cr_buf_free(&name);
  errno = reason;
  return file;
}

static bool generation_begin(generation *g, const char *folder) {
  *g = (generation){.file = file_new(folder)};
  return g->file >= 0;
}

static void generation_end(generation *g) {
  for (size_t i = 0; i < g->count; i++) (void)munmap(g->list[i].map, g->list[i].bytes);
  free(g->list);
  if (g->file >= 0) (void)close(g->file);
  *g = (generation){.file = -1};
}

cr__xspill *cr__xspill_new(const char *folder, cr_errinfo *info) {
  cr__xspill *s = cr_alloc(sizeof *s);
  s->before.file = -1;
  if (!generation_begin(&s->now, folder)) {
    (void)cr_fail(info, CR_ERR_ENVIRONMENT, "%s: no file can be made there for the states: %s",
                  folder, strerror(errno));
    free(s);
    return NULL;
  }
  s->folder = cr_strdup(folder);
  return s;
}

void cr__xspill_free(cr__xspill *s) {
  if (s == NULL) return;
  generation_end(&s->now);
  generation_end(&s->before);
  free(s->folder);
  free(s);
}

/* What is full is written out; none of it needs to stay in memory. */
static void cool(const generation *g) {
  if (g->count > 0) (void)msync(g->list[g->count - 1].map, g->list[g->count - 1].bytes, MS_ASYNC);
  for (size_t i = 0; i < g->count; i++)
    (void)madvise(g->list[i].map, g->list[i].bytes, MADV_DONTNEED);
}

/* A signal that is caught, as Ctrl-C, may end the call without a reason. */
static bool allocated(int file, size_t at, size_t bytes) {
  int error;
  do error = posix_fallocate(file, (off_t)at, (off_t)bytes);
  while (error == EINTR);
  return error == 0;
}

static bool extent_add(generation *g) {
  size_t bytes = EXTENT_FIRST;
  while (bytes < EXTENT_MAX && bytes < g->bytes) bytes *= 2;
  if (!allocated(g->file, g->bytes, bytes)) return false;
  void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, g->file, (off_t)g->bytes);
  if (map == MAP_FAILED) return false;
  cool(g);
  if (g->count == g->cap) {
    g->cap = g->cap == 0 ? 16 : g->cap * 2;
    g->list = cr_realloc(g->list, g->cap * sizeof *g->list);
  }
  g->list[g->count++] = (extent){map, bytes};
  g->bytes += bytes;
  g->used = 0;
  return true;
}

void *cr__xspill_chunk(cr__xspill *s, size_t bytes) {
  generation *g = &s->now;
  CR_ASSERT(bytes <= EXTENT_FIRST);
  bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (g->count == 0 || g->list[g->count - 1].bytes - g->used < bytes)
    if (!extent_add(g)) return NULL;
  void *chunk = g->list[g->count - 1].map + g->used;
  g->used += bytes;
  return chunk;
}

bool cr__xspill_turn(cr__xspill *s) {
  generation next;
  if (!generation_begin(&next, s->folder)) return false;
  generation_end(&s->before);
  s->before = s->now;
  s->now = next;
  return true;
}

void cr__xspill_forget(cr__xspill *s) { generation_end(&s->before); }

/* ---- arrays ---------------------------------------------------------------------------------- */

void *cr__xspill_array(cr__xspill *s, size_t bytes) {
  int file = bytes > SIZE_MAX / 2 ? -1 : file_new(s->folder);
  if (file < 0) return NULL;
  void *map = MAP_FAILED;
  if (allocated(file, 0, bytes))
    map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  (void)close(file); /* the mapping keeps it */
  if (map == MAP_FAILED) return NULL;
  (void)madvise(map, bytes, MADV_RANDOM);
  return map;
}

void cr__xspill_array_free(void *array, size_t bytes) {
  if (array != NULL) (void)munmap(array, bytes);
}

void cr__xspill_array_drop(void *array, size_t from, size_t end) {
#ifdef MADV_REMOVE
  size_t page = (size_t)sysconf(_SC_PAGESIZE), first = (from + page - 1) / page * page;
  size_t last = end / page * page;
  if (first < last) (void)madvise((char *)array + first, last - first, MADV_REMOVE);
#else
  (void)array, (void)from, (void)end;
#endif
}

#endif
