/* story.h - actors that follow scripts. Private to model/.
 *
 * A story is up to four threads, each a list of steps; the model lets them run in every
 * interleaving that the flags allow. A step is one event. Mutants are steps that are left out, or
 * that exist for one mutant only. For what is told by the order and content of events alone and
 * needs no state of its own; the core and the parts with rules of their own do the rest.
 */
#ifndef CR_MODEL_STORY_H
#define CR_MODEL_STORY_H

#include "world_private.h"

enum { CR_STORY_THREADS = 4 };

typedef struct cr_story_step {
  uint8_t role, who, lane;
  uint8_t kind, object;
  uint8_t handle; /* 1 + number of the part's handle, or 0 */
  uint8_t effects, cause;
  uint8_t wait, set; /* flags that must be set; flags that it sets */
  uint8_t skip;      /* not 0: the thread may as well leave out so many steps, this one included */
  uint16_t only;     /* the step exists for this mutant only */
  uint16_t drop[4];  /* the step does not exist for these mutants */
  uint32_t value, extra, result;
} cr_story_step;

typedef struct cr_story {
  const cr_story_step *thread[CR_STORY_THREADS];
  uint8_t steps[CR_STORY_THREADS];
} cr_story;

/* The stories of a part; the scenario's setting `param` chooses one, from 1 on. */
typedef struct cr_stories {
  const cr_story *story;
  unsigned count;
  cr_param param;
  cr_part part;
  size_t state; /* offset in cr_world of the part's CR_STORY_FIELDS */
} cr_stories;

/* For the rules of the part: arg is 2 * thread, + 1 to leave out what may be left out. */
bool cr__story_enabled(const cr_stories *stories, const cr_model *model, const cr_world *world,
                       unsigned arg);
void cr__story_step(const cr_stories *stories, const cr_model *model, cr_world *world,
                    cr_event *event, unsigned arg);
/* Has every thread come to its end? */
bool cr__story_over(const cr_stories *stories, const cr_model *model, const cr_world *world);

#define CR_STORY_RULE(t)                                                                     \
  {CR_ROLE_ENV, 0, 0, 2 * (t), "next step of the story's thread " #t, enabled, step}, {      \
    CR_ROLE_ENV, 0, 0, 2 * (t) + 1, "the other way of the story's thread " #t, enabled, step \
  }

/* Everything that a part of stories consists of besides them. The core's own actors rest. */
#define CR_STORY_PART(lower, PART)                                                             \
  static const cr_stories all = {stories, CR_ARRAY_LEN(stories), CR_PARAM_##PART##_STORY,      \
                                 CR_PART_##PART, offsetof(cr_world, parts.lower)};             \
  static bool enabled(const cr_model *model, const cr_world *world, unsigned arg) {            \
    return cr__story_enabled(&all, model, world, arg);                                         \
  }                                                                                            \
  static void step(const cr_model *model, cr_world *world, cr_event *event, unsigned arg) {    \
    cr__story_step(&all, model, world, event, arg);                                            \
  }                                                                                            \
  static bool final(const cr_model *model, const cr_world *world) {                            \
    return cr__story_over(&all, model, world);                                                 \
  }                                                                                            \
  static bool allows(const cr_model *model, const cr_world *world, const cr_action_row *row) { \
    (void)model;                                                                               \
    (void)world;                                                                               \
    (void)row;                                                                                 \
    return false;                                                                              \
  }                                                                                            \
  static const cr_rule rules[] = {CR_STORY_RULE(0), CR_STORY_RULE(1), CR_STORY_RULE(2),        \
                                  CR_STORY_RULE(3)};                                           \
  const cr_part_rules cr__part_##lower = {                                                     \
      .rule = rules, .rules_count = CR_ARRAY_LEN(rules), .allows = allows, .final = final};

/* Steps, for the tables. */
#define CR_STORY1(a)         \
  {                          \
    {a}, { CR_ARRAY_LEN(a) } \
  }
#define CR_STORY2(a, b)                          \
  {                                              \
    {a, b}, { CR_ARRAY_LEN(a), CR_ARRAY_LEN(b) } \
  }
#define CR_STORY3(a, b, c)                                           \
  {                                                                  \
    {a, b, c}, { CR_ARRAY_LEN(a), CR_ARRAY_LEN(b), CR_ARRAY_LEN(c) } \
  }
#define MON .role = CR_ROLE_MONITOR
#define EP .role = CR_ROLE_EP
#define TERM .role = CR_ROLE_TERM
#define WORKER .role = CR_ROLE_WORKER
#define POLLER .role = CR_ROLE_POLLER
#define CLUSTER .role = CR_ROLE_CLUSTER
#define PNP .role = CR_ROLE_PNP
#define ENVIRONMENT .role = CR_ROLE_ENV
#define APP .role = CR_ROLE_APP
#define CALL(ep) .kind = CR_EV_CALL, .value = CR_EP_##ep
#define RET(ep, r) .kind = CR_EV_RET, .value = CR_EP_##ep, .result = (r)
#define STATUS(state, cp, answer) \
  .kind = CR_EV_STATUS, .value = CR_STATE_##state, .extra = (cp), .result = CR_EXIT_STATE_##answer
#define SPAWN(r) .kind = CR_EV_SPAWN, .result = (r)
#define ENDS .kind = CR_EV_EXIT
#define VOLUME(operation, h, r) .kind = CR_EV_##operation, .handle = (h), .result = CR_E_##r
#define READ_WRITE .extra = CR_ACC_READ | CR_ACC_WRITE | CR_SHR_READ | CR_SHR_WRITE
#define READ_ONLY .extra = CR_ACC_READ | CR_SHR_READ | CR_SHR_WRITE
#define FACT(topic, detail) \
  .kind = CR_EV_FACT, .value = CR_TOPIC_##topic, .extra = CR_DETAIL_##detail
#define ONLY(mutant) .only = CR_MUTANT_##mutant
#define DROP(a) .drop = {CR_MUTANT_##a}
#define DROP2(a, b) .drop = {CR_MUTANT_##a, CR_MUTANT_##b}
#define DROP3(a, b, c) .drop = {CR_MUTANT_##a, CR_MUTANT_##b, CR_MUTANT_##c}
#define DROP4(a, b, c, d) .drop = {CR_MUTANT_##a, CR_MUTANT_##b, CR_MUTANT_##c, CR_MUTANT_##d}

#endif
