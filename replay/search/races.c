/* races.c - which other orders the schedule that has just ended asks for.
 *
 * Two steps of different processes race when they conflict and nothing orders them but that
 * conflict. Then the later one's process has to be tried before the earlier step. The order is kept
 * in vector clocks: clock[j][p] is 1 + the number of the last step of p that happens before step j
 * or is it.
 */
#include <string.h>

#include "private.h"

static uint16_t *clock_of(const cr_search *s, unsigned step) {
  return s->clock + (size_t)step * CR_SEARCH_PROCESSES_MAX;
}

static unsigned process_at(const cr_search *s, unsigned step) {
  const cr__node *node = &s->node[step];
  return node->option[node->picked].process;
}

static const cr_footprint *footprint_at(const cr_search *s, unsigned step) {
  const cr__node *node = &s->node[step];
  return &node->seen[node->picked];
}

static void clock_merge(uint16_t *to, const uint16_t *from) {
  for (unsigned p = 0; p < CR_SEARCH_PROCESSES_MAX; p++)
    if (from[p] > to[p]) to[p] = from[p];
}

/* A step, or behind the last one somebody's step that could not be taken. */
typedef struct later {
  unsigned at, process;
  const cr_footprint *footprint;
  const uint16_t *before; /* clock of the process's step before */
  uint16_t *clock;
} later;

/* Does a step with this clock come after the first of the steps noted in `first` of any process? */
static bool follows(const uint16_t *clock, const uint16_t first[CR_SEARCH_PROCESSES_MAX]) {
  for (unsigned p = 0; p < CR_SEARCH_PROCESSES_MAX; p++)
    if (first[p] != 0 && clock[p] >= first[p]) return true;
  return false;
}

/* To have the later step before step i, everything in between that does not need step i has to come
 * before it, too. Whoever can begin that (an initial, as source sets have it) is to be tried at
 * step i; one of them is enough. */
static void ask_for(cr_search *s, unsigned i, const later *j) {
  cr__node *node = &s->node[i];
  uint16_t first[CR_SEARCH_PROCESSES_MAX] = {0}; /* 1 + first step of each process in between */
  uint64_t initials = 0;
  for (unsigned k = i + 1; k < j->at; k++) {
    const uint16_t *clock = clock_of(s, k);
    unsigned p = process_at(s, k);
    if (clock[process_at(s, i)] > i) continue;
    if (first[p] != 0) continue;
    if (!follows(clock, first)) initials |= cr__options_of(node, p);
    first[p] = (uint16_t)(k + 1);
  }
  if (first[j->process] == 0 && !follows(j->clock, first))
    initials |= cr__options_of(node, j->process);
  uint64_t own = cr__options_of(node, j->process), set = initials & own;
  if (s->stats.bound != CR_SEARCH_UNBOUNDED)
    set = initials | own; /* each of them may be refused by the bound where another is not */
  else if ((initials & (node->todo | node->done)) != 0)
    return;
  for (unsigned o = 0; set == 0 && o < node->options_count; o++)
    if ((initials >> o & 1) != 0) set = cr__options_of(node, node->option[o].process);
  if (set == 0)
    set = node->options_count == 64 ? ~(uint64_t)0 : ((uint64_t)1 << node->options_count) - 1;
  node->todo |= set;
}

/* The first step of the uninterrupted run of one process that step i belongs to. */
static unsigned run_start(const cr_search *s, unsigned i) {
  while (i > 0 && process_at(s, i - 1) == process_at(s, i)) i--;
  return i;
}

/* Could the later step have been taken in place of step i, as far as its process is concerned? Not
 * when it stood there and was held up by what step i then gave way to: then nothing that does not
 * need step i leads to it. */
static bool in_reach(const cr_search *s, unsigned i, const later *j) {
  if (cr__options_of(&s->node[i], j->process) != 0) return true;
  for (unsigned k = i + 1; k < j->at; k++)
    if (j->clock[process_at(s, k)] > k && clock_of(s, k)[process_at(s, i)] <= i) return true;
  return false;
}

static void race_of(cr_search *s, const later *j) {
  bool found = false;
  for (unsigned i = j->at; i-- > 0;) {
    unsigned p = process_at(s, i);
    if (p == j->process || j->before[p] > i) continue;
    /* Ordered through another conflict, which is to be turned round first: unless the bound may
     * keep that from happening. */
    if (j->clock[p] > i && found && s->stats.bound == CR_SEARCH_UNBOUNDED) continue;
    if (!cr_footprints_conflict(footprint_at(s, i), j->footprint)) continue;
    clock_merge(j->clock, clock_of(s, i));
    if (j->at < s->changed || !in_reach(s, i, j)) continue;
    found = true;
    ask_for(s, i, j);
    if (s->stats.bound != CR_SEARCH_UNBOUNDED) ask_for(s, run_start(s, i), j);
  }
}

void cr__races(cr_search *s) {
  static const uint16_t nothing[CR_SEARCH_PROCESSES_MAX];
  unsigned last[CR_SEARCH_PROCESSES_MAX] = {0}; /* 1 + the last step of each process */
  if (s->clocks_cap < s->at + 1) {
    s->clocks_cap = s->at * 2 + 1;
    s->clock = cr_realloc(s->clock, s->clocks_cap * sizeof nothing);
  }
  for (unsigned j = 0; j < s->clocked; j++) last[process_at(s, j)] = j + 1;
  for (unsigned j = s->clocked; j < s->at + s->blocked_count; j++) {
    bool taken = j < s->at;
    unsigned at = taken ? j : s->at;
    unsigned p = taken ? process_at(s, j) : s->blocked[j - s->at].process;
    later step = {.at = at,
                  .process = p,
                  .footprint = taken ? footprint_at(s, j) : &s->blocked[j - s->at].footprint,
                  .before = last[p] == 0 ? nothing : clock_of(s, last[p] - 1),
                  .clock = clock_of(s, at)};
    memcpy(step.clock, step.before, sizeof nothing);
    race_of(s, &step);
    step.clock[p] = (uint16_t)(at + 1);
    if (taken) last[p] = j + 1;
  }
  s->clocked = s->at;
}
