/* inside.c - the observer on the part "inside". */
#include "obs.h"

void cr__observe_inside(const cr__view *w) { (void)w; }
