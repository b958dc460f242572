/* tally.h - what runs on one DLL say of each clause, in a text file that one command after the
 * other adds to.
 *
 * Its first line is "clusrace-tally 1", then "contract DIGEST" and "subject ...", then a count on
 * each line; a clause that was never met has none. */
#ifndef CR_HOST_TALLY_H
#define CR_HOST_TALLY_H

#include "session.h"

typedef struct cr_tally {
  char subject[160];                  /* as in a trace, or "" */
  uint64_t begun, ended;              /* commands; one that did not end took the process along */
  uint64_t replays, schedules;        /* runs */
  uint64_t hunts, exhausted, sampled; /* sampled: its schedules were drawn */
  uint64_t unsteady;                  /* hunts and replays in which the DLL did not repeat itself */
  uint64_t held[CR_CLAUSE_COUNT], broken[CR_CLAUSE_COUNT];
  uint64_t verdict[CR_VERDICT_COUNT]; /* of runs, by kind */
} cr_tally;

/* Reads it; a file that is not there is an empty tally. CR_ERR_INPUT with file and line. */
CR_WARN_UNUSED cr_err cr_tally_read(const char *file, cr_tally *tally, cr_errinfo *info);
CR_WARN_UNUSED cr_err cr_tally_write(const char *file, const cr_tally *tally, cr_errinfo *info);

/* Notes in the file that a command has begun on the session's DLL. CR_ERR_INPUT when the file is
 * about another one. Nothing happens without a file (NULL). */
CR_WARN_UNUSED cr_err cr_tally_begin(const char *file, const cr_session *s, cr_tally *tally,
                                     cr_errinfo *info);
/* Notes that it has ended, with all that was counted since. */
CR_WARN_UNUSED cr_err cr_tally_end(const char *file, cr_tally *tally, cr_errinfo *info);

/* The run that the session has just ended: clauses that it has put to the test are counted as held
 * or broken. What is broken behind another violation is neither. */
void cr_tally_clauses(const cr_session *s, uint32_t *held, uint32_t *broken);
/* Adds a replay. observed: with the verdict. */
void cr_tally_replay(cr_tally *tally, const cr_session *s, const cr_trace *observed);

#endif
