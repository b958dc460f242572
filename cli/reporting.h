/* reporting.h - collecting observed traces into a report. Private to cli/. */
#ifndef CR_CLI_REPORTING_H
#define CR_CLI_REPORTING_H

#include "cli.h"
#include "clusrace/report.h"

typedef struct cli_reporting cli_reporting;

cli_reporting *cli_reporting_new(void);
void cli_reporting_free(cli_reporting *reporting);

/* Registers a subject; the same one again gives the same number. */
unsigned cli_reporting_subject(cli_reporting *reporting, const cr_subject *subject);
/* Why a subject cannot be judged. */
void cli_reporting_note(cli_reporting *reporting, unsigned subject, const char *note);
/* Takes what a subject did in one replay (copied): its clauses are tallied; of findings with the
 * same verdict and clause the one that shows it soonest is kept. dll is the path for the command
 * that replays it,
 * "" when it is not known. */
void cli_reporting_add(cli_reporting *reporting, unsigned subject, const cr_trace *observed,
                       const char *dll);
/* Takes a run that conforms (copied) as a possible neighbour of findings, without counting it;
 * cli_reporting_add does so by itself. */
void cli_reporting_keep(cli_reporting *reporting, unsigned subject, const cr_trace *observed);
/* Must this finding be confirmed in a fresh host before it is added? The first sightings must, and
 * every one that would become the trace that is shown. */
bool cli_reporting_wants_proof(const cli_reporting *reporting, unsigned subject,
                               const cr_trace *observed);
/* The finding of that verdict and clause is shown by this trace from now on; the one so far is only
 * told of by its length. settled: nothing more can be left out. */
void cli_reporting_minimise(cli_reporting *reporting, unsigned subject, const cr_trace *minimal,
                            bool settled);
/* Number of different findings of a subject so far. */
unsigned cli_reporting_findings(const cli_reporting *reporting, unsigned subject);
/* Writes every finding's trace into folder as SUBJECT-CLAUSE.trace and fills in files and commands.
 */
CR_WARN_UNUSED cr_err cli_reporting_save(cli_reporting *reporting, const char *folder,
                                         cr_errinfo *info);
/* The subjects and findings for a report; borrowed until the next call with this reporting. */
void cli_reporting_finish(cli_reporting *reporting, cr_report *report);

#endif
