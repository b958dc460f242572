/* guided.c - see guided.h. */
#include "guided.h"

#include <string.h>

#include "hunt.h"

cr_err cr_guided_begin(cr_guided *g, const char *text, size_t n, cr_errinfo *info) {
  char path[320];
  const void *state;
  size_t state_n;
  const char *end = memchr(text, '\n', n);
  if (end == NULL || (size_t)(end - text) >= sizeof path)
    return cr_fail(info, CR_ERR_INPUT, "the request names no shared block");
  memcpy(path, text, (size_t)(end - text));
  path[end - text] = '\0';
  cr_err err = cr_hunt_request_read(end + 1, n - (size_t)(end + 1 - text), &g->request,
                                    &g->scenario, &state, &state_n, info);
  if (err != CR_OK) return err;
  g->block = cr_shared_map(path, sizeof *g->block);
  if (g->block == NULL || g->block->bytes != sizeof *g->block)
    return cr_fail(info, CR_ERR_INPUT, "%s cannot be mapped", path);
  cr_search_free(g->search);
  g->search = cr_search_new(&g->request.config);
  return CR_OK;
}

/* Called for every event: what happened so far is known even if this process ends now. */
static void watch(const cr_event *event) {
  const cr_session *s = cr_session_get();
  cr_guided *g = s->watched;
  cr_guided_block *b = g->block;
  if (b->crumbs_count < CR_GUIDED_CRUMBS_MAX) b->crumb[b->crumbs_count++] = *event;
  uint32_t about = event->kind | (uint32_t)event->role << 8 | event->value << 16;
  cr_feedback_step(&g->feedback, cr_feedback_observed(&s->observer, s->scenario), about);
  cr_feedback_event(&g->feedback, event);
}

bool cr_guided_drive(cr_session *s, cr_guided *g, bool wanted, cr_buf *trace) {
  cr_guided_block *b = g->block;
  cr_hunt_answer answer = {0};
  cr_trace found = {0};
  uint32_t n = b->input_bytes < sizeof b->input ? b->input_bytes : sizeof b->input;
  b->crumbs_count = 0;
  b->taken_bytes = 0;
  memset(b->counter, 0, sizeof b->counter);
  cr_feedback_begin(&g->feedback, b->counter, CR_FEEDBACK_ALL);
  s->watched = g;
  s->crumb = watch;
  cr_search_guide(g->search, b->input, n);
  bool usable = cr_hunt_some(s, g->search, &g->scenario, &g->request, &answer, &found);
  s->crumb = NULL;
  size_t taken = cr_search_taken(g->search, b->taken, sizeof b->taken);
  b->taken_bytes = (uint32_t)(taken < sizeof b->taken ? taken : sizeof b->taken);
  if (found.steps_count != 0)
    cr_trace_write(&found, trace);
  else if (wanted)
    cr_trace_write(&s->observed, trace);
  cr_trace_free(&found);
  return usable;
}
