/* jsons.h - JSON values as all writers need them. Private to reports/. */
#ifndef CR_REPORT_JSONS_H
#define CR_REPORT_JSONS_H

#include <jansson.h>

#include "clusrace/base.h"

/* Text; what is no UTF-8 is replaced. */
json_t *cr__json_text(const char *text);
json_t *cr__json_number(uint64_t value);
/* Sixteen hexadecimal digits. */
json_t *cr__json_digest(uint64_t value);
void cr__json_set(json_t *object, const char *key, json_t *value);
/* Appends root, indented and with sorted keys, and frees it. */
void cr__json_dump(json_t *root, cr_buf *out);
/* The same on one line. */
void cr__json_dump_line(json_t *root, cr_buf *out);

#endif
