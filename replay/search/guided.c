/* guided.c - schedules that somebody else has chosen, byte by byte; see cr_search_guide. */
#include <string.h>

#include "private.h"

bool cr__guided(const cr_search *s) { return s->config.strategy == CR_STRATEGY_GUIDED; }

void cr_search_guide(cr_search *s, const uint8_t *choices, size_t n) {
  s->guide = choices;
  s->guide_n = n;
}

size_t cr_search_taken(const cr_search *s, uint8_t *choices, size_t n) {
  size_t count = s->taken.len < n ? s->taken.len / 2 * 2 : n / 2 * 2;
  if (count != 0) memcpy(choices, s->taken.data, count);
  return s->taken.len;
}

/* How far an option is from the choice: the very one, the process's plain step (variant 0), then
 * the other processes, and last another variant of the process: who cannot do what was named does
 * not do something else instead. */
static uint32_t distance(const cr_candidate *option, unsigned process, unsigned variant) {
  unsigned own = option->variant % 256u;
  uint32_t processes =
      (option->process + CR_SEARCH_PROCESSES_MAX - process) % CR_SEARCH_PROCESSES_MAX;
  if (processes != 0) return processes << 8 | own;
  if (own == variant) return 0;
  return own == 0 ? 1u : (uint32_t)CR_SEARCH_PROCESSES_MAX << 8 | own;
}

/* Whoever runs goes on. */
static void usual(const cr_search *s, unsigned *process, unsigned *variant) {
  *process = s->current == CR__NOBODY ? 0 : s->current;
  *variant = 0;
}

unsigned cr__guided_pick(cr_search *s, const cr_candidate *options, unsigned n) {
  unsigned process, variant, best = n;
  uint32_t best_rank = UINT32_MAX;
  size_t at = (size_t)s->at * 2;
  usual(s, &process, &variant);
  bool named = at + 2 <= s->guide_n;
  if (named) {
    process = s->guide[at] % CR_SEARCH_PROCESSES_MAX;
    variant = s->guide[at + 1];
  }
  for (unsigned i = 0; i < n; i++) {
    if (!cr__affordable(s, s->used, &options[i])) continue;
    uint32_t far = distance(&options[i], process, variant);
    bool costs = options[i].cost != CR_COST_NONE && (far != 0 || !named);
    uint32_t rank = far | (uint32_t)costs << 24;
    if (rank >= best_rank) continue;
    best_rank = rank;
    best = i;
  }
  if (best == n) return n;
  cr_buf_putc(&s->taken, (char)options[best].process);
  cr_buf_putc(&s->taken, (char)(options[best].variant & 0xFF));
  s->current = options[best].process;
  s->used[options[best].cost]++;
  return best;
}
