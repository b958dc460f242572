/* coffee_can.c - Scholten's coffee can (Gries, "The Science of Programming", 1981, chapter 13): of
 * a can with black and white beans two are drawn; when equal, a black one goes back in, else the
 * white one does. Every can of at most option beans is initial, and the last bean steps to the same
 * state, as in CoffeeCan of the TLA+ examples. So the states are the option * (option + 3) / 2
 * cans.
 */
#include "models.h"

typedef struct can {
  uint16_t black, white;
} can;

enum { BOTH_BLACK, BOTH_WHITE, DIFFERENT, LAST };

/* Cans of 1, 2, ... beans, and among these by the white ones. */
static bool initial(void *ctx, uint32_t index, void *state) {
  const model_size *size = ctx;
  uint32_t beans = 1;
  while (index > beans) index -= ++beans; /* there are beans + 1 cans of so many */
  *(can *)state = (can){(uint16_t)(beans - index), (uint16_t)index};
  return beans <= size->option;
}

static void emit(cr_xsink *sink, uint32_t label, int black, int white) {
  can next = {(uint16_t)black, (uint16_t)white};
  cr_xemit(sink, label, &next, 0);
}

static void successors(void *ctx, const void *state, cr_xsink *sink) {
  (void)ctx;
  const can *now = state;
  int black = now->black, white = now->white;
  if (black >= 2) emit(sink, BOTH_BLACK, black - 1, white);
  if (white >= 2) emit(sink, BOTH_WHITE, black + 1, white - 2);
  if (black >= 1 && white >= 1) emit(sink, DIFFERENT, black - 1, white);
  if (black + white == 1) emit(sink, LAST, black, white);
}

cr_xmodel model_coffee_can(model_size *size) {
  return (cr_xmodel){.name = "coffee_can",
                     .state_bytes = sizeof(can),
                     .ctx = size,
                     .initial = initial,
                     .successors = successors};
}
