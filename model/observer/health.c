/* health.c - the observer on the part "health". */
#include "obs.h"

void cr__observe_health(const cr__view *w) { (void)w; }
