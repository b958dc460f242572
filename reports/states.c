/* states.c - see states.h. The values of the observer's variables are those of observer_fields.h.
 */
#include "states.h"

#include <string.h>

enum { NOBODY = 0xFF };

static void line(cr_buf *out, const char *text) {
  if (text == NULL) return;
  if (out->len != 0) cr_buf_putc(out, '\n');
  cr_buf_puts(out, text);
}

void cr__states_begin(cr__states *s, const cr_trace *trace, const cr__lanes *lanes) {
  *s = (cr__states){.trace = trace, .lanes = lanes};
  memset(s->owner, NOBODY, sizeof s->owner);
  cr_observer_init(&s->observer, &trace->scenario);
}

void cr__states_step(cr__states *s, const cr_event *e) {
  cr_observe(&s->observer, &s->trace->scenario, e, &s->judgement);
  if (e->handle >= CR_OPENS_MAX) return;
  bool opens = e->kind == CR_EV_OPENV || e->kind == CR_EV_OPENM || e->kind == CR_EV_OPENF;
  if (opens) s->owner[e->handle] = (uint8_t)cr__lane_from(s->lanes, e);
}

/* ---- the monitor ----------------------------------------------------------------------------- */

static const char *stands(unsigned mon) {
  switch (mon) {
    case CR_MON_NONE: return "not opened yet";
    case CR_MON_OPENING: return "being opened";
    case CR_MON_OFFLINE: return "offline";
    case CR_MON_ONLINE_CALL: return "Online is called";
    case CR_MON_ONLINE_PEND: return "Online is pending";
    case CR_MON_ONLINE: return "online";
    case CR_MON_OFFLINE_CALL: return "Offline is called";
    case CR_MON_OFFLINE_PEND: return "Offline is pending";
    case CR_MON_FAILED: return "failed";
    case CR_MON_CLOSING: return "being closed";
    case CR_MON_CLOSED: return "closed";
    default: return "?";
  }
}

static void say_monitor(const cr__states *s, cr_buf *out) {
  static const char *const cancels[] = {NULL, "the pending timer expired",
                                        "cancelled: Terminate was called",
                                        "cancelled: Terminate returned, the call has not"};
  static const char *const musts[] = {
      NULL,
      "owes a Terminate: Online failed",
      "owes a Terminate: Offline failed",
      "owes a Terminate: IsAlive said no",
      "owes a Terminate: the time is up",
      "owes a Terminate: Failed was reported",
  };
  const cr_scenario *sc = &s->trace->scenario;
  for (unsigned i = 0; i < sc->resources_count && i < CR_RESOURCES_MAX; i++) {
    const cr_obs_resource *r = &s->observer.resource[i];
    cr_buf_printf(out, "%s%s: %s", out->len == 0 ? "" : "\n", sc->resource[i].name, stands(r->mon));
    if (r->cp != 0) cr_buf_printf(out, "\ncheckpoint %u", r->cp - 1U);
    if (r->cancel < CR_ARRAY_LEN(cancels)) line(out, cancels[r->cancel]);
    if (r->must < CR_ARRAY_LEN(musts)) line(out, musts[r->must]);
    if (r->alive) line(out, "owes an IsAlive");
  }
}

/* ---- the DLL --------------------------------------------------------------------------------- */

static void say_entry_point(const cr_obs_resource *r, cr_buf *out) {
  static const char *const early[] = {NULL, "has reported Online already",
                                      "has reported Offline already",
                                      "has reported Failed already"};
  const char *name = cr_entry_point_name(r->inflight);
  if (name == NULL)
    line(out, "outside");
  else
    cr_buf_printf(out, "%sinside %s", out->len == 0 ? "" : "\n", name);
  if (r->spawned != 0)
    line(out, r->spawned == 1 ? "could not start a worker" : "has started a worker");
  line(out, early[r->early & 3]);
  if (r->tolde) line(out, "told to terminate");
  if (r->up) line(out, "brought its volume online");
}

static void say_worker(const cr_obs_resource *r, unsigned index, cr_buf *out) {
  static const char *const stand[] = {"not running",
                                      "working",
                                      "has made its last report",
                                      "runs, with nothing left to report",
                                      "was cancelled, and has reported its end",
                                      "outlives its cancelled operation"};
  unsigned w = index == 0 ? r->w0 : r->w1;
  if (index >= CR_WORKERS_MAX) return;
  if (w < CR_ARRAY_LEN(stand)) line(out, stand[w]);
  if (index == 0 ? r->told0 : r->told1) line(out, "told to terminate");
}

/* ---- volumes and programs -------------------------------------------------------------------- */

static const char *kind_of(unsigned kind) {
  return kind == CR_OPEN_VOLUME ? "the volume" : kind == CR_OPEN_FILE ? "a file" : "attributes";
}

static void say_volume(const cr__states *s, unsigned volume, cr_buf *out) {
  const cr_obs_volume *v = &s->observer.volume[volume];
  line(out, v->off ? "offline" : "online");
  line(out, v->fs == CR_FS_REAL ? "mounted" : v->fs == CR_FS_RAW ? "bound to RAW" : "not mounted");
  if (v->pend) line(out, "a dismount is pending");
  if (v->lock != 0) {
    cr_buf_printf(out, "\nlocked%s by h%u", v->impl ? " implicitly" : "", v->lock - 1U);
  }
  if (v->dirt != 0) line(out, "writes are not on the disk yet");
  for (unsigned h = 0; h < CR_OPENS_MAX; h++) {
    const cr_obs_open *open = &s->observer.open[h];
    if (open->kind == CR_OPEN_NONE || open->volume != volume) continue;
    cr_buf_printf(out, "\nh%u: %s%s", h, kind_of(open->kind), open->stale ? ", stale" : "");
    if (s->owner[h] < s->lanes->count) cr_buf_printf(out, ", %s", s->lanes->lane[s->owner[h]].name);
  }
}

static void say_program(const cr__states *s, unsigned lane, cr_buf *out) {
  for (unsigned h = 0; h < CR_OPENS_MAX; h++)
    if (s->observer.open[h].kind != CR_OPEN_NONE && s->owner[h] == lane)
      cr_buf_printf(out, "%sholds h%u", out->len == 0 ? "" : "\n", h);
  if (out->len == 0) line(out, "holds nothing open");
}

void cr__states_lane(const cr__states *s, unsigned number, cr_buf *out) {
  const cr__lane *lane = &s->lanes->lane[number];
  const cr_scenario *sc = &s->trace->scenario;
  bool resource = lane->who < sc->resources_count && lane->who < CR_RESOURCES_MAX;
  const cr_obs_resource *r = resource ? &s->observer.resource[lane->who] : NULL;
  switch (lane->role) {
    case 0:
      if (lane->who < sc->volumes_count && lane->who < CR_VOLUMES_MAX)
        say_volume(s, lane->who, out);
      return;
    case CR_ROLE_MONITOR: say_monitor(s, out); return;
    case CR_ROLE_EP:
      if (r != NULL) say_entry_point(r, out);
      return;
    case CR_ROLE_TERM:
      if (r != NULL) line(out, r->term ? "inside Terminate" : "outside");
      return;
    case CR_ROLE_WORKER:
      if (r != NULL) say_worker(r, lane->index, out);
      return;
    case CR_ROLE_APP: say_program(s, number, out); return;
    default: return;
  }
}
