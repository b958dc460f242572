/* byhand_private.h - what the files byhand*.c share. */
#ifndef CR_HOST_BYHAND_PRIVATE_H
#define CR_HOST_BYHAND_PRIVATE_H

#include "byhand.h"

/* The line on standard error; returns the exit status. */
int cr_byhand_fail(cr_err err, const cr_errinfo *info);
/* Loading has failed: the same, and with --json an object. */
int cr_byhand_cannot_load(const cr_byhand *b, cr_err err, const cr_errinfo *info);
void cr_byhand_print(const cr_buf *text);
/* One replay on one line. same: every repetition gave the same bytes. */
void cr_byhand_row(const cr_byhand *b, const char *name, const cr_trace *observed, bool same);

/* A member of the JSON object that out ends with. */
void cr_byhand_json_text(cr_buf *out, const char *key, const char *text);
void cr_byhand_json_number(cr_buf *out, const char *key, unsigned long long number);
void cr_byhand_json_bool(cr_buf *out, const char *key, bool value);
/* What is unusual about the DLL and what nobody simulates. */
void cr_byhand_json_image(cr_buf *out);

/* Replays it as often as asked for; false when the replays differ. usable: the process can be used
 * again. */
bool cr_byhand_times(const cr_byhand *b, const cr_trace *input, uint32_t flags, cr_trace *observed,
                     bool *usable);

#endif
