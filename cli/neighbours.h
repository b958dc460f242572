/* neighbours.h - for every finding a run of the same DLL that goes along with it for long and does
 * not fail. Private to cli/. */
#ifndef CR_CLI_NEIGHBOURS_H
#define CR_CLI_NEIGHBOURS_H

#include "clusrace/replay.h"
#include "reporting.h"

/* Replays the beginnings of each finding of a subject, longer ones first, brings each to rest, and
 * keeps the first that conforms. A few replays a finding; what cannot be run is passed over.
 * flags: CR_REPLAY_STRICT or 0. */
CR_WARN_UNUSED cr_err cli_neighbours_find(cli_reporting *reporting, unsigned subject, cr_host *host,
                                          uint32_t flags, cr_errinfo *info);

#endif
