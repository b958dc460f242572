/* base.h - what every folder stands on: errors, assertions, buffers, digests, random numbers.
 *
 * Errors come in three kinds that are never mixed: our own bug is CR_ASSERT; trouble with the world
 * or with what the user gave is a cr_err with a cr_errinfo; a finding about a DLL or a model is a
 * cr_verdict (trace.h).
 *
 * Threads  everything here is re-entrant; there is no global state.
 * Portable C17 without POSIX: the PE host links it.
 */
#ifndef CLUSRACE_BASE_H
#define CLUSRACE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#if defined(__MINGW32__)
#define CR_PRINTF(fmt, first) __attribute__((format(gnu_printf, fmt, first)))
#else
#define CR_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#endif
#define CR_WARN_UNUSED __attribute__((warn_unused_result))
#define CR_NORETURN __attribute__((noreturn))
#else
#define CR_PRINTF(fmt, first)
#define CR_WARN_UNUSED
#define CR_NORETURN
#endif

#define CR_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* ---- assertions ------------------------------------------------------------------------------ */

/* Prints "clusrace: internal error: FILE:LINE: CONDITION" on stderr and ends the process with
 * CR_EXIT_INTERNAL. Active in every build. */
CR_NORETURN void cr_assert_failed(const char *condition, const char *file, int line);
#define CR_ASSERT(cond) ((cond) ? (void)0 : cr_assert_failed(#cond, __FILE__, __LINE__))

/* ---- exit statuses --------------------------------------------------------------------------- */

/* Exit statuses of the clusrace command and of clusrace-host; documented in docs/cli.md. */
typedef enum cr_exit {
  CR_EXIT_OK = 0,          /* complete and clean */
  CR_EXIT_USAGE = 1,       /* unknown flag, missing argument */
  CR_EXIT_INPUT = 2,       /* a file given by the user is broken */
  CR_EXIT_ENVIRONMENT = 3, /* something this machine lacks or refuses */
  CR_EXIT_SAFETY = 10,     /* a safety clause is violated, or a deadlock of the model */
  CR_EXIT_LIVENESS = 11,   /* a liveness clause is violated */
  CR_EXIT_DIVERGED = 12,   /* the subject did what the trace does not say */
  CR_EXIT_NONDET = 13,     /* two runs of one schedule differ */
  CR_EXIT_CRASH = 14,      /* the subject crashed, hung or deadlocked */
  CR_EXIT_BOUNDED = 20,    /* clean as far as it went, but stopped at a bound */
  CR_EXIT_INTERNAL = 70    /* a bug of clusrace */
} cr_exit;

/* ---- errors ---------------------------------------------------------------------------------- */

typedef enum cr_err {
  CR_OK = 0,
  CR_ERR_INPUT = 2,      /* maps to CR_EXIT_INPUT */
  CR_ERR_ENVIRONMENT = 3 /* maps to CR_EXIT_ENVIRONMENT */
} cr_err;

/* The one line that the user sees. Filled by the function that fails. */
typedef struct cr_errinfo {
  char text[512];
} cr_errinfo;

/* Formats the message into info (cut at its size, control characters replaced by "?", NULL allowed)
 * and returns err, so that a failing function can end with
 * `return cr_fail(info, CR_ERR_INPUT, "%s:%u: ...", ...)`. */
cr_err cr_fail(cr_errinfo *info, cr_err err, const char *format, ...) CR_PRINTF(3, 4);

/* ---- growable text --------------------------------------------------------------------------- */

/* A growable byte string, always NUL-terminated once anything was added. Zero-initialise it; free
 * it with cr_buf_free. Running out of memory ends the process through CR_ASSERT. */
typedef struct cr_buf {
  char *data;
  size_t len, cap;
} cr_buf;

void cr_buf_free(cr_buf *buf);
void cr_buf_clear(cr_buf *buf); /* keeps the memory */
void cr_buf_add(cr_buf *buf, const void *bytes, size_t n);
void cr_buf_puts(cr_buf *buf, const char *text);
void cr_buf_putc(cr_buf *buf, char c);
void cr_buf_printf(cr_buf *buf, const char *format, ...) CR_PRINTF(2, 3);

/* Allocation that does not return NULL: ends the process through CR_ASSERT. */
void *cr_alloc(size_t bytes);              /* zeroed */
void *cr_realloc(void *old, size_t bytes); /* the new part is not zeroed */
char *cr_strdup(const char *text);

/* ---- digests --------------------------------------------------------------------------------- */

/* XXH3, 64 bits, seed 0: the same on every machine. Not for security. */
uint64_t cr_digest(const void *bytes, size_t n);
uint64_t cr_digest_seeded(const void *bytes, size_t n, uint64_t seed);

/* ---- files ------------------------------------------------------------------------------------
 */

/* Reads a whole file into buf (appending). Fails with CR_ERR_INPUT when it cannot be read or is
 * larger than max_bytes; the message names the file. */
CR_WARN_UNUSED cr_err cr_file_read(const char *path, size_t max_bytes, cr_buf *buf,
                                   cr_errinfo *info);
/* Writes a whole file so that a reader sees either the old content or all of the new one (temporary
 * file beside it, then rename); a device or a pipe is written to as it is. Fails with
 * CR_ERR_ENVIRONMENT. */
CR_WARN_UNUSED cr_err cr_file_write(const char *path, const void *bytes, size_t n,
                                    cr_errinfo *info);

/* ---- random numbers -------------------------------------------------------------------------- */

/* xoshiro256** (Blackman and Vigna, public domain algorithm), seeded by splitmix64. Integers only.
 */
typedef struct cr_rng {
  uint64_t s[4];
} cr_rng;

void cr_rng_seed(cr_rng *rng, uint64_t seed);
uint64_t cr_rng_next(cr_rng *rng);
/* Uniform in 0..bound-1 without bias; bound > 0. */
uint32_t cr_rng_below(cr_rng *rng, uint32_t bound);

#endif
