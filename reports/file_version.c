/* file_version.c - the version that a PE file says it has: VS_FIXEDFILEINFO of its resources. */
#include <string.h>

#include "clusrace/conformance.h"

static uint32_t word(const unsigned char *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The structure lies behind its key, aligned to four bytes; its signature tells it. The directory
 * of resources need not be walked for that: the key stands nowhere else. */
void cr_conform_file_version(const void *bytes, size_t n, cr_buf *out) {
  static const unsigned char key[] = "V\0S\0_\0V\0E\0R\0S\0I\0O\0N\0_\0I\0N\0F\0O\0";
  enum { GAP = 8, SIGNATURE_AT = 0, HIGH_AT = 8, LOW_AT = 12, NEEDED = 16 };
  const unsigned char *p = bytes;
  if (n < 2 || memcmp(p, "MZ", 2) != 0) return;
  for (size_t i = 0; i + sizeof key + GAP + NEEDED <= n; i++) {
    if (p[i] != 'V' || memcmp(p + i, key, sizeof key) != 0) continue;
    for (size_t gap = 0; gap < GAP; gap++) {
      const unsigned char *info = p + i + sizeof key + gap;
      if (word(info + SIGNATURE_AT) != 0xFEEF04BDu) continue;
      uint32_t high = word(info + HIGH_AT), low = word(info + LOW_AT);
      cr_buf_printf(out, "%u.%u.%u.%u", high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF);
      return;
    }
  }
}
