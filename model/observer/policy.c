/* policy.c - the observer on the part "policy". */
#include "obs.h"

void cr__observe_policy(const cr__view *w) { (void)w; }
