/* conformance.h - what a DLL made of each clause of the contract: the verdicts of a whole campaign
 * of runs, and how they are written down.
 *
 * The notion is input-output conformance (Tretmans, "Model Based Testing with Labelled Transition
 * Systems", 2008): after any history that was observed, every output of the DLL, and its silence
 * where it came to rest, must be one that the contract allows. Inputs are what the monitor, the
 * programs and the surroundings do. The observer judges; a guide that the DLL leaves without
 * breaking a clause is followed no further, and nothing is wrong.
 *
 * Every writer appends to a cr_buf, reads only what it is given, and gives the same bytes for the
 * same input: no clock, no environment, no files.
 */
#ifndef CLUSRACE_CONFORMANCE_H
#define CLUSRACE_CONFORMANCE_H

#include "clusrace/picture.h"
#include "clusrace/report.h"

/* A row for each clause, and behind them one for each kind of verdict; of these only CRASHES,
 * HANGS, DEADLOCK and MISUSES are used: what no DLL may do, whatever the contract says. */
enum { CR_CONFORM_ROWS = CR_CLAUSE_COUNT + CR_VERDICT_COUNT };

typedef enum cr_conform_verdict {
  CR_CONFORM_NONE = 0,     /* the row is not used */
  CR_CONFORM_VIOLATED,     /* at least once */
  CR_CONFORM_INCONCLUSIVE, /* neither can be said: see why */
  CR_CONFORM_HELD,         /* could have failed at least once, and never did */
  CR_CONFORM_NOT_EXERCISED /* never could: see why */
} cr_conform_verdict;

/* Against a baseline. */
typedef enum cr_conform_change {
  CR_CONFORM_SAME = 0,  /* not violated before, not violated now; or no baseline */
  CR_CONFORM_NEW,       /* violated, and was not */
  CR_CONFORM_UNCHANGED, /* violated, and was */
  CR_CONFORM_FIXED,     /* was violated, and is held */
  CR_CONFORM_GONE       /* was violated, and it cannot be said whether it is held */
} cr_conform_change;

typedef struct cr_conform_row {
  uint8_t verdict;                          /* cr_conform_verdict */
  uint8_t change;                           /* cr_conform_change */
  bool counts;                              /* a violation makes the DLL fail: no mere warning */
  uint64_t held;                            /* runs in which it could have failed and did not */
  uint64_t violated;                        /* runs in which it failed */
  const char *why;                          /* of INCONCLUSIVE and NOT_EXERCISED, else "" */
  const struct cr_conform_finding *finding; /* what shows it, or NULL */
} cr_conform_row;

typedef struct cr_conform_finding {
  const cr_trace *trace;     /* observed */
  const char *file;          /* where it was written, or "" */
  const char *command;       /* replays it by hand, or "" */
  uint64_t times;            /* runs that showed it */
  const char *id;            /* for `clusrace show`, or "" */
  const cr_trace *neighbour; /* a run that conforms and goes along with it for long, or NULL */
  const char *place;         /* of file in the repository, or its whole path; NULL: as file */
  size_t found_steps;        /* before the trace was minimised; 0: it was not */
  bool minimal;              /* ... and nothing more can be left out of it */
} cr_conform_finding;

typedef struct cr_conform_scenario {
  const cr_scenario *scenario;
  uint32_t suite, stored; /* guides replayed: of the suite, of the store */
  uint64_t schedules;     /* of the hunt */
  bool exhausted;         /* all there are within the bounds */
  bool partial;           /* not meant to be searched: guides, and schedules that are drawn */
  uint64_t held[CR_CLAUSE_COUNT], violated[CR_CONFORM_ROWS]; /* runs */
} cr_conform_scenario;

typedef struct cr_conformance {
  const char *tool; /* "clusrace 0.1.0" */
  const cr_subject *subject;
  const char *refused;   /* why the DLL cannot be judged at all, or "" */
  const char *note;      /* what the host does not see, what is unusual; or "" */
  const char *baseline;  /* its name, or NULL */
  bool strict;           /* warnings count */
  bool stopped;          /* by Ctrl-C, or by a limit of time: not the same in the next run */
  bool nondeterministic; /* the same choices led elsewhere (note): no verdict but what was violated
                          */
  const cr_conform_scenario *scenario;
  size_t scenarios_count;
  const cr_conform_finding *finding;
  size_t findings_count;
  cr_conform_row row[CR_CONFORM_ROWS];
  const cr_covered *covered; /* of the model by all runs; NULL: not counted */
  /* for the page; each may be NULL */
  const char *command;  /* that made it */
  const char *coverage; /* of the model by all runs, in a few words */
  const char *version;  /* of the DLL, as its file says */
  const char *time;     /* when, if somebody wants that to be said */
  const cr_report_picture *pictures;
  size_t pictures_count;
} cr_conformance;

/* "RM-TERM-04" or "crashes"; a sentence; "error" or "warning". Static storage. */
const char *cr_conform_id(unsigned row);
const char *cr_conform_text(unsigned row);
const char *cr_conform_level(unsigned row);
/* The row of that id, or CR_CONFORM_ROWS. */
unsigned cr_conform_by_id(const char *id);
/* The row that a verdict of a trace is about, or CR_CONFORM_ROWS. */
unsigned cr_conform_row_of(const cr_verdict *verdict);
/* "held", "violated", "not-exercised", "inconclusive"; "new", "fixed", ... Static storage. */
const char *cr_conform_verdict_name(cr_conform_verdict verdict);
const char *cr_conform_change_name(cr_conform_change change);

/* Appends the version that a PE file says it has, like "6.2.0.17"; nothing when it says none. */
void cr_conform_file_version(const void *bytes, size_t n, cr_buf *out);

/* How many rows have that verdict; of VIOLATED, how many count and are no warnings (all: others,
 * too). */
unsigned cr_conform_count(const cr_conformance *c, cr_conform_verdict verdict);
unsigned cr_conform_changes(const cr_conformance *c, cr_conform_change change);

/* The status of it all: the worst violation that counts, with a baseline the worst new one; 13 when
 * the DLL cannot be judged; 20 when nothing is wrong and some scenario was not searched to its end.
 */
cr_exit cr_conform_exit(const cr_conformance *c);

/* A table for a terminal of so many columns: what is violated first, then what cannot be said, then
 * counts; short enough for a screen of 24 lines. all: row by row, what held and what was not
 * exercised, too, with all reasons. */
void cr_conform_table(const cr_conformance *c, unsigned width, bool colours, bool all, cr_buf *out);
/* The same in short, in Markdown, for a comment on a change. */
void cr_conform_markdown(const cr_conformance *c, cr_buf *out);
/* One self-contained page (docs/report.md). */
void cr_conform_html(const cr_conformance *c, cr_buf *out);
/* docs/schemas/conform-1.schema.json */
void cr_conform_json(const cr_conformance *c, cr_buf *out);
/* docs/schemas/conform-event-1.schema.json: lines, each one JSON object, of a campaign that goes
 * on. Of c, begin reads tool, subject and strict only. */
void cr_conform_event_begin(const cr_conformance *c, cr_buf *out);
void cr_conform_event_scenario(const cr_scenario *scenario, cr_buf *out);
/* One replay. guide: behaviour digest of what was followed. */
void cr_conform_event_run(uint64_t guide, const cr_trace *observed, cr_buf *out);
/* The schedules of one scenario are done. */
void cr_conform_event_hunt(const cr_conform_scenario *s, cr_buf *out);
/* The first confirmed trace of a verdict that no finding has had before. */
void cr_conform_event_finding(const cr_trace *finding, cr_buf *out);
/* A line for each row, and the last one. */
void cr_conform_events_end(const cr_conformance *c, cr_buf *out);
/* A suite for each scenario, in it a case for each clause that is the DLL's. */
void cr_conform_junit(const cr_conformance *c, cr_buf *out);
/* SARIF 2.1.0: a result for each finding that points into its trace's file. */
void cr_conform_sarif(const cr_conformance *c, cr_buf *out);

#endif
