/* guided.c - the controller's side of guided schedules; see clusrace/guided.h. */
#include "clusrace/guided.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clusrace/frame.h"
#include "private.h"

enum { ANSWER_TIMEOUT_MS = 20000 /* beyond the host's own watchdog */ };

struct cr_guided {
  cr_host *host;
  cr_scenario scenario;
  cr_hunt_request request;
  cr_guided_block *block;
  char path[300]; /* of the block's file */
  bool told;      /* the host knows what is to be run */
  cr_buf answer;
};

/* ---- the block ------------------------------------------------------------------------------- */

static int make_file(const char *folder, char *path, size_t n) {
  const char *const folders[] = {folder == NULL ? "/dev/shm" : folder, "/tmp"};
  int file = -1;
  for (size_t i = 0; i < CR_ARRAY_LEN(folders) && file < 0; i++) {
    snprintf(path, n, "%s/clusrace-block-XXXXXX", folders[i]);
    file = mkostemp(path, O_CLOEXEC);
  }
  return file;
}

static cr_err map_block(cr_guided *g, const char *folder, cr_errinfo *info) {
  int file = make_file(folder, g->path, sizeof g->path);
  if (file < 0 || ftruncate(file, sizeof *g->block) != 0) {
    cr_err err =
        cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", g->path, strerror(errno));
    if (file >= 0) close(file);
    return err;
  }
  void *block = mmap(NULL, sizeof *g->block, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (block == MAP_FAILED)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be mapped: %s", g->path, strerror(errno));
  g->block = block;
  g->block->bytes = sizeof *g->block;
  return CR_OK;
}

cr_err cr_guided_new(cr_host *host, const cr_guided_options *options, cr_guided **out,
                     cr_errinfo *info) {
  cr_guided *g = cr_alloc(sizeof *g);
  g->host = host;
  g->scenario = *options->scenario;
  g->request.strict = options->strict;
  g->request.most = 1;
  g->request.config.strategy = CR_STRATEGY_GUIDED;
  g->request.config.preemptions = CR_SEARCH_UNBOUNDED;
  g->request.config.budget[CR_COST_TIMER] = options->timers;
  g->request.config.budget[CR_COST_FAULT] = options->faults;
  cr_err err = map_block(g, options->folder, info);
  cr__host_stop(host, true);
  if (err == CR_OK) {
    *out = g;
    return CR_OK;
  }
  cr_guided_free(g);
  return err;
}

void cr_guided_free(cr_guided *g) {
  if (g == NULL) return;
  if (g->block != NULL) munmap(g->block, sizeof *g->block);
  if (g->path[0] != '\0') unlink(g->path);
  cr_buf_free(&g->answer);
  free(g);
}

const cr_guided_block *cr_guided_block_of(const cr_guided *g) { return g->block; }

/* ---- running --------------------------------------------------------------------------------- */

static cr__link_state ask(cr_guided *g, uint8_t type, const void *payload, size_t n,
                          cr_errinfo *info, cr_err *err) {
  uint8_t answered = 0;
  if (!cr__link_write(&g->host->link, type, payload, n)) return CR__LINK_ENDED;
  cr__link_state state = cr__link_read(&g->host->link, ANSWER_TIMEOUT_MS, &answered, &g->answer);
  if (state == CR__LINK_OK && answered != CR_FRAME_RAN)
    *err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s: the host refuses the schedule: %.300s",
                   g->host->host, g->answer.data == NULL ? "" : g->answer.data);
  return state;
}

/* A host that runs and knows what this is about. */
static cr_err ready(cr_guided *g, cr_errinfo *info) {
  cr_host *h = g->host;
  if (h->link.pid == 0) g->told = false;
  cr_err err = cr__host_ready(h, info);
  if (err != CR_OK || h->interrupted || g->told) return err;
  if (h->refused[0] != '\0')
    return cr_fail(info, CR_ERR_INPUT, "%s: cannot be driven: %s", h->dll, h->refused);
  cr_buf request = {0};
  cr_buf_printf(&request, "%s\n", g->path);
  cr_hunt_request_write(&g->request, &g->scenario, NULL, 0, &request);
  cr__link_state state = ask(g, CR_FRAME_GUIDE, request.data, request.len, info, &err);
  cr_buf_free(&request);
  if (state == CR__LINK_INTERRUPTED) {
    h->interrupted = true;
    return CR_OK;
  }
  if (err == CR_OK && state != CR__LINK_OK)
    err =
        cr_fail(info, CR_ERR_ENVIRONMENT, "%s: the host ended before the first schedule", h->host);
  g->told = err == CR_OK;
  return err;
}

/* The trace of a host that is gone: its breadcrumbs. */
static void from_crumbs(cr_guided *g, bool silent, cr_trace *seen) {
  cr_trace_clear(seen);
  uint32_t count = g->block->crumbs_count;
  for (uint32_t i = 0; i < count && i < CR_GUIDED_CRUMBS_MAX; i++)
    cr_trace_push(seen, &g->block->crumb[i], 0);
  seen->verdict = (cr_verdict){.kind = silent ? CR_VERDICT_HANGS : CR_VERDICT_CRASHES,
                               .clause = CR_CLAUSE_COUNT,
                               .step = (uint32_t)seen->steps_count};
  snprintf(seen->verdict.note, sizeof seen->verdict.note, "%s",
           silent ? "no step for longer than the limit" : "the host ended without an answer");
}

cr_err cr_guided_run(cr_guided *g, const uint8_t *input, size_t n, bool with_trace, cr_trace *seen,
                     cr_errinfo *info) {
  const uint8_t wanted = with_trace;
  cr_trace_free(seen);
  cr_trace_init(seen, &g->scenario, &g->host->subject);
  cr_err err = ready(g, info);
  if (err != CR_OK || g->host->interrupted) return err;
  g->block->input_bytes = (uint32_t)(n < CR_GUIDED_BYTES_MAX ? n : CR_GUIDED_BYTES_MAX);
  if (n != 0) memcpy(g->block->input, input, g->block->input_bytes);
  g->block->crumbs_count = 0;
  cr__link_state state = ask(g, CR_FRAME_RUN, &wanted, sizeof wanted, info, &err);
  if (state == CR__LINK_INTERRUPTED) {
    g->host->interrupted = true;
    return CR_OK;
  }
  if (err != CR_OK) return err;
  if (state != CR__LINK_OK) {
    from_crumbs(g, state == CR__LINK_SILENT, seen);
    cr__host_stop(g->host, false);
    return CR_OK;
  }
  if (g->answer.len == 0) return CR_OK;
  err = cr_trace_read(g->answer.data, g->answer.len, "the host's answer", seen, info);
  return err == CR_OK ? CR_OK : CR_ERR_ENVIRONMENT;
}

cr_err cr_guided_confirm(cr_guided *g, const cr_trace *found, cr_trace *again, cr_errinfo *info) {
  bool confirmed = false;
  uint32_t flags = CR_REPLAY_EXACT | (g->request.strict ? CR_REPLAY_STRICT : 0u);
  if (cr_replay_lives_again(&found->verdict)) flags |= CR_REPLAY_LEAKS;
  cr__host_stop(g->host, false);
  cr_err err = cr_host_replay(g->host, found, flags, again, &confirmed, info);
  cr__host_stop(g->host, false);
  bool same = err == CR_OK && confirmed && again->verdict.kind == found->verdict.kind &&
              again->verdict.clause == found->verdict.clause;
  if (!same) cr_trace_clear(again);
  return err;
}
