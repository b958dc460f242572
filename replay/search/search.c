/* search.c - the walk over the tree of schedules; see clusrace/search.h. */
#include "clusrace/search.h"

#include <stdlib.h>
#include <string.h>

#include "private.h"

static const char *const strategy_names[CR_STRATEGY_COUNT] = {"systematic", "everything", "pct",
                                                              "pos", "random"};

const char *cr_strategy_name(unsigned strategy) {
  return strategy < CR_STRATEGY_COUNT ? strategy_names[strategy] : NULL;
}

bool cr__systematic(const cr_search *s) { return s->config.strategy <= CR_STRATEGY_EVERYTHING; }

static bool reduces(const cr_search *s) { return s->config.strategy == CR_STRATEGY_SYSTEMATIC; }

static bool sleeps(const cr_search *s) {
  return reduces(s) && s->stats.bound == CR_SEARCH_UNBOUNDED;
}

/* ---- life ------------------------------------------------------------------------------------ */

static uint8_t first_bound(const cr_search_config *config) {
  return config->iterate && config->strategy == CR_STRATEGY_SYSTEMATIC ? 0 : config->preemptions;
}

cr_search *cr_search_new(const cr_search_config *config) {
  cr_search *s = cr_alloc(sizeof *s);
  s->config = *config;
  s->stats.bound = first_bound(config);
  s->stats.exhausted = -1;
  return s;
}

void cr_search_free(cr_search *s) {
  if (s == NULL) return;
  for (unsigned i = 0; i < s->nodes_cap; i++) {
    free(s->node[i].option);
    free(s->node[i].seen);
    free(s->node[i].sleep);
  }
  free(s->node);
  free(s->clock);
  cr_buf_free(&s->taken);
  free(s);
}

bool cr_search_affords(const cr_search *s, cr_cost cost) { return s->config.budget[cost] > 0; }

bool cr_search_learns(const cr_search *s) {
  return cr__systematic(s) || s->config.strategy == CR_STRATEGY_POS;
}

const cr_search_stats *cr_search_stats_of(const cr_search *s) { return &s->stats; }
bool cr_search_exhausted(const cr_search *s) { return s->complete; }
bool cr_search_over(const cr_search *s) {
  return s->over || s->error != NULL ||
         (s->config.schedules != 0 && s->stats.schedules >= s->config.schedules);
}
const char *cr_search_error(const cr_search *s) { return s->error; }

/* ---- options --------------------------------------------------------------------------------- */

uint64_t cr__options_of(const cr__node *node, unsigned process) {
  uint64_t set = 0;
  for (unsigned i = 0; i < node->options_count; i++)
    if (node->option[i].process == process) set |= (uint64_t)1 << i;
  return set;
}

bool cr__affordable(const cr_search *s, const uint8_t used[CR_COST_COUNT],
                    const cr_candidate *option) {
  return option->cost == CR_COST_NONE || used[option->cost] < s->config.budget[option->cost];
}

bool cr__preempts(const cr__node *node, unsigned option) {
  if (node->current == CR__NOBODY || node->option[option].process == node->current) return false;
  for (unsigned i = 0; i < node->options_count; i++)
    if (node->option[i].process == node->current && node->option[i].cost == CR_COST_NONE)
      return true;
  return false;
}

static bool asleep(const cr__node *node, unsigned option) {
  for (unsigned i = 0; i < node->sleep_count; i++)
    if (node->sleep[i].process == node->option[option].process &&
        node->sleep[i].variant == node->option[option].variant)
      return true;
  return false;
}

/* May the option be taken at the node? Notes when only the bound on preemptions forbids it. */
static bool admits(cr_search *s, const cr__node *node, unsigned option) {
  if (!cr__affordable(s, node->used, &node->option[option]) || asleep(node, option)) return false;
  if (s->stats.bound == CR_SEARCH_UNBOUNDED || !cr__preempts(node, option) ||
      node->preemptions < s->stats.bound)
    return true;
  s->cut = true;
  return false;
}

/* ---- the path -------------------------------------------------------------------------------- */

static cr__node *node_push(cr_search *s, const cr_candidate *options, unsigned n) {
  if (s->depth == s->nodes_cap) {
    unsigned cap = s->nodes_cap == 0 ? 256 : s->nodes_cap * 2;
    s->node = cr_realloc(s->node, cap * sizeof *s->node);
    memset(s->node + s->nodes_cap, 0, (cap - s->nodes_cap) * sizeof *s->node);
    s->nodes_cap = cap;
  }
  cr__node *node = &s->node[s->depth++];
  if (node->options_cap < n) {
    node->options_cap = n;
    node->option = cr_realloc(node->option, n * sizeof *node->option);
    node->seen = cr_realloc(node->seen, n * sizeof *node->seen);
  }
  memcpy(node->option, options, n * sizeof *options);
  memset(node->seen, 0, n * sizeof *node->seen);
  node->options_count = n;
  node->sleep_count = 0;
  node->done = node->todo = 0;
  node->current = CR__NOBODY;
  node->preemptions = 0;
  memset(node->used, 0, sizeof node->used);
  return node;
}

static void sleep_add(cr__node *node, const cr_candidate *option, const cr_footprint *footprint) {
  if (node->sleep_count == CR__ASIDE) return; /* fewer asleep: only slower */
  if (node->sleep == NULL) node->sleep = cr_alloc(CR__ASIDE * sizeof *node->sleep);
  node->sleep[node->sleep_count++] = (cr__sleeper){option->process, option->variant, *footprint};
}

/* What was taken from the parent before, and commutes with what is taken now, need not be taken
 * again after it. */
static void inherit_sleep(const cr__node *parent, cr__node *node) {
  const cr_candidate *now = &parent->option[parent->picked];
  const cr_footprint *footprint = &parent->seen[parent->picked];
  for (unsigned i = 0; i < parent->sleep_count; i++) {
    const cr__sleeper *old = &parent->sleep[i];
    cr_candidate option = {.process = old->process, .variant = old->variant};
    if (old->process != now->process && !cr_footprints_conflict(&old->footprint, footprint))
      sleep_add(node, &option, &old->footprint);
  }
  for (unsigned i = 0; i < parent->options_count; i++)
    if ((parent->done >> i & 1) != 0 && i != parent->picked &&
        parent->option[i].process != now->process &&
        !cr_footprints_conflict(&parent->seen[i], footprint))
      sleep_add(node, &parent->option[i], &parent->seen[i]);
}

static void inherit(cr_search *s, cr__node *node) {
  if (s->depth < 2) return;
  const cr__node *parent = &s->node[s->depth - 2];
  node->current = parent->option[parent->picked].process;
  node->preemptions = (uint8_t)(parent->preemptions + cr__preempts(parent, parent->picked));
  memcpy(node->used, parent->used, sizeof node->used);
  node->used[parent->option[parent->picked].cost]++;
  if (sleeps(s)) inherit_sleep(parent, node);
}

/* Who goes on when nothing asks for anything else: the running process, else the first; what costs
 * something comes last. */
static unsigned choose(cr_search *s, const cr__node *node) {
  unsigned n = node->options_count, best = n, best_rank = 4;
  for (unsigned i = 0; i < n; i++) {
    unsigned rank = (node->option[i].cost == CR_COST_NONE ? 0u : 2u) +
                    (node->option[i].process == node->current ? 0u : 1u);
    if (rank < best_rank && admits(s, node, i)) {
      best = i;
      best_rank = rank;
    }
  }
  return best;
}

void cr_search_blocked(cr_search *s, unsigned process, const cr_footprint *footprint) {
  if (!reduces(s) || s->error != NULL) return;
  if (s->blocked_count == CR_ARRAY_LEN(s->blocked)) return; /* several variants of many */
  s->blocked[s->blocked_count].process = (uint8_t)process;
  s->blocked[s->blocked_count++].footprint = *footprint;
}

static unsigned new_step(cr_search *s, const cr_candidate *options, unsigned n) {
  cr__node *node = node_push(s, options, n);
  inherit(s, node);
  unsigned pick = choose(s, node);
  if (pick == n) {
    s->asleep = node->sleep_count != 0;
    for (unsigned i = 0; i < node->sleep_count; i++) /* their races still count */
      if (cr__options_of(node, node->sleep[i].process) != 0)
        cr_search_blocked(s, node->sleep[i].process, &node->sleep[i].footprint);
    s->depth--;
    return n;
  }
  node->picked = (uint8_t)pick;
  node->todo = reduces(s) ? cr__options_of(node, node->option[pick].process) : ~(uint64_t)0;
  return pick;
}

static bool same_options(const cr__node *node, const cr_candidate *options, unsigned n) {
  if (node->options_count != n) return false;
  for (unsigned i = 0; i < n; i++)
    if (node->option[i].process != options[i].process ||
        node->option[i].variant != options[i].variant || node->option[i].cost != options[i].cost)
      return false;
  return true;
}

unsigned cr_search_pick(cr_search *s, const cr_candidate *options, unsigned n) {
  CR_ASSERT(n > 0 && n <= CR_SEARCH_OPTIONS_MAX);
  if (s->error != NULL || s->at == CR_SEARCH_STEPS_MAX) return n;
  if (!cr__systematic(s)) {
    s->depth = 0;
    cr__node *node = node_push(s, options, n);
    unsigned pick = cr__guided(s) ? cr__guided_pick(s, options, n) : cr__sample_pick(s, options, n);
    node->picked = (uint8_t)pick;
    return pick;
  }
  if (s->at >= s->depth) return new_step(s, options, n);
  if (!same_options(&s->node[s->at], options, n)) {
    s->error = "a schedule that began like an earlier one has other things to choose from";
    return n;
  }
  return s->node[s->at].picked;
}

static bool same_footprint(const cr_footprint *a, const cr_footprint *b) {
  return a->count == b->count && a->everything == b->everything &&
         memcmp(a->object, b->object, a->count * sizeof a->object[0]) == 0 &&
         memcmp(a->mode, b->mode, a->count) == 0;
}

void cr_search_did(cr_search *s, const cr_footprint *footprint) {
  s->stats.steps++;
  if (!cr__systematic(s)) {
    cr__sample_did(s, s->node[0].option, s->node[0].options_count, footprint);
  } else {
    cr__node *node = &s->node[s->at];
    cr_footprint *seen = &node->seen[node->picked];
    if (s->at < s->changed && !same_footprint(seen, footprint))
      s->error = "a step that was repeated touches other things than before";
    *seen = *footprint;
  }
  s->at++;
}

/* ---- from one schedule to the next ----------------------------------------------------------- */

/* The next bound, or the end. */
static void space_done(cr_search *s) {
  if (!s->gave_up) s->stats.exhausted = s->stats.bound;
  bool all_seen = !s->cut || s->stats.bound >= s->config.preemptions;
  if (all_seen || s->gave_up) {
    s->over = true;
    s->complete = !s->gave_up;
    if (!s->cut && !s->gave_up) s->stats.exhausted = CR_SEARCH_UNBOUNDED;
    return;
  }
  s->stats.bound = s->config.preemptions == CR_SEARCH_UNBOUNDED && s->stats.bound >= 2
                       ? CR_SEARCH_UNBOUNDED
                       : (uint8_t)(s->stats.bound + 1);
  s->cut = false;
  s->depth = s->changed = s->clocked = 0;
}

static void advance(cr_search *s) {
  while (s->depth > 0) {
    cr__node *node = &s->node[s->depth - 1];
    node->done |= (uint64_t)1 << node->picked;
    for (unsigned i = 0; i < node->options_count; i++) {
      if ((node->todo >> i & 1) == 0 || (node->done >> i & 1) != 0 || !admits(s, node, i)) continue;
      node->picked = (uint8_t)i;
      s->changed = s->depth - 1;
      if (s->clocked > s->changed) s->clocked = s->changed;
      return;
    }
    s->depth--;
  }
  s->changed = s->clocked = 0; /* nothing of the last schedule is left */
  space_done(s);
}

bool cr_search_begin(cr_search *s) {
  s->at = 0;
  s->blocked_count = 0;
  s->asleep = false;
  if (cr_search_over(s)) return false;
  if (!cr__systematic(s)) cr__sample_begin(s);
  cr_buf_clear(&s->taken);
  return true;
}

void cr_search_end(cr_search *s) {
  bool full = !cr__systematic(s) || s->at >= s->depth;
  if (s->at > s->stats.steps_max) s->stats.steps_max = s->at;
  if (s->error != NULL) return;
  if (!full) {
    s->error = "a schedule that began like an earlier one ended before it";
    return;
  }
  if (s->asleep)
    s->stats.redundant++;
  else
    s->stats.schedules++;
  if (!cr__systematic(s)) return;
  if (reduces(s)) cr__races(s);
  advance(s);
}

void cr_search_incomplete(cr_search *s) { s->gave_up = true; }

void cr_search_lost(cr_search *s) {
  s->stats.schedules++;
  s->gave_up = true;
  if (cr__systematic(s)) advance(s);
}

/* ---- saving ---------------------------------------------------------------------------------- */

typedef struct saved {
  cr_search_config config;
  cr_search_stats stats;
  uint32_t depth, changed;
  uint8_t over, complete, gave_up, cut;
} saved;

void cr_search_save(const cr_search *s, cr_buf *out) {
  saved head;
  memset(&head, 0, sizeof head);
  head.config = s->config;
  head.stats = s->stats;
  head.depth = cr__systematic(s) ? s->depth : 0;
  head.changed = s->changed;
  head.over = s->over;
  head.complete = s->complete;
  head.gave_up = s->gave_up;
  head.cut = s->cut;
  size_t from = out->len;
  cr_buf_add(out, &head, sizeof head);
  for (unsigned i = 0; i < head.depth; i++) {
    const cr__node *node = &s->node[i];
    cr_buf_add(out, node, sizeof *node);
    cr_buf_add(out, node->option, node->options_count * sizeof *node->option);
    cr_buf_add(out, node->seen, node->options_count * sizeof *node->seen);
    if (node->sleep_count != 0)
      cr_buf_add(out, node->sleep, node->sleep_count * sizeof *node->sleep);
  }
  uint64_t digest = cr_digest(out->data + from, out->len - from);
  cr_buf_add(out, &digest, sizeof digest);
}

static bool take(const uint8_t **from, const uint8_t *end, void *to, size_t n) {
  if ((size_t)(end - *from) < n) return false;
  if (n != 0) memcpy(to, *from, n);
  *from += n;
  return true;
}

/* What is loaded may be anything. */
static bool is_bool(const bool *value) {
  uint8_t byte;
  memcpy(&byte, value, 1);
  return byte <= 1;
}

static bool footprint_sound(const cr_footprint *f) {
  return f->count <= CR_FOOTPRINT_MAX && is_bool(&f->everything);
}

static bool node_sound(const cr__node *node, const cr_candidate *options) {
  unsigned n = node->options_count;
  uint64_t all = n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
  if (n == 0 || n > CR_SEARCH_OPTIONS_MAX || node->picked >= n ||
      ((node->done | node->todo) & ~all) != 0 || node->sleep_count > CR__ASIDE ||
      (node->current != CR__NOBODY && node->current >= CR_SEARCH_PROCESSES_MAX))
    return false;
  for (unsigned i = 0; i < n; i++)
    if (options[i].process >= CR_SEARCH_PROCESSES_MAX || options[i].cost >= CR_COST_COUNT)
      return false;
  return true;
}

static bool footprints_sound(const cr__node *node) {
  for (unsigned i = 0; i < node->options_count; i++)
    if (!footprint_sound(&node->seen[i])) return false;
  for (unsigned i = 0; i < node->sleep_count; i++)
    if (node->sleep[i].process >= CR_SEARCH_PROCESSES_MAX ||
        !footprint_sound(&node->sleep[i].footprint))
      return false;
  return true;
}

static bool node_load(cr_search *s, const uint8_t **from, const uint8_t *end) {
  cr__node plain;
  cr_candidate options[CR_SEARCH_OPTIONS_MAX];
  if (!take(from, end, &plain, sizeof plain) || plain.options_count > CR_SEARCH_OPTIONS_MAX ||
      !take(from, end, options, plain.options_count * sizeof *options) ||
      !node_sound(&plain, options))
    return false;
  cr__node *node = node_push(s, options, plain.options_count);
  cr_candidate *option = node->option;
  cr_footprint *seen = node->seen;
  cr__sleeper *sleep = node->sleep;
  unsigned cap = node->options_cap;
  *node = plain;
  node->option = option;
  node->seen = seen;
  node->sleep = sleep != NULL ? sleep : cr_alloc(CR__ASIDE * sizeof *sleep);
  node->options_cap = cap;
  return take(from, end, node->seen, node->options_count * sizeof *node->seen) &&
         take(from, end, node->sleep, node->sleep_count * sizeof *node->sleep) &&
         footprints_sound(node);
}

static bool same_config(const cr_search_config *a, const cr_search_config *b) {
  return a->strategy == b->strategy && a->preemptions == b->preemptions && is_bool(&a->iterate) &&
         a->iterate == b->iterate && memcmp(a->budget, b->budget, sizeof a->budget) == 0 &&
         a->schedules == b->schedules && a->seed == b->seed && a->depth == b->depth;
}

cr_err cr_search_load(cr_search *s, const void *bytes, size_t n, cr_errinfo *info) {
  const uint8_t *from = bytes, *end = from + n;
  saved head;
  uint64_t digest = 0;
  bool good = n >= sizeof head + sizeof digest;
  if (good) {
    end -= sizeof digest;
    memcpy(&digest, end, sizeof digest);
    good = digest == cr_digest(bytes, n - sizeof digest) && take(&from, end, &head, sizeof head) &&
           same_config(&head.config, &s->config) && head.changed <= head.depth;
  }
  if (good) {
    s->stats = head.stats;
    s->over = head.over;
    s->complete = head.complete;
    s->gave_up = head.gave_up;
    s->cut = head.cut;
    s->depth = s->clocked = 0;
    for (uint32_t i = 0; good && i < head.depth; i++) good = node_load(s, &from, end);
    s->changed = head.changed;
  }
  if (good && from == end) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT, "the state of a search is not one of this configuration");
}
