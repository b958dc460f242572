/* hanoi.c - the towers of Hanoi (Lucas, 1883): the peg of each disc, the smallest disc first. */
#include <string.h>

#include "models.h"

enum { PEGS = 3 };

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  memset(state, 0, size->n);
  return index == 0;
}

static uint32_t top_disc(const unsigned char *pegs, uint32_t n, uint32_t peg) {
  for (uint32_t disc = 0; disc < n; disc++)
    if (pegs[disc] == peg) return disc;
  return n;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t from = 0; from < PEGS; from++) {
    uint32_t disc = top_disc(state, size->n, from);
    for (uint32_t to = 0; to < PEGS; to++) {
      if (disc >= top_disc(state, size->n, to)) continue;
      unsigned char next[MODEL_N_MAX];
      memcpy(next, state, size->n);
      next[disc] = (unsigned char)to;
      cr_xemit(sink, from * PEGS + to, next, 0);
    }
  }
}

cr_xmodel model_hanoi(model_size *size) {
  return (cr_xmodel){.name = "hanoi",
                     .state_bytes = size->n,
                     .ctx = size,
                     .initial = initial,
                     .successors = successors};
}
