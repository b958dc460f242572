/* story.c - see story.h. */
#include "story.h"

static const cr_story *story_of(const cr_stories *s, const cr_model *model) {
  unsigned number = cr__param(model, s->param);
  return number == 0 || number > s->count ? NULL : &s->story[number - 1];
}

static bool exists(const cr_model *model, const cr_story_step *step) {
  if (step->only != 0) return model->mutant == step->only;
  for (size_t i = 0; i < CR_ARRAY_LEN(step->drop); i++)
    if (step->drop[i] != 0 && model->mutant == step->drop[i]) return false;
  return true;
}

/* The step that a thread takes next, counted from `at`: steps that do not exist are passed over. */
static unsigned next_step(const cr_story *story, const cr_model *model, unsigned t, unsigned at) {
  while (at < story->steps[t] && !exists(model, &story->thread[t][at])) at++;
  return at;
}

static const uint8_t *state_of(const cr_stories *s, const cr_world *world) {
  return (const uint8_t *)world + s->state;
}

/* The step of a thread, or NULL. */
static const cr_story_step *step_of(const cr_stories *s, const cr_model *model,
                                    const cr_world *world, unsigned arg) {
  const cr_story *story = story_of(s, model);
  const uint8_t *state = state_of(s, world);
  unsigned t = arg / 2;
  if (story == NULL || story->steps[t] == 0) return NULL;
  unsigned at = next_step(story, model, t, state[t]);
  if (arg % 2 == 1) {
    if (at >= story->steps[t] || story->thread[t][at].skip == 0) return NULL;
    at = next_step(story, model, t, at + story->thread[t][at].skip);
  }
  return at < story->steps[t] ? &story->thread[t][at] : NULL;
}

bool cr__story_enabled(const cr_stories *s, const cr_model *model, const cr_world *world,
                       unsigned arg) {
  const cr_story_step *step = step_of(s, model, world, arg);
  return step != NULL && (step->wait & ~state_of(s, world)[CR_STORY_THREADS]) == 0;
}

void cr__story_step(const cr_stories *s, const cr_model *model, cr_world *world, cr_event *e,
                    unsigned arg) {
  const cr_story_step *step = step_of(s, model, world, arg);
  const cr_story *story = story_of(s, model);
  uint8_t *state = (uint8_t *)world + s->state;
  CR_ASSERT(step != NULL);
  state[arg / 2] = (uint8_t)(step - story->thread[arg / 2] + 1);
  state[CR_STORY_THREADS] |= step->set;
  *e = (cr_event){.kind = step->kind,
                  .role = step->role,
                  .who = step->who,
                  .lane = step->lane,
                  .object = step->object,
                  .handle = CR_NO_HANDLE,
                  .effects = step->effects,
                  .cause = step->cause,
                  .value = step->value,
                  .extra = step->extra,
                  .result = step->result};
  if (step->handle != 0) e->handle = (uint8_t)cr__slot_part(model, s->part, step->handle - 1u);
}

bool cr__story_over(const cr_stories *s, const cr_model *model, const cr_world *world) {
  const cr_story *story = story_of(s, model);
  if (story == NULL) return true;
  for (unsigned t = 0; t < CR_STORY_THREADS; t++)
    if (story->steps[t] != 0 && next_step(story, model, t, state_of(s, world)[t]) < story->steps[t])
      return false;
  return true;
}
