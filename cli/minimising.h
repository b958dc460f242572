/* minimising.h - the minimal traces of findings on a real DLL, for whoever reports or stores them.
 * Private to cli/. */
#ifndef CR_CLI_MINIMISING_H
#define CR_CLI_MINIMISING_H

#include "clusrace/corpus.h"
#include "clusrace/replay.h"
#include "reporting.h"

typedef struct cli_minimising {
  cr_host *host;
  cr_host_minimise_options options;
  cr_corpus *corpus; /* where minimal traces are kept, too; or NULL */
} cli_minimising;

/* Each finding of a subject becomes its minimal form, once (clusrace/replay.h). Where that was not
 * to be had, the trace stays as it is and note, which may be NULL, has a clause about it appended,
 * with
 * "; " between. Nothing is lost by a failure: what was not reached stays as it is. stopped says
 * whether the options' go_on, or Ctrl-C, has ended it. */
CR_WARN_UNUSED cr_err cli_minimising_findings(const cli_minimising *m, cli_reporting *reporting,
                                              unsigned subject, cr_buf *note, bool *stopped,
                                              cr_errinfo *info);

/* Puts what a DLL did into the store: as an interleaving, and as a replay of itself. */
CR_WARN_UNUSED cr_err cli_store_finding(cr_corpus *corpus, const cr_trace *finding,
                                        cr_errinfo *info);

/* What there is to say of a trace that is not the minimal one, "" when it is. Static storage. */
const char *cli_minimising_remark(const cr_host_minimised *stats);

#endif
