/* report.h - what was found, for people and for machines.
 *
 * Every writer appends to a cr_buf, reads only what it is given, and gives the same bytes for the
 * same input: no clock, no environment, no files.
 */
#ifndef CLUSRACE_REPORT_H
#define CLUSRACE_REPORT_H

#include "clusrace/graph.h"
#include "clusrace/trace.h"

/* A picture for the page: an SVG document. All borrowed. */
typedef struct cr_report_picture {
  const char *name; /* of its file, without .svg */
  const char *title, *about;
  const char *svg;
} cr_report_picture;

/* One finding on a subject: an observed trace whose verdict is one. All borrowed. */
typedef struct cr_report_finding {
  const cr_trace *trace;
  const char *id;            /* in the store, or "" */
  const char *file;          /* where the trace was written, or "" */
  const char *command;       /* replays it by hand, or "" */
  uint64_t times;            /* how many interleavings show it */
  const cr_trace *neighbour; /* a run that conforms and goes along with it for long, or NULL */
  size_t found_steps;        /* before the trace was minimised; 0: it was not */
  bool minimal;              /* ... and nothing more can be left out of it */
} cr_report_finding;

typedef struct cr_report_subject {
  const cr_subject *subject;
  uint64_t replays;
  uint32_t held[CR_CLAUSE_COUNT]; /* replays in which the clause could have failed and did not */
  uint32_t violated[CR_CLAUSE_COUNT]; /* replays in which it failed */
  const cr_report_finding *findings;
  size_t findings_count;
  const char *note; /* why it could not be judged, what the host does not see, or "" */
} cr_report_subject;

typedef struct cr_report {
  const char *tool;    /* "clusrace 0.1.0" */
  const char *command; /* the command line that made it */
  const char *time;    /* when, if somebody wants that to be said; else NULL */
  const cr_scenario *scenario;
  /* the explorer on the reference */
  uint64_t states, transitions;
  uint32_t depth;
  bool explored;            /* every state was visited; states is 0 when nothing was explored */
  const cr_trace *refuted;  /* counterexample of the reference, or NULL */
  uint32_t mutants, caught; /* deviations of the DLL tried, and those that were caught */
  uint32_t fuzz_caught;     /* of these, found by the fuzzer as well */
  /* the fuzzer */
  const char *engine;
  uint64_t executions, novel, stored;
  bool stopped; /* ended by Ctrl-C */
  /* the DLLs */
  const cr_report_subject *subjects;
  size_t subjects_count;
  const cr_report_picture *pictures;
  size_t pictures_count;
} cr_report;

/* One self-contained page: verdict, findings with their sequence charts to step through, table of
 * clauses, how to replay (docs/report.md). No network; without scripts it shows the verdict. */
void cr_report_html(const cr_report *report, cr_buf *out);
/* The sequence chart of one trace as an SVG element. Steps inside the DLL are left out and counted.
 */
void cr_report_svg(const cr_trace *trace, cr_buf *out);
/* JUnit XML: a test suite per subject, a test case per clause and scenario, and one for running to
 * the end. */
void cr_report_junit(const cr_report *report, cr_buf *out);
/* JSON, schema "clusrace-report-1" of docs/json.md. */
void cr_report_json(const cr_report *report, cr_buf *out);
/* The terminal's summary, at most width columns; colours: with escape sequences. The last lines say
 * what was found; where is the file to look at, or "". */
void cr_report_text(const cr_report *report, unsigned width, bool colours, const char *where,
                    cr_buf *out);
/* A trace as a chart in text: a column per actor, the deciding step marked. */
void cr_report_chart(const cr_trace *trace, unsigned width, bool colours, cr_buf *out);

/* The graph of a model in the language of Graphviz (DOT): states ranked by depth, what differs from
 * the state before, what is done on the way; initial, resting, deadlocked and violating states and
 * the marked path stand out. verdict is what the marked path shows, or NULL. */
void cr_report_graph(const cr_graph *graph, const cr_verdict *verdict, cr_buf *out);

/* The status of the worst finding of a subject, and of all of them. */
cr_exit cr_report_subject_exit(const cr_report_subject *subject);
cr_exit cr_report_exit(const cr_report *report);

#endif
