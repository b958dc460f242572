/* leaks.c - see leaks.h. */
#include "leaks.h"

#include <stdio.h>

#include "follow.h"

enum { LIVES = 3 };

static void say(cr_buf *out, unsigned count, const char *one, const char *many) {
  if (count == 0) return;
  cr_buf_printf(out, "%s%u %s", out->len == 0 ? "" : ", ", count, count == 1 ? one : many);
}

bool cr_leaks_judge(cr_session *s, cr_trace *life, uint32_t flags) {
  cr_left left[LIVES];
  cr_trace seen = {0};
  bool usable = true, conforms = true;
  cr_verdict again = {.kind = CR_VERDICT_CONFORMS};
  for (unsigned i = 0; i < LIVES && usable && conforms; i++) {
    s->keep = i > 0;
    usable = cr_follow(s, life, flags, &seen);
    conforms = seen.verdict.kind == CR_VERDICT_CONFORMS;
    again = seen.verdict;
    left[i] = s->left;
  }
  s->keep = false;
  cr_trace_free(&seen);
  if (!conforms) { /* what the life before left behind has broken this one */
    if (again.kind == CR_VERDICT_INCONCLUSIVE) return usable; /* it is not to be loaded twice */
    life->verdict = again;
    life->verdict.step = (uint32_t)life->steps_count;
    snprintf(life->verdict.note, sizeof life->verdict.note, "lived again: %.140s", again.note);
    return usable;
  }
  cr_buf text = {0};
  say(&text, left[1].threads == 0 ? 0 : left[2].threads, "thread", "threads");
  bool theirs =
      cr_image_cleans_threads(&s->image); /* of threads that never end: not to be told apart */
  say(&text, !theirs && left[2].handles > left[1].handles ? left[2].handles - left[1].handles : 0,
      "handle", "handles");
  say(&text, !theirs && left[2].blocks > left[1].blocks ? left[2].blocks - left[1].blocks : 0,
      "block of memory", "blocks of memory");
  if (text.len != 0) {
    life->verdict = (cr_verdict){.kind = CR_VERDICT_VIOLATES,
                                 .clause = CR_CLAUSE_RM_CLOSE_06,
                                 .step = (uint32_t)life->steps_count};
    snprintf(life->verdict.note, sizeof life->verdict.note, "each life leaves %s", text.data);
  }
  cr_buf_free(&text);
  return true;
}
