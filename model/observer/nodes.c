/* nodes.c - the observer on the part "nodes". */
#include "obs.h"

void cr__observe_nodes(const cr__view *w) { (void)w; }
