/* events.c - see events.h. */
#include "events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cli_events {
  FILE *to;
  char *path; /* for messages */
  cr_buf line;
  int broken; /* errno of the first line that could not be written */
};

cr_err cli_events_open(cli_events **events, const char *path, cr_errinfo *info) {
  *events = NULL;
  if (path == NULL) return CR_OK;
  bool standard = strcmp(path, "-") == 0;
  FILE *to = standard ? stdout : fopen(path, "wb");
  if (to == NULL)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written: %s", path, strerror(errno));
  *events = cr_alloc(sizeof **events);
  (*events)->to = to;
  (*events)->path = cr_strdup(standard ? "standard output" : path);
  return CR_OK;
}

/* Whoever looks on wants it at once. */
static void put(cli_events *e) {
  if (e->broken == 0 &&
      (fwrite(e->line.data, 1, e->line.len, e->to) != e->line.len || fflush(e->to) != 0))
    e->broken = errno;
  cr_buf_clear(&e->line);
}

void cli_events_begin(cli_events *e, const cr_conformance *c) {
  if (e == NULL) return;
  cr_conform_event_begin(c, &e->line);
  put(e);
}

void cli_events_scenario(cli_events *e, const cr_scenario *scenario) {
  if (e == NULL) return;
  cr_conform_event_scenario(scenario, &e->line);
  put(e);
}

void cli_events_run(cli_events *e, uint64_t guide, const cr_trace *observed) {
  if (e == NULL) return;
  cr_conform_event_run(guide, observed, &e->line);
  put(e);
}

void cli_events_hunt(cli_events *e, const cr_conform_scenario *s) {
  if (e == NULL) return;
  cr_conform_event_hunt(s, &e->line);
  put(e);
}

void cli_events_finding(cli_events *e, const cr_trace *finding) {
  if (e == NULL) return;
  cr_conform_event_finding(finding, &e->line);
  put(e);
}

cr_err cli_events_end(cli_events *e, const cr_conformance *c, cr_errinfo *info) {
  if (e == NULL) return CR_OK;
  cr_conform_events_end(c, &e->line);
  put(e);
  if (e->broken == 0) return CR_OK;
  return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written: %s", e->path,
                 strerror(e->broken));
}

void cli_events_free(cli_events *e) {
  if (e == NULL) return;
  if (e->to != stdout) fclose(e->to);
  cr_buf_free(&e->line);
  free(e->path);
  free(e);
}
