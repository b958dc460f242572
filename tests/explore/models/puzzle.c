/* puzzle.c - the sliding puzzle of n x n squares with one hole (0); labels: 0 the hole goes up, 1
 * down, 2 left, 3 right.
 */
#include <string.h>

#include "models.h"

static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  unsigned char *board = state;
  for (uint32_t i = 0; i < size->n * size->n; i++) board[i] = (unsigned char)i;
  return index == 0;
}

static void slide(const unsigned char *now, uint32_t squares, uint32_t hole, uint32_t other,
                  cr_xsink *sink, uint32_t label) {
  unsigned char next[MODEL_N_MAX * MODEL_N_MAX];
  memcpy(next, now, squares);
  next[hole] = now[other];
  next[other] = 0;
  cr_xemit(sink, label, next, 0);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  const unsigned char *now = state;
  uint32_t n = size->n, squares = n * n, hole = 0;
  while (now[hole] != 0) hole++;
  if (hole >= n) slide(now, squares, hole, hole - n, sink, 0);
  if (hole < squares - n) slide(now, squares, hole, hole + n, sink, 1);
  if (hole % n != 0) slide(now, squares, hole, hole - 1, sink, 2);
  if (hole % n != n - 1) slide(now, squares, hole, hole + 1, sink, 3);
}

cr_xmodel model_puzzle(model_size *size) {
  return (cr_xmodel){.name = "puzzle",
                     .state_bytes = (size_t)size->n * size->n,
                     .ctx = size,
                     .initial = initial,
                     .successors = successors};
}
