/* escape.c - see escape.h. */
#include "escape.h"

#include <string.h>

/* Length of the well-formed UTF-8 sequence at p, 0 when there is none. */
static size_t sequence(const unsigned char *p) {
  if (*p < 0x80) return 1;
  size_t n = *p >= 0xF0 && *p <= 0xF4  ? 4
             : *p >= 0xE0 && *p < 0xF0 ? 3
             : *p >= 0xC2 && *p < 0xE0 ? 2
                                       : 0;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xC0) != 0x80) return 0;
  if (n == 3 && ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F))) return 0;
  if (n == 3 && *p == 0xEF && p[1] == 0xBF && p[2] >= 0xBE) return 0; /* U+FFFE, U+FFFF */
  if (n == 4 && ((*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F))) return 0;
  return n;
}

static void convert(const char *text, bool entities, cr_buf *out) {
  const unsigned char *p = (const unsigned char *)text;
  while (*p != '\0') {
    size_t n = sequence(p);
    const char *entity = NULL;
    if (n == 0 || (*p < ' ' && *p != '\n' && *p != '\t') || *p == 0x7F)
      entity = "\xEF\xBF\xBD";
    else if (entities)
      entity = *p == '&'    ? "&amp;"
               : *p == '<'  ? "&lt;"
               : *p == '>'  ? "&gt;"
               : *p == '"'  ? "&quot;"
               : *p == '\'' ? "&#39;"
                            : NULL;
    if (entity != NULL)
      cr_buf_puts(out, entity);
    else
      cr_buf_add(out, p, n);
    p += n == 0 ? 1 : n;
  }
}

void cr__escape(const char *text, cr_buf *out) { convert(text, true, out); }
void cr__clean(const char *text, cr_buf *out) { convert(text, false, out); }
