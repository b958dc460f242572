/* memo.c - see clusrace/memo.h. States are nodes of a graph, kept packed; the steps that are
 * possible in one lie side by side, in the order of the actions.
 *
 * What a run costs is waiting for memory. So a node is one cache line: it has its actions and the
 * step that was taken first in itself. Nodes lie in the order in which they were met, so a run that
 * goes where another has gone goes through the memory in order. And most inputs begin like the one
 * before: what that run did is kept as it was, one step behind the other. */
#include "clusrace/memo.h"

#include <stdlib.h>
#include <string.h>

#include "clusrace/fuzz.h"

enum {
  NODES_MAX = 1 << 17,
  PLACES = 2 * NODES_MAX, /* of the hash table */
  STEPS_MAX = 1 << 20,
  UNKNOWN = 0xFFFF,    /* nobody has asked what is possible in a node */
  NEAR = 16,           /* actions of a node that it has in itself */
  TRAIL_MAX = 400,     /* steps of the run before that are kept */
  LINE = 64,           /* bytes of a cache line */
  WORTH_ITS_PRICE = 4, /* a full memo goes on when no more than one step of so many was new */
  ROOT = 0
};
#define NOWHERE UINT32_MAX /* the node of a moment of which nothing is remembered */
#define NO_ACTION UINT16_MAX
#define NO_STEP UINT16_MAX

typedef struct node {
  uint32_t first; /* of its steps */
  uint16_t count;
  uint16_t own;           /* the number of the step that it has in itself */
  cr_action action[NEAR]; /* those that there are not: NO_ACTION */
  cr_memo_step step;
} node;
_Static_assert(sizeof(node) == LINE, "a node is one cache line");

/* A step of the run before: what was preferred, the number of the step that this meant, a copy. */
typedef struct trail_step {
  uint16_t preferred, number;
  cr_memo_step step;
} trail_step;

struct cr_memo {
  const cr_model *model;
  bool on;
  size_t packed_bytes;
  uint32_t abstract; /* of the beginning */
  void *room;        /* of the nodes */
  node *nodes;
  uint8_t *packed;
  uint32_t *places; /* node + 1; 0: free */
  cr_memo_step *steps;
  uint32_t nodes_count, steps_count;
  trail_step trail[TRAIL_MAX];
  unsigned trail_count; /* as far as the present run has gone the same way, they are its own */
  uint64_t asked, run;  /* steps since it was empty, and those of them that had to be run */
};

static uint32_t node_of(cr_memo *memo, const cr_world *world) {
  uint8_t *packed = memo->packed + memo->nodes_count * memo->packed_bytes;
  cr_world_pack(memo->model, world, packed);
  size_t place = cr_digest(packed, memo->packed_bytes) % PLACES;
  for (; memo->places[place] != 0; place = (place + 1) % PLACES) {
    uint32_t known = memo->places[place] - 1;
    if (memcmp(packed, memo->packed + known * memo->packed_bytes, memo->packed_bytes) == 0)
      return known;
  }
  memo->nodes[memo->nodes_count] = (node){.count = UNKNOWN, .own = NO_STEP};
  memo->places[place] = ++memo->nodes_count;
  return memo->nodes_count - 1;
}

static void empty(cr_memo *memo) {
  cr_world world;
  memset(memo->places, 0, PLACES * sizeof *memo->places);
  memo->nodes_count = memo->steps_count = 0;
  memo->asked = memo->run = 0;
  memo->trail_count = 0;
  cr_world_init(memo->model, &world);
  (void)node_of(memo, &world);
}

static void drop(cr_memo *memo) {
  free(memo->room);
  free(memo->packed);
  free(memo->places);
  free(memo->steps);
  memo->on = false;
}

cr_memo *cr_memo_new(const cr_model *model, bool remember) {
  cr_memo *memo = cr_alloc(sizeof *memo);
  cr_world world;
  memo->model = model;
  memo->on = remember;
  cr_world_init(model, &world);
  memo->abstract = cr_fuzz_abstract(model, &world);
  if (!remember) return memo;
  memo->packed_bytes = cr_world_packed_bytes(model);
  /* Rooms that nothing is written to cost nothing. */
  memo->room = cr_alloc((NODES_MAX + 1) * sizeof *memo->nodes + LINE);
  memo->nodes = (node *)(void *)((uint8_t *)memo->room + LINE - (uintptr_t)memo->room % LINE);
  memo->packed = cr_alloc((NODES_MAX + 1) * memo->packed_bytes);
  memo->places = cr_alloc(PLACES * sizeof *memo->places);
  memo->steps = cr_alloc((STEPS_MAX + CR_ACTIONS_MAX) * sizeof *memo->steps);
  empty(memo);
  return memo;
}

void cr_memo_free(cr_memo *memo) {
  if (memo == NULL) return;
  if (memo->on) drop(memo);
  free(memo);
}

const cr_model *cr_memo_model(const cr_memo *memo) { return memo->model; }
uint32_t cr_memo_first(const cr_memo *memo) { return memo->abstract; }

/* Is there room for what one step may add? */
static bool is_full(const cr_memo *memo) {
  return memo->nodes_count >= NODES_MAX || memo->steps_count >= STEPS_MAX;
}

void cr_memo_begin(cr_memo *memo, cr_memo_moment *moment) {
  if (memo->on && is_full(memo)) {
    if (memo->run > memo->asked / WORTH_ITS_PRICE)
      drop(memo);
    else
      empty(memo);
  }
  moment->node = memo->on ? ROOT : NOWHERE;
  moment->depth = 0;
  moment->here = !memo->on;
  if (!memo->on) cr_world_init(memo->model, &moment->world);
}

static cr_world *world_of(const cr_memo *memo, cr_memo_moment *moment) {
  if (!moment->here)
    cr_world_unpack(memo->model, memo->packed + moment->node * memo->packed_bytes, &moment->world);
  moment->here = true;
  return &moment->world;
}

/* Asks what is possible in a node; false when there is no room to remember it. */
static bool ask(cr_memo *memo, cr_memo_moment *moment, node *n) {
  cr_world *world = world_of(memo, moment);
  if (memo->steps_count >= STEPS_MAX) {
    moment->node = NOWHERE;
    return false;
  }
  cr_world_enabled(memo->model, world, &moment->enabled);
  n->count = (uint16_t)moment->enabled.count;
  n->first = memo->steps_count;
  memo->steps_count += n->count;
  for (unsigned i = 0; i < NEAR; i++)
    n->action[i] = i < n->count ? moment->enabled.list[i] : NO_ACTION;
  for (unsigned i = 0; i < n->count; i++)
    memo->steps[n->first + i] = (cr_memo_step){.action = moment->enabled.list[i]};
  return true;
}

/* What is possible, once somebody asks; NULL when this moment is not remembered. */
static const node *asked_of(cr_memo *memo, cr_memo_moment *moment) {
  if (moment->node == NOWHERE) return NULL;
  node *n = &memo->nodes[moment->node];
  return n->count != UNKNOWN || ask(memo, moment, n) ? n : NULL;
}

/* How many of a node's actions come before one. */
static unsigned before(const cr_memo *memo, const node *n, unsigned preferred) {
  unsigned count = 0;
  for (unsigned i = 0; i < NEAR; i++) count += n->action[i] < preferred; /* without a branch */
  if (count < NEAR) return count;
  while (count < n->count && memo->steps[n->first + count].action < preferred) count++;
  return count;
}

unsigned cr_memo_prefer(cr_memo *memo, cr_memo_moment *moment, unsigned preferred) {
  moment->preferred = (uint16_t)preferred;
  if (moment->node != NOWHERE && moment->depth < memo->trail_count &&
      memo->trail[moment->depth].preferred == preferred)
    return memo->trail[moment->depth].number;
  const node *n = asked_of(memo, moment);
  if (n == NULL) {
    unsigned action = cr_world_prefer(memo->model, &moment->world, preferred);
    return action == CR_ACTIONS_MAX ? CR_MEMO_NOTHING : action;
  }
  unsigned number = before(memo, n, preferred);
  if (number < n->count) return number;
  return n->count == 0 ? CR_MEMO_NOTHING : 0;
}

unsigned cr_memo_any(cr_memo *memo, cr_memo_moment *moment, cr_rng *rng) {
  const node *n = asked_of(memo, moment);
  if (n == NULL) {
    cr_world_enabled(memo->model, &moment->world, &moment->enabled);
    if (moment->enabled.count == 0) return CR_MEMO_NOTHING;
    return moment->enabled.list[cr_rng_below(rng, moment->enabled.count)];
  }
  if (n->count == 0) return CR_MEMO_NOTHING;
  unsigned number = cr_rng_below(rng, n->count);
  moment->preferred = number < NEAR ? n->action[number] : memo->steps[n->first + number].action;
  return number;
}

/* Runs an action on the moment's world. */
static void run(const cr_memo *memo, cr_memo_moment *moment, cr_memo_step *step,
                cr_judgement *judgement) {
  cr_event event;
  cr_world *world = world_of(memo, moment);
  step->clause = (uint16_t)cr_world_step(memo->model, world, step->action, &event, judgement);
  step->abstract = cr_fuzz_abstract(memo->model, world);
  cr_feedback_mark_of(&step->mark, step->abstract, step->action, &event);
  step->judged |= judgement != NULL;
}

static cr_memo_step *step_of(cr_memo *memo, node *n, unsigned number) {
  if (n->own == number) return &n->step;
  cr_memo_step *step = &memo->steps[n->first + number];
  if (n->own != NO_STEP) return step;
  n->own = (uint16_t)number;
  n->step = *step;
  return &n->step;
}

/* The step of the run before, when this one has come the same way; else the trail ends here. */
static const cr_memo_step *follow(cr_memo *memo, cr_memo_moment *moment, unsigned number,
                                  bool judged) {
  if (moment->depth >= memo->trail_count) return NULL;
  trail_step *same = &memo->trail[moment->depth];
  if (same->number != number || (judged && !same->step.judged)) {
    memo->trail_count = moment->depth;
    return NULL;
  }
  same->preferred = moment->preferred;
  moment->node = same->step.next;
  moment->here = false;
  moment->depth++;
  return &same->step;
}

/* The moment has taken a step to where it leads. */
static void arrive(cr_memo *memo, cr_memo_moment *moment, const cr_memo_step *step,
                   unsigned number) {
  moment->node = step->next;
  if (moment->depth == memo->trail_count && memo->trail_count < TRAIL_MAX)
    memo->trail[memo->trail_count++] = (trail_step){moment->preferred, (uint16_t)number, *step};
  moment->depth++;
}

const cr_memo_step *cr_memo_take(cr_memo *memo, cr_memo_moment *moment, unsigned number,
                                 cr_judgement *judgement, bool *fresh) {
  if (moment->node == NOWHERE) {
    moment->last = (cr_memo_step){.action = (cr_action)number};
    run(memo, moment, &moment->last, judgement);
    *fresh = judgement != NULL;
    return &moment->last;
  }
  memo->asked++;
  const cr_memo_step *same = follow(memo, moment, number, judgement != NULL);
  if (same != NULL) {
    *fresh = false;
    return same;
  }
  cr_memo_step *step = step_of(memo, &memo->nodes[moment->node], number);
  *fresh = judgement != NULL && !step->judged;
  if (step->taken && !*fresh) {
    moment->here = false;
    arrive(memo, moment, step, number);
    return step;
  }
  memo->run++;
  run(memo, moment, step, judgement);
  if (!step->taken && is_full(memo)) {
    moment->node = NOWHERE; /* the rest of this run is not remembered */
    return step;
  }
  if (!step->taken) step->next = node_of(memo, &moment->world);
  step->taken = true;
  arrive(memo, moment, step, number);
  return step;
}

bool cr_memo_final(cr_memo *memo, cr_memo_moment *moment) {
  return cr_world_final(memo->model, world_of(memo, moment));
}
