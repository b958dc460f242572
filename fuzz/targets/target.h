/* target.h - what the fuzz targets share.
 *
 * A target is one function that takes any bytes. A finding is a crash (a sanitizer's report, an
 * assertion, cr_target_fails), a hang, or memory that grows; an error that the code under test
 * reports as it promises is none. */
#ifndef CR_FUZZ_TARGET_H
#define CR_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "clusrace/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional; called once before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Ends the process as a crash, with the reason on standard error. */
CR_NORETURN void cr_target_fails(const char *format, ...) CR_PRINTF(1, 2);

/* The promise of every parser: after CR_ERR_INPUT exactly one line for people, which names the
 * file. Anything else is a finding. */
void cr_target_error(cr_err err, const cr_errinfo *info, const char *file);

/* A file that only this process has, for parsers that take a path: made at the first call, filled
 * with the bytes at each. Its path stays the same. */
const char *cr_target_file(const void *bytes, size_t n);

/* Takes pieces off the input's front; past its end everything is zero. */
typedef struct cr_target_bytes {
  const uint8_t *at;
  size_t left;
} cr_target_bytes;

uint8_t cr_target_u8(cr_target_bytes *bytes);
uint32_t cr_target_u32(cr_target_bytes *bytes); /* little-endian */
/* At most n bytes; *got says how many. */
const uint8_t *cr_target_take(cr_target_bytes *bytes, size_t n, size_t *got);

#endif
