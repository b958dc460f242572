/* events.h - a campaign as a stream of JSON lines, for whoever wants to look on. Private to cli/.
 *
 * Lines are written as things happen, so a stream that was cut has no line `end`. Every function
 * takes NULL for no stream. What cannot be written is told by cli_events_end.
 */
#ifndef CR_CLI_EVENTS_H
#define CR_CLI_EVENTS_H

#include "clusrace/conformance.h"

typedef struct cli_events cli_events;

/* path: NULL for no stream, "-" for standard output; an older file is replaced. */
CR_WARN_UNUSED cr_err cli_events_open(cli_events **events, const char *path, cr_errinfo *info);
void cli_events_begin(cli_events *events, const cr_conformance *c);
void cli_events_scenario(cli_events *events, const cr_scenario *scenario);
/* guide: behaviour digest of what was followed. */
void cli_events_run(cli_events *events, uint64_t guide, const cr_trace *observed);
void cli_events_hunt(cli_events *events, const cr_conform_scenario *s);
void cli_events_finding(cli_events *events, const cr_trace *finding);
/* The verdicts and the last line. */
CR_WARN_UNUSED cr_err cli_events_end(cli_events *events, const cr_conformance *c, cr_errinfo *info);
void cli_events_free(cli_events *events);

#endif
