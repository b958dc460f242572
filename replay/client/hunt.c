/* hunt.c - the controller's side of a hunt: asks for some schedules at a time, keeps the state of
 * the search, confirms what is found, and goes on in a fresh host after one that is gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/frame.h"
#include "private.h"

enum {
  SCHEDULES_PER_ANSWER = 4096,
  MS_PER_ANSWER = 500,
  ANSWER_TIMEOUT_MS = 20000, /* beyond the host's own watchdog */
  LOST_MAX = 20              /* hosts that may be lost in one hunt */
};

typedef struct hunt {
  cr_host *host;
  const cr_scenario *scenario;
  const cr_hunt_options *options;
  cr_hunt_report *report;
  cr_hunt_request request;
  cr_buf state;    /* of the search, after the last answer */
  bool send_state; /* the host does not hold it */
  cr_buf crumbs;   /* events of the schedule that is asked for alone */
} hunt;

void cr_hunt_report_free(cr_hunt_report *r) {
  for (unsigned i = 0; i < r->findings_count; i++) cr_trace_free(&r->finding[i]);
  free(r->finding);
  *r = (cr_hunt_report){0};
}

static void finding_add(cr_hunt_report *r, const cr_trace *trace) {
  r->finding = cr_realloc(r->finding, (r->findings_count + 1) * sizeof *r->finding);
  memset(&r->finding[r->findings_count], 0, sizeof *r->finding);
  cr_trace_copy(&r->finding[r->findings_count++], trace);
}

/* Once more, exactly, in a host that has seen nothing. */
static cr_err confirm(hunt *h, const cr_trace *found, cr_errinfo *info) {
  cr_trace again = {0};
  bool confirmed = false;
  uint32_t flags = CR_REPLAY_EXACT | (h->options->strict ? CR_REPLAY_STRICT : 0u);
  if (cr_replay_lives_again(&found->verdict)) flags |= CR_REPLAY_LEAKS;
  cr_err err = cr_host_replay(h->host, found, flags, &again, &confirmed, info);
  if (err == CR_OK && !h->host->interrupted) {
    bool same = confirmed && again.verdict.kind == found->verdict.kind &&
                again.verdict.clause == found->verdict.clause;
    if (same)
      finding_add(h->report, &again);
    else
      h->report->unconfirmed++;
    if (h->request.known_count < CR_HUNT_KNOWN_MAX)
      h->request.known[h->request.known_count++] = cr_trace_signature(found);
  }
  cr_trace_free(&again);
  return err;
}

static cr_err ask(hunt *h, cr_buf *answer, cr__link_state *state, cr_errinfo *info) {
  cr_buf request = {0};
  uint8_t type = 0;
  cr_hunt_request_write(&h->request, h->scenario, h->state.data, h->send_state ? h->state.len : 0,
                        &request);
  cr_buf_clear(&h->crumbs);
  *state = cr__link_write(&h->host->link, CR_FRAME_HUNT, request.data, request.len)
               ? CR__LINK_OK
               : CR__LINK_ENDED;
  while (*state == CR__LINK_OK) {
    *state = cr__link_read(&h->host->link, ANSWER_TIMEOUT_MS, &type, answer);
    if (*state != CR__LINK_OK || type != CR_FRAME_BREADCRUMB) break;
    cr_buf_add(&h->crumbs, answer->data, answer->len);
    if (answer->len > 0 && answer->data[answer->len - 1] != '\n') cr_buf_putc(&h->crumbs, '\n');
  }
  cr_buf_free(&request);
  if (*state == CR__LINK_INTERRUPTED) h->host->interrupted = true;
  if (*state == CR__LINK_OK && type != CR_FRAME_HUNTED)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: the host refuses the hunt: %.300s", h->host->host,
                   answer->data == NULL ? "" : answer->data);
  return CR_OK;
}

/* The host is gone in one of the schedules that it was asked for. First they are asked for one by
 * one; the one that ends a host again is a finding, and what lies behind it is given up. */
static cr_err host_lost(hunt *h, bool silent, cr_errinfo *info) {
  cr_trace found = {0};
  cr__host_stop(h->host, false);
  h->send_state = true;
  if (h->request.most > 1) {
    h->request.most = 1;
    h->request.crumbs = 1;
    return CR_OK;
  }
  cr__from_breadcrumbs(h->host, h->scenario, &h->crumbs, silent, &found);
  h->report->lost++;
  h->request.lost = 1;
  h->request.most = SCHEDULES_PER_ANSWER;
  h->request.crumbs = 0;
  cr_err err = confirm(h, &found, info);
  cr__host_stop(h->host, false);
  cr_trace_free(&found);
  return err;
}

static cr_err take(hunt *h, const cr_buf *answer, cr_errinfo *info) {
  const void *state;
  const char *text;
  size_t state_n, text_n;
  cr_trace found = {0};
  cr_hunt_answer *a = &h->report->answer;
  cr_clauses warned = a->warned;
  uint32_t held[CR_CLAUSE_COUNT], broken[CR_CLAUSE_COUNT];
  memcpy(held, a->held, sizeof held);
  memcpy(broken, a->broken, sizeof broken);
  uint64_t known_met = a->known_met;
  cr_taken *taken = cr_alloc(sizeof *taken);
  *taken = a->taken;
  cr_err err =
      cr_hunt_answer_read(answer->data, answer->len, a, &state, &state_n, &text, &text_n, info);
  cr_taken_merge(&a->taken, taken);
  free(taken);
  if (err != CR_OK) return CR_ERR_ENVIRONMENT;
  cr_clauses_merge(&a->warned, &warned);
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    a->held[c] += held[c];
    a->broken[c] += broken[c];
  }
  a->known_met += known_met;
  cr_buf_clear(&h->state);
  cr_buf_add(&h->state, state, state_n);
  h->send_state = false;
  h->request.lost = 0;
  if (text_n == 0) return CR_OK;
  err = cr_trace_read(text, text_n, "the host's answer", &found, info);
  if (err != CR_OK) return CR_ERR_ENVIRONMENT;
  cr__host_stop(h->host, false);
  h->send_state = true;
  if (found.verdict.kind == CR_VERDICT_INCONCLUSIVE)
    snprintf(h->report->refused, sizeof h->report->refused, "%s", found.verdict.note);
  else
    err = confirm(h, &found, info);
  cr__host_stop(h->host, true);
  cr_trace_free(&found);
  return err;
}

static bool finished(const hunt *h) {
  const cr_hunt_report *r = h->report;
  unsigned most = h->options->findings_max == 0 ? 1 : h->options->findings_max;
  return r->answer.over || r->findings_count >= most || r->refused[0] != '\0' ||
         r->lost > LOST_MAX || r->unconfirmed > 3 || h->request.known_count == CR_HUNT_KNOWN_MAX;
}

cr_err cr_host_hunt(cr_host *host, const cr_scenario *scenario, const cr_hunt_options *options,
                    cr_hunt_report *report, cr_errinfo *info) {
  hunt h = {.host = host, .scenario = scenario, .options = options, .report = report};
  cr_buf answer = {0};
  cr_err err = CR_OK;
  memset(report, 0, sizeof *report);
  h.request.config = options->config;
  h.request.strict = options->strict;
  h.request.taken = options->taken;
  h.request.most = SCHEDULES_PER_ANSWER;
  h.request.ms_max = MS_PER_ANSWER;
  cr__host_stop(host, true);
  while (err == CR_OK && !finished(&h)) {
    err = cr__host_ready(host, info);
    if (err == CR_OK && host->interrupted) break;
    if (err == CR_OK && host->refused[0] != '\0') {
      snprintf(report->refused, sizeof report->refused, "%.150s", host->refused);
      break;
    }
    cr__link_state state = CR__LINK_OK;
    if (err == CR_OK) err = ask(&h, &answer, &state, info);
    if (err == CR_OK && host->interrupted) break;
    if (err == CR_OK && state != CR__LINK_OK)
      err = host_lost(&h, state == CR__LINK_SILENT, info);
    else if (err == CR_OK)
      err = take(&h, &answer, info);
    if (err == CR_OK && host->interrupted) break;
    if (err == CR_OK && options->go_on != NULL && !options->go_on(options->context, report)) {
      report->interrupted = true;
      break;
    }
  }
  report->interrupted = report->interrupted || host->interrupted;
  cr__host_stop(host, err == CR_OK && !host->interrupted);
  cr_buf_free(&answer);
  cr_buf_free(&h.state);
  cr_buf_free(&h.crumbs);
  return err;
}
