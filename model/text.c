/* text.c - see text.h. */
#include "text.h"

#include <stdio.h>
#include <string.h>

/* An empty file has its end in the first line. */
cr_err cr__line_fail(const cr_lines *lines, cr_errinfo *info, const char *format, ...) {
  char reason[400];
  va_list args;
  va_start(args, format);
  vsnprintf(reason, sizeof reason, format, args);
  va_end(args);
  return cr_fail(info, CR_ERR_INPUT, "%s:%u: %s", lines->file,
                 lines->number == 0 ? 1 : lines->number, reason);
}

static cr_err line_split(const cr_lines *lines, cr_line *line, cr_errinfo *info) {
  char *p = line->text;
  line->words_count = 0;
  for (;;) {
    while (*p == ' ' || *p == '\t') p++;
    if (*p == '\0' || *p == '#') return CR_OK;
    if (line->words_count == CR_WORDS_MAX)
      return cr__line_fail(lines, info, "too many words; at most %u are allowed", CR_WORDS_MAX);
    if (*p == '"') {
      line->word[line->words_count++] = ++p;
      p = strchr(p, '"');
      if (p == NULL) return cr__line_fail(lines, info, "a quoted word is not closed; add \"");
      *p++ = '\0';
      if (*p != '\0' && *p != ' ' && *p != '\t')
        return cr__line_fail(lines, info, "a blank is missing after a quoted word");
      continue;
    }
    line->word[line->words_count++] = p;
    while (*p != '\0' && *p != ' ' && *p != '\t' && *p != '"') p++;
    if (*p == '"') /* written again it could not be told from a quoted word */
      return cr__line_fail(lines, info, "a quotation mark inside a word; put a blank before it");
    if (*p != '\0') *p++ = '\0';
  }
}

cr_err cr__line_next(cr_lines *lines, cr_line *line, bool *more, cr_errinfo *info) {
  *more = false;
  while (lines->next < lines->end) {
    const char *start = lines->next;
    const char *stop = memchr(start, '\n', (size_t)(lines->end - start));
    size_t n = stop == NULL ? (size_t)(lines->end - start) : (size_t)(stop - start);
    lines->next = stop == NULL ? lines->end : stop + 1;
    lines->number++;
    if (n > 0 && start[n - 1] == '\r') n--;
    if (n >= CR_LINE_MAX)
      return cr__line_fail(lines, info, "the line is longer than %d characters", CR_LINE_MAX - 1);
    for (size_t i = 0; i < n; i++)
      if ((unsigned char)start[i] < ' ' && start[i] != '\t')
        return cr__line_fail(lines, info, "control character at column %zu; this must be a text",
                             i + 1);
    memcpy(line->text, start, n);
    line->text[n] = '\0';
    line->indented = n > 0 && (start[0] == ' ' || start[0] == '\t');
    line->start = start;
    line->start_len = n;
    cr_err err = line_split(lines, line, info);
    if (err != CR_OK) return err;
    if (line->words_count == 0) continue;
    *more = true;
    return CR_OK;
  }
  return CR_OK;
}

bool cr__parse_u64(const char *word, uint64_t max, uint64_t *value) {
  uint64_t x = 0;
  if (*word == '\0' || (word[0] == '0' && word[1] != '\0')) return false;
  for (; *word != '\0'; word++) {
    if (*word < '0' || *word > '9') return false;
    uint64_t digit = (uint64_t)(*word - '0');
    if (digit > max || x > (max - digit) / 10) return false;
    x = x * 10 + digit;
  }
  *value = x;
  return true;
}

bool cr__parse_digest(const char *word, uint64_t *value) {
  uint64_t x = 0;
  if (strlen(word) != 16) return false;
  for (; *word != '\0'; word++) {
    unsigned digit;
    if (*word >= '0' && *word <= '9')
      digit = (unsigned)(*word - '0');
    else if (*word >= 'a' && *word <= 'f')
      digit = (unsigned)(*word - 'a') + 10;
    else
      return false;
    x = x << 4 | digit;
  }
  *value = x;
  return true;
}
