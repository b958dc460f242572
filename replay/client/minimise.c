/* minimise.c - shorter, calmer and canonical forms of what a real DLL did; the rest is in
 * clusrace/replay.h.
 *
 * A candidate is the best trace so far with something left out or exchanged. It leads the DLL as a
 * guide: what cannot be done is passed over, silent steps are the DLL's own, and the first
 * violation ends it. What counts is the verdict and what was OBSERVED: fewer steps, then fewer
 * switches, then lesser ones. So every loop here ends, and nothing is believed that was not seen.
 *
 * The candidates are replayed one after the other in the same process, as the schedules of a hunt
 * are; only a crash, or a thread that does not come back, costs one. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "private.h"

/* What a candidate costs: a replay 1, a life that is lived again several, a run that does not come
 * to rest or a process that is lost the time of some tens, one whose watchdog has to bark all that
 * there is. So the bound is one of time, and yet the same on every machine. */
enum { COST_MAX = 1000, COST_AGAIN = 4, COST_LOST = 10, COST_SILENT = COST_MAX };

typedef struct reduction {
  cr_host *host;
  const cr_host_minimise_options *options;
  const cr_verdict *target;
  uint32_t flags; /* of a replay that confirms */
  cr_trace best, tried, guide;
  cr_host_minimised *stats;
  uint32_t cost;
  bool led;        /* some guide has led to the verdict at all */
  uint64_t *known; /* digests of the guides that were tried */
  size_t known_count, known_cap;
  cr_err err;
  cr_errinfo *info;
} reduction;

/* ---- which is better ------------------------------------------------------------------------- */

static int compare_actors(const cr_event *a, const cr_event *b) {
  if (a->role != b->role) return a->role < b->role ? -1 : 1;
  if (a->who != b->who) return a->who < b->who ? -1 : 1;
  return (a->lane > b->lane) - (a->lane < b->lane);
}

static int compare_events(const cr_event *a, const cr_event *b) {
  int actors = compare_actors(a, b);
  if (actors != 0) return actors;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  if (a->object != b->object) return a->object < b->object ? -1 : 1;
  if (a->value != b->value) return a->value < b->value ? -1 : 1;
  return (a->result > b->result) - (a->result < b->result);
}

static bool better(const cr_trace *a, const cr_trace *b) {
  if (a->steps_count != b->steps_count) return a->steps_count < b->steps_count;
  size_t of_a = cr_trace_switches(a), of_b = cr_trace_switches(b);
  if (of_a != of_b) return of_a < of_b;
  for (size_t i = 0; i < a->steps_count; i++) {
    int order = compare_events(&a->steps[i].event, &b->steps[i].event);
    if (order != 0) return order < 0;
  }
  return false;
}

/* ---- running a candidate --------------------------------------------------------------------- */

/* How long a note is without what a replay adds: how its guide was left, what is left over. */
static size_t own_note(const char *note) { return strcspn(note, ";"); }

/* A crash or misuse elsewhere is another one. */
static bool same_verdict(const cr_verdict *a, const cr_verdict *b) {
  bool told = a->kind == CR_VERDICT_CRASHES || a->kind == CR_VERDICT_MISUSES;
  size_t n = own_note(a->note), m = own_note(b->note);
  return a->kind == b->kind && a->clause == b->clause &&
         (!told || (n == m && memcmp(a->note, b->note, n) == 0));
}

/* What comes behind the step that decides shows nothing. A misuse is seen before the event of the
 * call that it was. */
static void cut(cr_trace *trace) {
  const cr_verdict *v = &trace->verdict;
  size_t needed = v->kind == CR_VERDICT_VIOLATES  ? v->step
                  : v->kind == CR_VERDICT_MISUSES ? v->step + 1u
                                                  : 0;
  if (v->step != 0 && needed != 0 && needed < trace->steps_count) trace->steps_count = needed;
}

static bool ends(reduction *r) {
  const cr_host_minimise_options *o = r->options;
  if (r->err == CR_OK && !r->stats->stopped)
    r->stats->stopped = r->host->interrupted || (o->go_on != NULL && !o->go_on(o->context));
  return r->err != CR_OK || r->stats->stopped;
}

static bool spent(reduction *r) { return ends(r) || r->cost >= COST_MAX; }

static void pay(reduction *r) {
  const cr_verdict *v = &r->tried.verdict;
  bool lost = v->kind == CR_VERDICT_CRASHES || v->kind == CR_VERDICT_HANGS;
  r->stats->replays++;
  r->cost += (r->flags & CR_REPLAY_LEAKS) != 0 ? COST_AGAIN : 1;
  r->cost += cr__hangs_silently(v) ? COST_SILENT : lost ? COST_LOST : 0;
}

/* Does something go wrong there, or a wait end by time? */
static bool is_chosen(const cr_event *e) {
  return e->kind == CR_EV_SYNC &&
         (e->value == CR_WAIT_FAULT || e->value == CR_WAIT_DELAY || e->value == CR_WAIT_TIMEOUT);
}

/* Of the ways that guides lead, each is worth one replay. Silent steps on a thread's own way to one
 * that shows are no part of it: they come by themselves. */
static uint64_t way_of(const cr_trace *guide, uint32_t how) {
  uint64_t digest = cr_digest(&how, sizeof how);
  bool by_itself = false; /* the step in front, if it is the same actor's and silent */
  for (size_t i = guide->steps_count; i-- > 0;) {
    const cr_event *e = &guide->steps[i].event;
    bool shows = cr_event_row_of(e->kind)->visible;
    bool own = i + 1 < guide->steps_count && cr_event_same_actor(e, &guide->steps[i + 1].event);
    bool left_out = own && by_itself && !shows && !is_chosen(e) && how == CR_REPLAY_FIRST;
    const uint32_t fields[] = {e->kind,  e->role,   e->who,   e->lane,    e->object, e->handle,
                               e->value, e->result, e->extra, e->effects, e->cause};
    if (!left_out) digest = cr_digest_seeded(fields, sizeof fields, digest);
    by_itself = shows || left_out;
  }
  return digest;
}

static bool is_known(reduction *r, uint32_t how) {
  uint64_t digest = way_of(&r->guide, how);
  for (size_t i = 0; i < r->known_count; i++)
    if (r->known[i] == digest) return true;
  if (r->known_count == r->known_cap) {
    r->known_cap = r->known_cap == 0 ? 256 : 2 * r->known_cap;
    r->known = cr_realloc(r->known, r->known_cap * sizeof *r->known);
  }
  r->known[r->known_count++] = digest;
  return false;
}

/* Runs the guide and adopts what was seen when it is better. */
static bool attempt(reduction *r, uint32_t how) {
  if (spent(r) || is_known(r, how)) return false;
  uint32_t flags = (r->flags & ~(uint32_t)CR_REPLAY_EXACT) | how | CR_REPLAY_ONCE | CR_REPLAY_KEEP;
  r->err = cr_host_replay(r->host, &r->guide, flags, &r->tried, NULL, r->info);
  if (ends(r)) return false;
  pay(r);
  if (!same_verdict(&r->tried.verdict, r->target)) return false;
  r->led = true;
  cut(&r->tried);
  if (!better(&r->tried, &r->best)) return false;
  cr_trace old = r->best;
  r->best = r->tried;
  r->best.verdict.note[own_note(r->best.verdict.note)] = '\0';
  r->tried = old;
  return true;
}

/* ---- candidates ------------------------------------------------------------------------------ */

static void guide_begin(reduction *r) { r->guide.steps_count = 0; }

/* Appends steps from..to-1 of the best. */
static void guide_add(reduction *r, size_t from, size_t to) {
  for (; from < to; from++) {
    const cr_step *step = &r->best.steps[from];
    cr_trace_push(&r->guide, &step->event, step->after);
  }
}

static bool without(reduction *r, size_t from, size_t to) {
  guide_begin(r);
  guide_add(r, 0, from);
  guide_add(r, to, r->best.steps_count);
  return attempt(r, CR_REPLAY_FIRST);
}

/* Without the steps that an actor makes behind its first `keep`. */
static bool without_tail(reduction *r, cr_event actor, size_t keep) {
  size_t made = 0;
  guide_begin(r);
  for (size_t i = 0; i < r->best.steps_count; i++) {
    bool own = cr_event_same_actor(&r->best.steps[i].event, &actor);
    if (own && made++ >= keep) continue;
    guide_add(r, i, i + 1);
  }
  return attempt(r, CR_REPLAY_FIRST);
}

static size_t steps_of(const cr_trace *trace, const cr_event *actor) {
  size_t count = 0;
  for (size_t i = 0; i < trace->steps_count; i++)
    count += cr_event_same_actor(&trace->steps[i].event, actor);
  return count;
}

static bool is_first_of_actor(const cr_trace *trace, size_t at) {
  for (size_t i = 0; i < at; i++)
    if (cr_event_same_actor(&trace->steps[i].event, &trace->steps[at].event)) return false;
  return true;
}

/* Each actor does nothing any more from as early on as possible: all of it is left out, or half of
 * it, or half of that. */
static bool drop_tails(reduction *r) {
  bool any = false;
  for (size_t i = 0; i < r->best.steps_count && !spent(r); i++) {
    if (!is_first_of_actor(&r->best, i)) continue;
    cr_event actor = r->best.steps[i].event;
    size_t has = steps_of(&r->best, &actor);
    for (size_t less = has; less >= 1 && !spent(r);) {
      bool dropped = less <= has && without_tail(r, actor, has - less);
      any = any || dropped;
      has = steps_of(&r->best, &actor);
      if (!dropped || less > has) less /= 2;
    }
    if (i >= r->best.steps_count || !cr_event_same_actor(&r->best.steps[i].event, &actor))
      i = SIZE_MAX;
  }
  return any;
}

/* Without each run of `chunk` steps. */
static bool drop_chunks(reduction *r, size_t chunk) {
  bool any = false;
  for (size_t at = 0; at < r->best.steps_count && !spent(r);) {
    size_t end = at + chunk < r->best.steps_count ? at + chunk : r->best.steps_count;
    if (without(r, at, end))
      any = true;
    else
      at = end;
  }
  return any;
}

/* The best with the steps from..mid-1 and mid..to-1 exchanged. */
static bool exchange(reduction *r, size_t from, size_t mid, size_t to) {
  guide_begin(r);
  guide_add(r, 0, from);
  guide_add(r, mid, to);
  guide_add(r, from, mid);
  guide_add(r, to, r->best.steps_count);
  return attempt(r, CR_REPLAY_FIRST);
}

/* Two runs of one actor with others in between become one: the later comes earlier, or the earlier
 * later. */
static bool join_runs(reduction *r) {
  bool any = false;
  const cr_trace *best = &r->best;
  for (size_t at = 0; at < best->steps_count && !spent(r);) {
    size_t end = cr_trace_run_end(best, at), next = cr_trace_next_run(best, at);
    if (next < best->steps_count &&
        (exchange(r, end, next, cr_trace_run_end(best, next)) || exchange(r, at, end, next)))
      any = true;
    else
      at = end;
  }
  return any;
}

/* Neighbouring runs in the order of their actors. */
static bool sort_runs(reduction *r) {
  bool any = false;
  const cr_trace *best = &r->best;
  for (size_t at = 0; at < best->steps_count && !spent(r);) {
    size_t mid = cr_trace_run_end(best, at);
    bool wrong = mid < best->steps_count &&
                 compare_actors(&best->steps[mid].event, &best->steps[at].event) < 0;
    if (wrong && exchange(r, at, mid, cr_trace_run_end(best, mid)))
      any = true;
    else
      at = mid;
  }
  return any;
}

/* What is wrong with memory shows at the end of a replay, wherever that is; but a life that is
 * lived again is a whole one. */
static void end_early(reduction *r) {
  if (r->target->kind != CR_VERDICT_MISUSES || (r->flags & CR_REPLAY_LEAKS) != 0) return;
  for (size_t less = r->best.steps_count / 2; less >= 1 && !spent(r);) {
    guide_begin(r);
    if (less < r->best.steps_count) guide_add(r, 0, r->best.steps_count - less);
    r->guide.verdict = r->best.verdict;
    r->guide.verdict.step = (uint32_t)r->guide.steps_count;
    if (!attempt(r, CR_REPLAY_EXACT)) less /= 2;
  }
}

static void reduce(reduction *r) {
  cr_trace_init(&r->guide, &r->best.scenario, cr_host_subject(r->host));
  guide_add(r, 0, r->best.steps_count);
  attempt(r, CR_REPLAY_FIRST);
  for (bool again = true; again && !spent(r);) {
    again = drop_tails(r);
    for (size_t chunk = r->best.steps_count / 2; chunk >= 1; chunk /= 2)
      if (drop_chunks(r, chunk)) again = true;
    if (!again && join_runs(r)) again = true;
    if (!again && sort_runs(r)) again = true;
  }
  r->stats->minimal = r->led && !spent(r);
  end_early(r);
}

/* ---- the result ------------------------------------------------------------------------------ */

/* Twice more, exactly, in fresh processes. */
static bool comes_again(reduction *r, const cr_trace *trace, cr_trace *result) {
  bool confirmed = false;
  if (ends(r)) return false;
  cr__host_stop(r->host, true);
  r->err = cr_host_replay(r->host, trace, r->flags, result, &confirmed, r->info);
  return !ends(r) && confirmed && same_verdict(&result->verdict, r->target) &&
         result->steps_count == trace->steps_count;
}

static bool finding(const cr_trace *trace) {
  return trace->verdict.kind >= CR_VERDICT_VIOLATES && trace->verdict.kind <= CR_VERDICT_MISUSES &&
         trace->verdict.kind != CR_VERDICT_DIVERGES && trace->verdict.loop == 0;
}

cr_err cr_host_minimise(cr_host *host, const cr_trace *trace,
                        const cr_host_minimise_options *options, cr_trace *result,
                        cr_host_minimised *stats, cr_errinfo *info) {
  *stats = (cr_host_minimised){.found_steps = trace->steps_count};
  cr_trace_copy(result, trace);
  if (!finding(trace)) return CR_OK;
  reduction r = {.host = host,
                 .options = options,
                 .target = &trace->verdict,
                 .flags = CR_REPLAY_EXACT | (options->strict ? CR_REPLAY_STRICT : 0u),
                 .stats = stats,
                 .info = info};
  cr_trace plain = {0}, again = {0};
  if (cr_replay_lives_again(&trace->verdict)) r.flags |= CR_REPLAY_LEAKS;
  cr_trace_copy(&plain, trace);
  cut(&plain);
  cr_trace_copy(&r.best, &plain);
  cr__host_stop(host, true);
  if (!cr__hangs_silently(&trace->verdict)) reduce(&r);
  bool shorter = better(&r.best, trace);
  if (shorter && comes_again(&r, &r.best, &again)) {
    cr_trace_copy(result, &again);
  } else if (shorter && !ends(&r)) {
    stats->minimal = false;
    stats->unsure = true;
    if (better(&plain, trace) && comes_again(&r, &plain, &again)) cr_trace_copy(result, &again);
  }
  if (stats->stopped) stats->minimal = false;
  cr__host_stop(host, r.err == CR_OK && !host->interrupted);
  cr_trace_free(&plain);
  cr_trace_free(&again);
  cr_trace_free(&r.best);
  cr_trace_free(&r.tried);
  cr_trace_free(&r.guide);
  free(r.known);
  return r.err;
}
