/* ranks_mpi.h - what the shared object clusrace-mpi.so exports (private to the explorer and to the
 * command that loads it). */
#ifndef CLUSRACE_EXPLORE_RANKS_MPI_H
#define CLUSRACE_EXPLORE_RANKS_MPI_H

#include "ranks.h"

/* Of struct cr_xranks: raised when it changes. */
enum { CR__XRANKS_VERSION = 1 };

/* Joins the processes of this run; once a process. NULL when the version is another one. */
const cr_xranks *clusrace_ranks_open(unsigned version);
/* Leaves them; all processes do, at their end. */
void clusrace_ranks_close(void);

#endif
