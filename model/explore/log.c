/* log.c - see log.h. */
#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L
#endif
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <io.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

/* A slot lies in a sector of its own: the disk writes it whole or not at all. */
enum { SLOT_FIRST = 512, SLOT_STRIDE = 512, RECORDS_FIRST = 4096 };
static const char HEADING[] = "clusrace checkpoint, format 2\n";

typedef struct slot {
  uint64_t order; /* tells a machine that stores bytes in another order */
  uint64_t sequence, length, chain;
  uint64_t digest; /* of what is before */
} slot;
static const uint64_t ORDER = UINT64_C(0x0102030405060708);

typedef struct record_head {
  uint32_t kind, length;
  uint64_t digest;
} record_head;

struct cr__xlog {
  char *path, *temporary; /* temporary: its name until the first commit */
  FILE *file;
  slot committed;
  uint64_t at, chain; /* where the next record is, and the digest of the one before */
};

/* ---- the platform ---------------------------------------------------------------------------- */

static bool seek(FILE *file, uint64_t at) {
#ifdef _WIN32
  return _fseeki64(file, (long long)at, SEEK_SET) == 0;
#else
  return fseeko(file, (off_t)at, SEEK_SET) == 0;
#endif
}

static bool sync_file(FILE *file) {
  if (fflush(file) != 0) return false;
#ifdef _WIN32
  return _commit(_fileno(file)) == 0;
#else
  return fsync(fileno(file)) == 0;
#endif
}

/* Two runs that write to one file would spoil it. */
static bool lock_file(FILE *file) {
#ifdef _WIN32
  (void)file;
  return true;
#else
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fileno(file), F_SETLK, &whole) == 0 || (errno != EACCES && errno != EAGAIN);
#endif
}

/* A new name lasts when its folder does. Some file systems cannot sync one; then it is their word.
 */
static void sync_folder(const char *path) {
#ifdef _WIN32
  (void)path;
#else
  const char *slash = strrchr(path, '/');
  char *folder = cr_strdup(slash == NULL ? "." : path);
  if (slash != NULL) folder[slash == path ? 1 : slash - path] = '\0';
  int fd = open(folder, O_RDONLY);
  free(folder);
  if (fd < 0) return;
  (void)fsync(fd);
  (void)close(fd);
#endif
}

static bool exists(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file != NULL) fclose(file);
  return file != NULL;
}

/* ---- opening --------------------------------------------------------------------------------- */

static cr_err cannot(const cr__xlog *log, const char *what, cr_errinfo *info) {
  return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be %s: %s", log->path, what,
                 strerror(errno));
}

static cr__xlog *log_new(const char *path) {
  cr__xlog *log = cr_alloc(sizeof *log);
  log->path = cr_strdup(path);
  log->at = RECORDS_FIRST;
  log->committed = (slot){.order = ORDER, .length = RECORDS_FIRST};
  return log;
}

void cr__xlog_free(cr__xlog *log) {
  if (log == NULL) return;
  if (log->temporary != NULL && log->file != NULL) remove(log->temporary);
  if (log->file != NULL) fclose(log->file);
  free(log->temporary);
  free(log->path);
  free(log);
}

static cr_err lock_log(const cr__xlog *log, cr_errinfo *info) {
  if (lock_file(log->file)) return CR_OK;
  return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: another run is writing to it", log->path);
}

/* The heading and two empty slots. */
static bool head_write(FILE *file) {
  char head[RECORDS_FIRST] = {0};
  memcpy(head, HEADING, sizeof HEADING - 1);
  return fwrite(head, 1, sizeof head, file) == sizeof head;
}

cr_err cr__xlog_create(const char *path, cr__xlog **to, cr_errinfo *info) {
  *to = NULL;
  if (exists(path))
    return cr_fail(info, CR_ERR_INPUT,
                   "%s: there is a file already; resume it, remove it, or name another", path);
  cr__xlog *log = log_new(path);
  cr_buf name = {0};
  cr_buf_printf(&name, "%s.new", path);
  log->temporary = name.data;
  /* Another run's is not emptied before it is known that it is not in use. */
  FILE *made = fopen(log->temporary, "ab");
  if (made != NULL) fclose(made);
  log->file = made == NULL ? NULL : fopen(log->temporary, "r+b");
  cr_err err = CR_OK;
  if (log->file == NULL)
    err = cannot(log, "written", info);
  else if ((err = lock_log(log, info)) == CR_OK && !head_write(log->file))
    err = cannot(log, "written", info);
  else if (err != CR_OK) { /* it is the other run's */
    fclose(log->file);
    log->file = NULL;
  }
  if (err == CR_OK)
    *to = log;
  else
    cr__xlog_free(log);
  return err;
}

static uint64_t slot_digest(const slot *s) { return cr_digest(s, offsetof(slot, digest)); }

static bool slot_read(FILE *file, unsigned number, slot *s) {
  return seek(file, SLOT_FIRST + (uint64_t)number * SLOT_STRIDE) &&
         fread(s, sizeof *s, 1, file) == 1 && s->digest == slot_digest(s) && s->order == ORDER;
}

static cr_err broken(const cr__xlog *log, const char *what, cr_errinfo *info) {
  return cr_fail(info, CR_ERR_INPUT, "%s: %s; use another checkpoint, or begin anew", log->path,
                 what);
}

static cr_err slots_read(cr__xlog *log, cr_errinfo *info) {
  char heading[sizeof HEADING] = {0};
  if (fread(heading, 1, sizeof HEADING - 1, log->file) != sizeof HEADING - 1 ||
      memcmp(heading, HEADING, sizeof HEADING - 1) != 0)
    return broken(log, "it is no checkpoint of this version", info);
  slot s;
  for (unsigned i = 0; i < 2; i++)
    if (slot_read(log->file, i, &s) && s.sequence > log->committed.sequence) log->committed = s;
  if (log->committed.sequence == 0) return broken(log, "its header is damaged", info);
  return seek(log->file, RECORDS_FIRST) ? CR_OK : cannot(log, "read", info);
}

cr_err cr__xlog_open(const char *path, cr__xlog **to, cr_errinfo *info) {
  *to = NULL;
  cr__xlog *log = log_new(path);
  log->file = fopen(path, "rb");
  cr_err err = log->file == NULL
                   ? cr_fail(info, CR_ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno))
                   : slots_read(log, info);
  if (err == CR_OK)
    *to = log;
  else
    cr__xlog_free(log);
  return err;
}

/* ---- records --------------------------------------------------------------------------------- */

static uint64_t record_digest(uint64_t chain, uint32_t kind, const void *bytes, size_t length) {
  uint64_t head[3] = {chain, kind, length};
  return cr_digest_seeded(bytes, length, cr_digest(head, sizeof head));
}

cr_err cr__xlog_next(cr__xlog *log, uint32_t *kind, cr_buf *bytes, cr_errinfo *info) {
  record_head head;
  *kind = 0;
  cr_buf_clear(bytes);
  if (log->at == log->committed.length)
    return log->chain == log->committed.chain ? CR_OK : broken(log, "it is damaged", info);
  if (fread(&head, sizeof head, 1, log->file) != 1) return broken(log, "its end is missing", info);
  if (head.length > CR__XRECORD_BYTES_MAX ||
      head.length + sizeof head > log->committed.length - log->at)
    return broken(log, "it is damaged", info);
  if (bytes->cap <= head.length) {
    bytes->cap = (size_t)head.length + 1;
    bytes->data = cr_realloc(bytes->data, bytes->cap);
  }
  if (fread(bytes->data, 1, head.length, log->file) != head.length)
    return broken(log, "its end is missing", info);
  bytes->len = head.length;
  bytes->data[head.length] = '\0';
  if (head.kind == 0 ||
      head.digest != record_digest(log->chain, head.kind, bytes->data, head.length))
    return broken(log, "it is damaged", info);
  log->chain = head.digest;
  log->at += sizeof head + head.length;
  *kind = head.kind;
  return CR_OK;
}

cr_err cr__xlog_continue(cr__xlog *log, cr_errinfo *info) {
  CR_ASSERT(log->at == log->committed.length);
  fclose(log->file);
  log->file = fopen(log->path, "r+b");
  if (log->file == NULL) return cannot(log, "written", info);
  return lock_log(log, info);
}

cr_err cr__xlog_put(cr__xlog *log, uint32_t kind, const cr_buf *bytes, cr_errinfo *info) {
  CR_ASSERT(kind != 0 && bytes->len <= CR__XRECORD_BYTES_MAX);
  record_head head = {kind, (uint32_t)bytes->len,
                      record_digest(log->chain, kind, bytes->data, bytes->len)};
  bool begins = log->at == log->committed.length && log->chain == log->committed.chain;
  if ((begins && !seek(log->file, log->at)) || fwrite(&head, sizeof head, 1, log->file) != 1 ||
      fwrite(bytes->data, 1, bytes->len, log->file) != bytes->len)
    return cannot(log, "written", info);
  log->at += sizeof head + bytes->len;
  log->chain = head.digest;
  return CR_OK;
}

void cr__xlog_back(cr__xlog *log) {
  clearerr(log->file);
  log->at = log->committed.length;
  log->chain = log->committed.chain;
}

cr_err cr__xlog_commit(cr__xlog *log, cr_errinfo *info) {
  slot s = {ORDER, log->committed.sequence + 1, log->at, log->chain, 0};
  s.digest = slot_digest(&s);
  uint64_t place = SLOT_FIRST + s.sequence % 2 * SLOT_STRIDE;
  if (!sync_file(log->file) || !seek(log->file, place) || fwrite(&s, sizeof s, 1, log->file) != 1 ||
      !sync_file(log->file))
    return cannot(log, "written", info);
  if (log->temporary != NULL) {
    if (exists(log->path))
      return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: another file has taken its name", log->path);
    if (rename(log->temporary, log->path) != 0) return cannot(log, "written", info);
    free(log->temporary);
    log->temporary = NULL;
    sync_folder(log->path);
  }
  log->committed = s;
  return CR_OK;
}
