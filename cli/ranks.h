/* ranks.h - a command that mpirun has started several times. Private to cli/.
 *
 * The first process speaks for all: the others print nothing, and end with 0 when all went well.
 */
#ifndef CR_CLI_RANKS_H
#define CR_CLI_RANKS_H

#include "cli.h"

/* Was this process started by mpirun, and which one is it? From the environment; MPI is not
 * begun. */
bool cli_ranks_started(void);
/* Is it the only one, or the first one? */
bool cli_ranks_first(void);
/* From here on only the first process prints. */
void cli_ranks_hush(void);

/* Joins the others. Fails with CR_ERR_ENVIRONMENT when there is no support of MPI, or of another
 * one. *ranks stays NULL when there are no others. */
CR_WARN_UNUSED cr_err cli_ranks_open(const cr_xranks **ranks, cr_errinfo *info);
/* Leaves them; needed whenever they were joined. */
void cli_ranks_close(void);

/* Did all processes come so far? Otherwise one of those that did not says why, and the others have
 * CR_ERR_ENVIRONMENT now. All call it. */
CR_WARN_UNUSED cr_err cli_ranks_agree(const cr_xranks *ranks, cr_err err, cr_errinfo *info);

/* Progress of a process that is not the first: only whether Ctrl-C was pressed. */
bool cli_ranks_progress(void *arg, const cr_xprogress *now);

#endif
