/* removal.c - the observer on the part "removal". */
#include "obs.h"

void cr__observe_removal(const cr__view *w) { (void)w; }
