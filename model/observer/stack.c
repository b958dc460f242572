/* stack.c - the observer on the part "stack". */
#include "obs.h"

void cr__observe_stack(const cr__view *w) { (void)w; }
