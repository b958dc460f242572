/* target.c - see target.h. */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void cr_target_fails(const char *format, ...) {
  va_list args;
  fputs("FINDING: ", stderr);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  abort();
}

void cr_target_error(cr_err err, const cr_errinfo *info, const char *file) {
  if (err == CR_OK) return;
  if (err != CR_ERR_INPUT) cr_target_fails("error %d, not one of the input: %s", err, info->text);
  size_t n = strnlen(info->text, sizeof info->text);
  if (n == 0 || n == sizeof info->text) cr_target_fails("an error without a message");
  if (strstr(info->text, file) == NULL)
    cr_target_fails("the message does not say where: %s", info->text);
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)info->text[i] < ' ' || info->text[i] == 0x7F)
      cr_target_fails("a control character (%u) in the message: %s",
                      (unsigned)(unsigned char)info->text[i], info->text);
}

const char *cr_target_file(const void *bytes, size_t n) {
  static char path[64];
  static int file = -1;
  if (file < 0) {
    file = memfd_create("input", 0);
    if (file < 0) cr_target_fails("no file in memory can be made");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  }
  if (ftruncate(file, 0) != 0 || pwrite(file, bytes, n, 0) != (ssize_t)n)
    cr_target_fails("the file in memory cannot be written");
  return path;
}

uint8_t cr_target_u8(cr_target_bytes *b) {
  if (b->left == 0) return 0;
  b->left--;
  return *b->at++;
}

uint32_t cr_target_u32(cr_target_bytes *b) {
  uint32_t value = 0;
  for (unsigned i = 0; i < 4; i++) value |= (uint32_t)cr_target_u8(b) << (8 * i);
  return value;
}

const uint8_t *cr_target_take(cr_target_bytes *b, size_t n, size_t *got) {
  const uint8_t *from = b->at;
  *got = n < b->left ? n : b->left;
  b->at += *got;
  b->left -= *got;
  return from;
}
