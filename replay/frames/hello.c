/* hello.c - what a host says of itself when it has started. See clusrace/frame.h. */
#include <string.h>

#include "clusrace/frame.h"

/* A text that others are appended to, as long as they have room. */
typedef struct list {
  char *text;
  size_t used;
  const char *between;
} list;

static void cut(char to[], size_t room, const char *from, size_t n) {
  if (n >= room) n = room - 1;
  memcpy(to, from, n);
  to[n] = '\0';
}

/* What has no room is cut. */
static void add(list *l, const char *text, size_t n) {
  size_t gap = l->used == 0 ? 0 : strlen(l->between);
  if (n == 0 || l->used + gap + 1 >= CR_HELLO_TEXT_MAX) return;
  memcpy(l->text + l->used, l->between, gap);
  cut(l->text + l->used + gap, CR_HELLO_TEXT_MAX - l->used - gap, text, n);
  l->used = strlen(l->text);
}

/* The names of imports: what does not fit any more is said by dots. */
static void add_name(list *l, const char *name, size_t n) {
  enum { NAME_BYTES = 50, DOTS_AT = CR_HELLO_TEXT_MAX - NAME_BYTES - 8 };
  if (l->used < DOTS_AT)
    add(l, name, n < NAME_BYTES ? n : NAME_BYTES);
  else if (l->text[l->used - 1] != '.')
    add(l, "...", 3);
}

static const char *after_last_blank(const char *line, size_t n) {
  const char *at = line + n;
  while (at > line && at[-1] != ' ') at--;
  return at;
}

static bool begins(const char *line, size_t n, const char *key) {
  size_t k = strlen(key);
  return n > k && memcmp(line, key, k) == 0 && line[k] == ' ';
}

static void read_line(cr_hello *hello, list *unseen, list *remarks, const char *line, size_t n) {
  const char *end = line + n;
  if (begins(line, n, "protocol") && hello->protocol[0] == '\0') {
    cut(hello->protocol, sizeof hello->protocol, line + 9, n - 9);
  } else if (begins(line, n, "contract") && hello->contract[0] == '\0') {
    cut(hello->contract, sizeof hello->contract, line + 9, n - 9);
  } else if (begins(line, n, "load") && hello->load[0] == '\0') {
    cut(hello->load, sizeof hello->load, line + 5, n - 5);
  } else if (begins(line, n, "remark")) {
    add(remarks, line + 7, n - 7);
  } else if (begins(line, n, "not-seen")) {
    const char *name = after_last_blank(line, n);
    add_name(unseen, name, (size_t)(end - name));
  }
}

void cr_hello_read(const char *text, size_t n, cr_hello *hello) {
  memset(hello, 0, sizeof *hello);
  list unseen = {hello->unseen, 0, ", "}, remarks = {hello->remarks, 0, "; "};
  for (const char *line = text, *end = text + n; line < end;) {
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    size_t length = (size_t)((feed == NULL ? end : feed) - line), used = length;
    if (used > 0 && line[used - 1] == '\r') used--;
    const char *zero = memchr(line, '\0', used); /* texts go on as strings */
    if (zero != NULL) used = (size_t)(zero - line);
    read_line(hello, &unseen, &remarks, line, used);
    line += length + (feed != NULL);
  }
}
