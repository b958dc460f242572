/* controls.c - the observer on the part "controls". */
#include "obs.h"

void cr__observe_controls(const cr__view *w) { (void)w; }
