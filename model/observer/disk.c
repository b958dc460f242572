/* disk.c - the observer on the part "disk". */
#include "obs.h"

void cr__observe_disk(const cr__view *w) { (void)w; }
