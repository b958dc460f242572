/* escape.h - text inside HTML, SVG and XML. Private to reports/. */
#ifndef CR_REPORT_ESCAPE_H
#define CR_REPORT_ESCAPE_H

#include "clusrace/base.h"

/* Appends text with & < > " ' as entities; control characters and bytes that are no UTF-8 become
 * U+FFFD, so that the result is well-formed whatever came in. */
void cr__escape(const char *text, cr_buf *out);
/* The text made valid in the same way but without entities, for writers that escape by themselves.
 */
void cr__clean(const char *text, cr_buf *out);

#endif
