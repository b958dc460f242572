/* cube.c - the 2 x 2 x 2 cube: seven corners move, the eighth is held still, which takes the turns
 * of the whole cube out. Quarter turns of three faces, both ways; with option 1 half turns as well.
 */
#include <string.h>

#include "models.h"

enum { CORNERS = 7, FACES = 3 };

typedef struct cube {
  uint8_t corner[CORNERS], twist[CORNERS];
} cube;

/* Where the corner at each place comes from in a quarter turn, and how it is twisted. Places: the
 * top ones front right, front left, back left, back right; then the bottom ones front right, front
 * left, back right. */
static const cube turns[FACES] = {
    {.corner = {3, 0, 1, 2, 4, 5, 6}, .twist = {0}},
    {.corner = {4, 1, 2, 0, 6, 5, 3}, .twist = {2, 0, 0, 1, 1, 0, 2}},
    {.corner = {1, 5, 2, 3, 0, 4, 6}, .twist = {1, 2, 0, 0, 2, 1, 0}},
};

static cube turned(const cube *now, uint32_t face) {
  cube next;
  for (uint32_t i = 0; i < CORNERS; i++) {
    uint8_t from = turns[face].corner[i];
    next.corner[i] = now->corner[from];
    next.twist[i] = (uint8_t)((now->twist[from] + turns[face].twist[i]) % 3);
  }
  return next;
}

static bool initial(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  cube *c = state;
  memset(c, 0, sizeof *c);
  for (uint32_t i = 0; i < CORNERS; i++) c->corner[i] = (uint8_t)i;
  return index == 0;
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  const model_size *size = ctx;
  for (uint32_t face = 0; face < FACES; face++) {
    cube next = *(const cube *)state;
    for (uint32_t quarters = 1; quarters <= 3; quarters++) {
      next = turned(&next, face);
      if (quarters != 2 || size->option == 1) cr_xemit(sink, face * 4 + quarters, &next, 0);
    }
  }
}

cr_xmodel model_cube(model_size *size) {
  return (cr_xmodel){.name = "cube",
                     .state_bytes = sizeof(cube),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors};
}
