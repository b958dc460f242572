/* text.h - lines and words of our own text formats (scenario, trace). Private to model/. */
#ifndef CR_MODEL_TEXT_H
#define CR_MODEL_TEXT_H

#include "clusrace/base.h"

enum { CR_WORDS_MAX = 128, CR_LINE_MAX = 1024 };

/* A text being read line by line. */
typedef struct cr_lines {
  const char *next, *end;
  const char *file;
  unsigned number; /* of the line that was read last */
} cr_lines;

/* One line cut into words: separated by blanks; "quoted" words may hold blanks (no escapes); `#`
 * outside quotes starts a comment. indented: the line began with a blank. */
typedef struct cr_line {
  char text[CR_LINE_MAX];
  char *word[CR_WORDS_MAX];
  unsigned words_count;
  bool indented;
  const char *start; /* the raw line within the source, for `rest of the line` fields */
  size_t start_len;
} cr_line;

/* Reads the next line that is not empty. *more is false at the end. Fails with CR_ERR_INPUT for a
 * line that is too long, has too many words, a control character or an open quote. */
CR_WARN_UNUSED cr_err cr__line_next(cr_lines *lines, cr_line *line, bool *more, cr_errinfo *info);

/* "FILE:LINE: reason" as a CR_ERR_INPUT. */
cr_err cr__line_fail(const cr_lines *lines, cr_errinfo *info, const char *format, ...)
    CR_PRINTF(3, 4);

/* Strict numbers: the whole word, no sign, no blanks; false when it is none or above max. */
bool cr__parse_u64(const char *word, uint64_t max, uint64_t *value);
/* Exactly 16 lower-case hexadecimal digits. */
bool cr__parse_digest(const char *word, uint64_t *value);

#endif
