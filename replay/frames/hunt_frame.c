/* hunt_frame.c - requests and answers of a hunt as bytes: a head of text lines in fixed order, an
 * empty line, then the parts whose lengths the head names. See clusrace/hunt.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/hunt.h"

static void put(cr_buf *out, const char *key, uint64_t value) {
  cr_buf_printf(out, "%s %" PRIu64 "\n", key, value);
}

/* What is left to be read. */
typedef struct reader {
  const char *at, *end;
  bool good;
} reader;

static uint64_t get(reader *r, const char *key, uint64_t max) {
  size_t n = strlen(key);
  uint64_t value = 0;
  unsigned digits = 0;
  if (!r->good || (size_t)(r->end - r->at) < n + 3 || memcmp(r->at, key, n) != 0 ||
      r->at[n] != ' ') {
    r->good = false;
    return 0;
  }
  const char *p = r->at + n + 1;
  for (; p < r->end && *p >= '0' && *p <= '9' && digits < 20; p++, digits++)
    value = value * 10 + (uint64_t)(*p - '0');
  r->good = digits > 0 && p < r->end && *p == '\n' && value <= max;
  r->at = p + 1;
  return r->good ? value : 0;
}

static const char *part(reader *r, uint64_t n) {
  const char *from = r->at;
  if (!r->good || (uint64_t)(r->end - r->at) < n) {
    r->good = false;
    return NULL;
  }
  r->at += n;
  return from;
}

static void empty_line(reader *r) {
  const char *line = part(r, 1);
  if (line != NULL && *line != '\n') r->good = false;
}

static cr_err finish(const reader *r, const char *what, cr_errinfo *info) {
  if (r->good && r->at == r->end) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT, "%s is not in its form", what);
}

void cr_hunt_request_write(const cr_hunt_request *q, const cr_scenario *scenario, const void *state,
                           size_t n, cr_buf *out) {
  cr_buf text = {0};
  cr_scenario_write(scenario, "", &text);
  put(out, "strategy", q->config.strategy);
  put(out, "preemptions", q->config.preemptions);
  put(out, "iterate", q->config.iterate);
  put(out, "timers", q->config.budget[CR_COST_TIMER]);
  put(out, "faults", q->config.budget[CR_COST_FAULT]);
  put(out, "schedules", q->config.schedules);
  put(out, "seed", q->config.seed);
  put(out, "depth", q->config.depth);
  put(out, "most", q->most);
  put(out, "ms", q->ms_max);
  put(out, "crumbs", q->crumbs);
  put(out, "strict", q->strict);
  put(out, "taken", q->taken);
  put(out, "lost", q->lost);
  put(out, "known", q->known_count);
  for (unsigned i = 0; i < q->known_count; i++) put(out, "signature", q->known[i]);
  put(out, "state", n);
  put(out, "scenario", text.len);
  cr_buf_putc(out, '\n');
  if (n != 0) cr_buf_add(out, state, n);
  cr_buf_add(out, text.data, text.len);
  cr_buf_free(&text);
}

cr_err cr_hunt_request_read(const void *bytes, size_t n, cr_hunt_request *q, cr_scenario *scenario,
                            const void **state, size_t *state_n, cr_errinfo *info) {
  reader r = {bytes, (const char *)bytes + n, true};
  memset(q, 0, sizeof *q);
  q->config.strategy = (uint8_t)get(&r, "strategy", CR_STRATEGY_GUIDED);
  q->config.preemptions = (uint8_t)get(&r, "preemptions", UINT8_MAX);
  q->config.iterate = get(&r, "iterate", 1) != 0;
  q->config.budget[CR_COST_TIMER] = (uint8_t)get(&r, "timers", UINT8_MAX);
  q->config.budget[CR_COST_FAULT] = (uint8_t)get(&r, "faults", UINT8_MAX);
  q->config.schedules = get(&r, "schedules", UINT64_MAX);
  q->config.seed = get(&r, "seed", UINT64_MAX);
  q->config.depth = (uint8_t)get(&r, "depth", UINT8_MAX);
  q->most = (uint32_t)get(&r, "most", UINT32_MAX);
  q->ms_max = (uint32_t)get(&r, "ms", UINT32_MAX);
  q->crumbs = (uint8_t)get(&r, "crumbs", 1);
  q->strict = (uint8_t)get(&r, "strict", 1);
  q->taken = (uint8_t)get(&r, "taken", 1);
  q->lost = (uint8_t)get(&r, "lost", 1);
  q->known_count = (uint8_t)get(&r, "known", CR_HUNT_KNOWN_MAX);
  for (unsigned i = 0; i < q->known_count; i++) q->known[i] = get(&r, "signature", UINT64_MAX);
  *state_n = (size_t)get(&r, "state", n);
  size_t scenario_n = (size_t)get(&r, "scenario", n);
  empty_line(&r);
  *state = part(&r, *state_n);
  const char *text = part(&r, scenario_n);
  cr_err err = finish(&r, "the request", info);
  if (err != CR_OK) return err;
  return cr_scenario_parse(text, scenario_n, "request", 1, scenario, info);
}

static void put_taken(cr_buf *out, const cr_taken *taken) {
  uint64_t *list = cr_alloc(CR_TAKEN_MAX * sizeof *list);
  uint32_t count = cr_taken_list(taken, list);
  put(out, "taken", count);
  for (uint32_t i = 0; i < count; i++) put(out, "key", list[i]);
  free(list);
}

static void get_taken(reader *r, cr_taken *taken) {
  uint32_t count = (uint32_t)get(r, "taken", CR_TAKEN_MAX);
  for (uint32_t i = 0; i < count && r->good; i++)
    r->good = cr_taken_add(taken, get(r, "key", UINT64_MAX));
}

void cr_hunt_answer_write(const cr_hunt_answer *a, const cr_buf *state, const cr_buf *trace,
                          cr_buf *out) {
  put(out, "schedules", a->stats.schedules);
  put(out, "redundant", a->stats.redundant);
  put(out, "steps", a->stats.steps);
  put(out, "longest", a->stats.steps_max);
  put(out, "bound", a->stats.bound);
  put(out, "exhausted-bound", (uint64_t)(a->stats.exhausted + 1));
  put(out, "exhausted", a->exhausted);
  put(out, "over", a->over);
  put(out, "known", a->known_met);
  for (unsigned i = 0; i < CR_ARRAY_LEN(a->warned.bits); i++) put(out, "warned", a->warned.bits[i]);
  unsigned counted = 0;
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) counted += (a->held[i] | a->broken[i]) != 0;
  put(out, "counted", counted);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++) {
    if ((a->held[i] | a->broken[i]) == 0) continue;
    put(out, "clause", i);
    put(out, "held", a->held[i]);
    put(out, "broken", a->broken[i]);
  }
  put_taken(out, &a->taken);
  put(out, "error", strlen(a->error));
  put(out, "state", state->len);
  put(out, "trace", trace->len);
  cr_buf_putc(out, '\n');
  cr_buf_puts(out, a->error);
  if (state->len != 0) cr_buf_add(out, state->data, state->len);
  if (trace->len != 0) cr_buf_add(out, trace->data, trace->len);
}

cr_err cr_hunt_answer_read(const void *bytes, size_t n, cr_hunt_answer *a, const void **state,
                           size_t *state_n, const char **trace, size_t *trace_n, cr_errinfo *info) {
  reader r = {bytes, (const char *)bytes + n, true};
  memset(a, 0, sizeof *a);
  a->stats.schedules = get(&r, "schedules", UINT64_MAX);
  a->stats.redundant = get(&r, "redundant", UINT64_MAX);
  a->stats.steps = get(&r, "steps", UINT64_MAX);
  a->stats.steps_max = (uint32_t)get(&r, "longest", UINT32_MAX);
  a->stats.bound = (uint8_t)get(&r, "bound", UINT8_MAX);
  a->stats.exhausted = (int16_t)((int)get(&r, "exhausted-bound", UINT8_MAX + 1) - 1);
  a->exhausted = (uint8_t)get(&r, "exhausted", 1);
  a->over = (uint8_t)get(&r, "over", 1);
  a->known_met = get(&r, "known", UINT64_MAX);
  for (unsigned i = 0; i < CR_ARRAY_LEN(a->warned.bits); i++)
    a->warned.bits[i] = get(&r, "warned", UINT64_MAX);
  unsigned counted = (unsigned)get(&r, "counted", CR_CLAUSE_COUNT);
  for (unsigned i = 0; i < counted && r.good; i++) {
    unsigned clause = (unsigned)get(&r, "clause", CR_CLAUSE_COUNT - 1);
    a->held[clause] = (uint32_t)get(&r, "held", UINT32_MAX);
    a->broken[clause] = (uint32_t)get(&r, "broken", UINT32_MAX);
  }
  get_taken(&r, &a->taken);
  size_t error_n = (size_t)get(&r, "error", sizeof a->error - 1);
  *state_n = (size_t)get(&r, "state", n);
  *trace_n = (size_t)get(&r, "trace", n);
  empty_line(&r);
  const char *error = part(&r, error_n);
  if (error != NULL) memcpy(a->error, error, error_n);
  *state = part(&r, *state_n);
  *trace = part(&r, *trace_n);
  return finish(&r, "the answer", info);
}
