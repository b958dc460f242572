/* base.c - see clusrace/base.h. */
#include "clusrace/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <sys/stat.h>
#endif

void cr_assert_failed(const char *condition, const char *file, int line) {
  fprintf(stderr, "clusrace: internal error: %s:%d: %s\n", file, line, condition);
  fflush(NULL);
#if defined(FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION)
  abort();
#else
  _Exit(CR_EXIT_INTERNAL);
#endif
}

/* What is quoted may come from a file that anybody has made: one line, and nothing that a terminal
 * takes for an order. */
static void make_one_line(char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < ' ' || *text == 0x7F) *text = '?';
}

cr_err cr_fail(cr_errinfo *info, cr_err err, const char *format, ...) {
  if (info != NULL) {
    va_list args;
    va_start(args, format);
    vsnprintf(info->text, sizeof info->text, format, args);
    va_end(args);
    make_one_line(info->text);
  }
  return err;
}

void *cr_alloc(size_t bytes) {
  void *p = calloc(1, bytes == 0 ? 1 : bytes);
  CR_ASSERT(p != NULL);
  return p;
}

void *cr_realloc(void *old, size_t bytes) {
  void *p = realloc(old, bytes == 0 ? 1 : bytes);
  CR_ASSERT(p != NULL);
  return p;
}

char *cr_strdup(const char *text) {
  size_t n = strlen(text) + 1;
  char *copy = cr_alloc(n);
  memcpy(copy, text, n);
  return copy;
}

void cr_buf_free(cr_buf *buf) {
  free(buf->data);
  *buf = (cr_buf){0};
}

void cr_buf_clear(cr_buf *buf) {
  buf->len = 0;
  if (buf->data != NULL) buf->data[0] = '\0';
}

static void buf_reserve(cr_buf *buf, size_t more) {
  CR_ASSERT(more < SIZE_MAX / 4);
  if (buf->len + more + 1 <= buf->cap) return;
  size_t cap = buf->cap < 256 ? 256 : buf->cap;
  while (cap < buf->len + more + 1) cap *= 2;
  buf->data = cr_realloc(buf->data, cap);
  buf->cap = cap;
}

void cr_buf_add(cr_buf *buf, const void *bytes, size_t n) {
  buf_reserve(buf, n);
  CR_ASSERT(buf->data != NULL);
  if (n != 0) memcpy(buf->data + buf->len, bytes, n);
  buf->len += n;
  buf->data[buf->len] = '\0';
}

void cr_buf_puts(cr_buf *buf, const char *text) { cr_buf_add(buf, text, strlen(text)); }

void cr_buf_putc(cr_buf *buf, char c) { cr_buf_add(buf, &c, 1); }

void cr_buf_printf(cr_buf *buf, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  CR_ASSERT(n >= 0);
  buf_reserve(buf, (size_t)n);
  vsnprintf(buf->data + buf->len, (size_t)n + 1, format, again);
  va_end(again);
  buf->len += (size_t)n;
}

uint64_t cr_digest(const void *bytes, size_t n) { return XXH3_64bits(bytes, n); }

uint64_t cr_digest_seeded(const void *bytes, size_t n, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, n, seed);
}

cr_err cr_file_read(const char *path, size_t max_bytes, cr_buf *buf, cr_errinfo *info) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return cr_fail(info, CR_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
  cr_err err = CR_OK;
  char chunk[16384];
  size_t total = 0;
  for (;;) {
    size_t n = fread(chunk, 1, sizeof chunk, file);
    if (n == 0) break;
    total += n;
    if (total > max_bytes) {
      err = cr_fail(info, CR_ERR_INPUT, "%s: larger than the limit of %zu bytes", path, max_bytes);
      break;
    }
    cr_buf_add(buf, chunk, n);
  }
  if (err == CR_OK && ferror(file))
    err = cr_fail(info, CR_ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
  fclose(file);
  if (err == CR_OK && buf->data == NULL) cr_buf_add(buf, "", 0);
  return err;
}

/* A device or a pipe is written to: a file put in its place would take it from everybody. */
static bool is_written_in_place(const char *path) {
#ifdef _WIN32
  (void)path;
  return false;
#else
  struct stat status;
  return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
#endif
}

cr_err cr_file_write(const char *path, const void *bytes, size_t n, cr_errinfo *info) {
  bool in_place = is_written_in_place(path);
  cr_buf temporary = {0};
  cr_buf_printf(&temporary, in_place ? "%s" : "%s.tmp", path);
  FILE *file = fopen(temporary.data, "wb");
  if (file == NULL) {
    cr_buf_free(&temporary);
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written: %s", path, strerror(errno));
  }
  bool good = n == 0 || fwrite(bytes, 1, n, file) == n;
  int reason = errno;
  if (fclose(file) != 0 && good) {
    good = false;
    reason = errno;
  }
#ifdef _WIN32
  if (good && !MoveFileExA(temporary.data, path, MOVEFILE_REPLACE_EXISTING)) {
    good = false;
    reason = EACCES;
  }
#else
  if (good && !in_place && rename(temporary.data, path) != 0) {
    good = false;
    reason = errno;
  }
#endif
  cr_err err = CR_OK;
  if (!good) {
    if (!in_place) remove(temporary.data);
    err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written: %s", path, strerror(reason));
  }
  cr_buf_free(&temporary);
  return err;
}

static uint64_t splitmix64(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

void cr_rng_seed(cr_rng *rng, uint64_t seed) {
  for (size_t i = 0; i < CR_ARRAY_LEN(rng->s); i++) rng->s[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t cr_rng_next(cr_rng *rng) {
  uint64_t *s = rng->s;
  uint64_t result = rotate_left(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 45);
  return result;
}

uint32_t cr_rng_below(cr_rng *rng, uint32_t bound) {
  CR_ASSERT(bound > 0);
  uint32_t reject = (uint32_t)(0u - bound) % bound;
  for (;;) {
    uint32_t x = (uint32_t)(cr_rng_next(rng) >> 32);
    if (x >= reject) return x % bound;
  }
}
