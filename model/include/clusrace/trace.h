/* trace.h - the trace: the one type that everything passes on, from the explorer to the report.
 *
 * Text form (docs/trace-format.md), line-oriented:
 *
 *   clusrace-trace 1
 *   contract 7b1e90c2d3f4a5b6
 *   scenario disk-basic 0f1e2d3c4b5a6978
 *     resource disk0 type "Clusrace Disk" volume vol0
 *     ...                                             (the scenario's canonical text, indented)
 *   subject mutant term-nojoin
 *   1 monitor call disk0 Startup @91c0...
 *   2 disk0.ep ret disk0 Startup -> 0 @3f7a...
 *   ...
 *   verdict violates RM-TERM-04 at 17
 *
 * A lasso says from which step on the rest repeats for ever:  verdict violates RM-TERM-08 at 31
 * loop 25
 *
 * so that a file says by itself how to run it. `#` begins a comment to the end of the line;
 * comments are not kept. Reading is strict: anything unknown is refused with file, line and reason.
 */
#ifndef CLUSRACE_TRACE_H
#define CLUSRACE_TRACE_H

#include "clusrace/clause.h"
#include "clusrace/event.h"
#include "clusrace/mutant.h"
#include "clusrace/scenario.h"

enum {
  CR_TRACE_STEPS_MAX = 100000,          /* a longer file is refused */
  CR_TRACE_BYTES_MAX = 16 * 1024 * 1024 /* likewise */
};

/* What stands on the DLL's side. */
typedef enum cr_subject_kind {
  CR_SUBJECT_INVALID = 0,
  CR_SUBJECT_REFERENCE, /* the faithful models */
  CR_SUBJECT_MUTANT,    /* the models with one named deviation (of DLL, monitor or volume) */
  CR_SUBJECT_NATIVE,    /* a DLL's source built for this machine */
  CR_SUBJECT_PE         /* a real DLL */
} cr_subject_kind;

typedef struct cr_subject {
  uint8_t kind;    /* cr_subject_kind */
  uint32_t mutant; /* cr_mutant, for CR_SUBJECT_MUTANT */
  char name[64];   /* file name without folders, for NATIVE and PE */
  uint64_t digest; /* of the file's bytes, for NATIVE and PE */
} cr_subject;

typedef enum cr_verdict_kind {
  CR_VERDICT_NONE = 0, /* not judged yet */
  CR_VERDICT_CONFORMS,
  CR_VERDICT_VIOLATES, /* clause at step */
  CR_VERDICT_DIVERGES, /* the subject did at step what the trace does not say */
  CR_VERDICT_CRASHES,  /* at step */
  CR_VERDICT_HANGS,    /* a thread of the subject did not come back, at step */
  CR_VERDICT_DEADLOCK, /* nothing can move although something is owed, at step */
  CR_VERDICT_MISUSES,  /* used the system as nobody may (a lock not held, freed memory), at step */
  CR_VERDICT_INCONCLUSIVE, /* could not be judged: see note */
  CR_VERDICT_COUNT
} cr_verdict_kind;

typedef struct cr_verdict {
  uint8_t kind;     /* cr_verdict_kind */
  cr_clause clause; /* for VIOLATES; else CR_CLAUSE_COUNT */
  uint32_t step;    /* 1-based number of the step that decided; 0 = none */
  uint32_t loop;    /* for VIOLATES: 0, or the step from which on the rest repeats for ever (the
                       number behind the last step: nothing more happens): a lasso */
  char note[320];   /* one line for people: address of a crash, reason; may be empty */
} cr_verdict;

typedef struct cr_step {
  cr_event event;
  uint64_t after; /* digest of the canonical state after the step; 0 = unknown */
} cr_step;

typedef struct cr_trace {
  uint64_t contract; /* cr_contract_digest() of the producer */
  cr_scenario scenario;
  cr_subject subject;
  cr_step *steps;
  size_t steps_count, steps_cap;
  cr_verdict verdict;
} cr_trace;

/* A trace without steps; contract is the present one. */
void cr_trace_init(cr_trace *trace, const cr_scenario *scenario, const cr_subject *subject);
void cr_trace_free(cr_trace *trace);
void cr_trace_clear(cr_trace *trace); /* no steps, no verdict; keeps the memory */
void cr_trace_push(cr_trace *trace, const cr_event *event, uint64_t after);
void cr_trace_copy(cr_trace *to, const cr_trace *from); /* to must be initialised or zero */

/* Appends the text form. Reading what was written gives the same bytes when written again. */
void cr_trace_write(const cr_trace *trace, cr_buf *out);
/* The same; returns cr_trace_behaviour_digest, for half of what both cost by themselves. */
uint64_t cr_trace_write_digested(const cr_trace *trace, cr_buf *out);
/* Appends one step as the text form has it, without its number and digest ("disk0.ep ret ..."). */
void cr_trace_write_event(const cr_scenario *scenario, const cr_event *event, cr_buf *out);
/* Reads the text form; trace must be zero or initialised and is overwritten. file names the text in
 * messages. Fails with CR_ERR_INPUT and leaves trace empty. A contract digest other than the
 * present one is not an error here (see cr_trace_current). */
CR_WARN_UNUSED cr_err cr_trace_read(const char *text, size_t n, const char *file, cr_trace *trace,
                                    cr_errinfo *info);
/* Was the trace made under the present contract? */
bool cr_trace_current(const cr_trace *trace);

/* Digest of scenario, subject and visible events (not of digests, silent steps, verdict): two
 * traces with equal digests are the same behaviour. */
uint64_t cr_trace_behaviour_digest(const cr_trace *trace);
/* What tells one finding from another: verdict kind, clause, subject (a real DLL's with its
 * digest), and the roles and kinds of the last visible events; no numbers of steps. 0 when there is
 * nothing to tell apart: no verdict, or it conforms. What is inconclusive has one, so that a search
 * does not stop twice at the same place, but no store counts it as a finding. */
uint64_t cr_trace_signature(const cr_trace *trace);

/* How often another actor goes on than the one before. */
size_t cr_trace_switches(const cr_trace *trace);
/* The step (from 0, as all here) behind those of one actor without another in between that begin
 * with `at`; and where the same actor goes on after others, steps_count when it does not. */
size_t cr_trace_run_end(const cr_trace *trace, size_t at);
size_t cr_trace_next_run(const cr_trace *trace, size_t at);

/* "conforms", "violates RM-TERM-04 at 17", ... appended as the text form has it. */
void cr_verdict_write(const cr_verdict *verdict, cr_buf *out);
const char *cr_verdict_kind_name(cr_verdict_kind kind);
/* Exit status that a verdict alone would give. */
cr_exit cr_verdict_exit(const cr_verdict *verdict);
/* Where two traces of one schedule part: "from step 17 on: once disk0.ep sync disk0 sleep, once
 * disk0.ep ret disk0 Online -> 997", or "it conforms" and the like for one that has ended there. */
void cr_trace_write_parting(const cr_trace *one, const cr_trace *other, cr_buf *out);
/* "reference", "mutant term-nojoin", "pe clusdisk.dll 0123456789abcdef". */
void cr_subject_write(const cr_subject *subject, cr_buf *out);
/* Name of an actor of an event: "monitor", "disk0.ep", "disk0.worker0", "app0", "env". */
void cr_actor_write(const cr_scenario *scenario, const cr_event *event, cr_buf *out);

#endif
