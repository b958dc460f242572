/* footprint.c - what a step touches. */
#include "private.h"

void cr_footprint_add(cr_footprint *f, uint64_t object, cr_access_mode mode) {
  for (unsigned i = 0; i < f->count; i++) {
    if (f->object[i] != object) continue;
    if (f->mode[i] != mode) f->mode[i] = CR_ACCESS_WRITE;
    return;
  }
  if (f->count == CR_FOOTPRINT_MAX) {
    f->everything = true;
    return;
  }
  f->object[f->count] = object;
  f->mode[f->count++] = (uint8_t)mode;
}

bool cr_footprints_conflict(const cr_footprint *a, const cr_footprint *b) {
  if (a->everything || b->everything) return true;
  for (unsigned i = 0; i < a->count; i++)
    for (unsigned k = 0; k < b->count; k++)
      if (a->object[i] == b->object[k] &&
          (a->mode[i] != b->mode[k] || a->mode[i] == CR_ACCESS_WRITE))
        return true;
  return false;
}
