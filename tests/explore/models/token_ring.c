/* token_ring.c - self-stabilising token ring (Dijkstra, EWD 426, 1974), every assignment of the
 * counters being initial. A node may move when its counter differs from its left neighbour's, node
 * 0 when it equals the last one's.
 */
#include <string.h>

#include "models.h"

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  unsigned char *counters = state;
  for (uint32_t i = 0; i < size->n; i++, index /= size->option)
    counters[i] = (unsigned char)(index % size->option);
  return index == 0;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  const unsigned char *now = state;
  unsigned char next[MODEL_N_MAX];
  unsigned char last = now[size->n - 1];
  if (now[0] == last) {
    memcpy(next, now, size->n);
    next[0] = (unsigned char)((last + 1u) % size->option);
    cr_xemit(sink, 0, next, 0);
  }
  for (uint32_t i = 1; i < size->n; i++) {
    if (now[i] == now[i - 1]) continue;
    memcpy(next, now, size->n);
    next[i] = now[i - 1];
    cr_xemit(sink, i, next, 0);
  }
}

cr_xmodel model_token_ring(model_size *size) {
  return (cr_xmodel){.name = "token_ring",
                     .state_bytes = size->n,
                     .ctx = size,
                     .initial = initial,
                     .successors = successors};
}
