/* loading.c - the observer on the part "loading". */
#include "obs.h"

void cr__observe_loading(const cr__view *w) { (void)w; }
