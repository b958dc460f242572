/* replay.h - the controller's side: drives a host process that has loaded a real DLL.
 *
 * A host is a separate process (clusrace-host.exe, under Wine where this machine is not Windows;
 * for a shared object clusrace-native): a DLL that crashes, exits, deadlocks or spins costs one
 * host and is a verdict with a trace. A cr_host is used by one thread.
 */
#ifndef CLUSRACE_REPLAY_H
#define CLUSRACE_REPLAY_H

#include "clusrace/hunt.h"
#include "clusrace/trace.h"

typedef struct cr_host cr_host;

typedef struct cr_host_options {
  const char *host;        /* path of clusrace-host.exe, or of clusrace-native for a .so */
  const char *dll;         /* path of the DLL */
  const char *type;        /* resource type name given to Startup; NULL: the scenario's */
  const char *properties;  /* file of private properties of the resources, or NULL */
  const char *wine;        /* Wine's program; NULL: "wine" from PATH. Unused on Windows */
  const char *wine_prefix; /* folder of Wine's own state, made if missing; NULL: a default under
                              the user's cache folder */
  const char
      *threads; /* further option of the host about the DLL's threads ("--fibres"), or NULL */
  uint32_t
      step_timeout_ms; /* real time without any step after which the host is killed; 0 = 5000 */
  bool heap_guard;     /* the DLL's blocks of memory end at pages that cannot be touched, and freed
                          ones are such pages: the very access is a crash */
  bool refuse_unseen;  /* a DLL that imports what nobody simulates is refused */
  unsigned processor;  /* 1 + the one that it runs on, so that hosts beside each other do not share
                          one while another is idle; 0: any. Above those there are: counted round */
  uint32_t recycle_after; /* replays after which a fresh host is started; 0 = 200 */
  /* Asked several times a second while a host is waited for; true: it is killed at once, and so is
   * whatever is asked of this controller from then on. May be NULL. */
  bool (*interrupted)(void);
} cr_host_options;

/* Makes a controller; no process is started yet. options and its strings are copied. Fails with
 * CR_ERR_INPUT when host or dll cannot be read or the dll is neither a 64-bit PE DLL nor
 * a 64-bit shared object (the message says which), and CR_ERR_ENVIRONMENT when Wine is missing. */
CR_WARN_UNUSED cr_err cr_host_new(const cr_host_options *options, cr_host **host, cr_errinfo *info);
void cr_host_free(cr_host *host);
/* Has `interrupted` ended something? What was replayed or hunted then says nothing. */
bool cr_host_interrupted(const cr_host *host);

/* The subject that stands in observed traces: name and digest of the DLL. */
const cr_subject *cr_host_subject(const cr_host *host);

/* Imports of the DLL that nobody simulates, separated by commas, "" when there are none; known
 * after the first replay. What a DLL does through them is not under the scheduler. Borrowed. */
const char *cr_host_unseen(const cr_host *host);

/* What is unusual about the DLL, "; " between, "" for nothing; known after the first replay. */
const char *cr_host_remarks(const cr_host *host);

/* Replays trace on the DLL; flags are CR_REPLAY_ bits of frame.h. observed (zero or initialised)
 * receives what the DLL did and the verdict. Starts or restarts the host as needed. After any
 * verdict other than CONFORMS the host is recycled, and the same schedule is replayed once more in
 * a fresh one: two different results give the verdict INCONCLUSIVE with a note and
 * *confirmed=false. A host that dies gives CRASHES, one that goes silent HANGS, with the steps up
 * to then. A DLL that cannot be loaded or refuses Startup gives INCONCLUSIVE with the reason as
 * note. Fails with CR_ERR_ENVIRONMENT when no host process can be started at all. confirmed may be
 * NULL. With CR_REPLAY_ONCE a finding is taken as it is, unconfirmed; with CR_REPLAY_KEEP beside it
 * the host goes on unless it was lost, and a schedule that a host did not come back from is
 * replayed in a fresh one. When it is interrupted the verdict is INCONCLUSIVE, unconfirmed, with
 * the note "interrupted". */
CR_WARN_UNUSED cr_err cr_host_replay(cr_host *host, const cr_trace *trace, uint32_t flags,
                                     cr_trace *observed, bool *confirmed, cr_errinfo *info);

/* Is it a verdict about the same life lived several times over (leaks, what a life leaves broken)?
 * It needs CR_REPLAY_LEAKS to come again. */
bool cr_replay_lives_again(const cr_verdict *verdict);

/* ---- minimising ------------------------------------------------------------------------------ */

typedef struct cr_host_minimise_options {
  bool strict;                  /* warnings count as violations: as in the replay that found it */
  bool (*go_on)(void *context); /* asked before each replay; false ends it. May be NULL */
  void *context;
} cr_host_minimise_options;

typedef struct cr_host_minimised {
  size_t found_steps; /* of the trace that was given */
  uint32_t replays;   /* of candidates; a thousand at most, fewer where each costs a process */
  bool minimal;       /* guides lead there, and no candidate is left that is better */
  bool stopped;       /* by go_on or by an interruption: the result is the trace that was given */
  bool unsure;        /* the shortest did not come again in a fresh process, so it is not taken */
} cr_host_minimised;

/* Reduces what the host's DLL did (an observed trace that is a finding) to one of the same verdict
 * and clause, for a crash or misuse of the same note, that needs less: no actor,
 * no end of an actor's steps and no single step can be left out of it, as a guide, without
 * the DLL showing it later or not at all; no two runs of an actor can be joined, and neighbours
 * stand in the order of actors. Candidates are replayed in one process, which is begun for them;
 * the result has been replayed twice, exactly, in fresh ones. result must be zero or initialised;
 * what is no finding is copied. The same DLL and trace give the same result, as long as go_on does
 * not end it. Fails as cr_host_replay does; result is the trace that was given then. */
CR_WARN_UNUSED cr_err cr_host_minimise(cr_host *host, const cr_trace *trace,
                                       const cr_host_minimise_options *options, cr_trace *result,
                                       cr_host_minimised *stats, cr_errinfo *info);

/* ---- hunting --------------------------------------------------------------------------------- */

typedef struct cr_hunt_report {
  cr_hunt_answer answer;
  cr_trace *finding; /* confirmed ones, of different signatures, in the order of the search */
  unsigned findings_count;
  unsigned unconfirmed; /* what looked like a finding and did not come again in a fresh host */
  unsigned lost;        /* hosts that did not come back from a schedule */
  bool interrupted;     /* by go_on, or as the host's options say */
  char refused[320];    /* why the DLL cannot be driven, or "" */
} cr_hunt_report;

typedef struct cr_hunt_options {
  cr_search_config config;
  bool strict;           /* warnings count as violations */
  bool taken;            /* the answer tells what the schedules took (taken.h) */
  unsigned findings_max; /* stop after so many; 0 = 1 */
  /* Called now and then with how far it is; false ends the hunt. May be NULL. */
  bool (*go_on)(void *context, const cr_hunt_report *so_far);
  void *context;
} cr_hunt_options;

/* Searches the schedules of the DLL in the scenario. Every finding is replayed exactly in a fresh
 * host before it is reported. report is overwritten; free it. The same DLL, scenario and options
 * give the same report, as long as go_on does not end it. Fails as cr_host_replay does. */
CR_WARN_UNUSED cr_err cr_host_hunt(cr_host *host, const cr_scenario *scenario,
                                   const cr_hunt_options *options, cr_hunt_report *report,
                                   cr_errinfo *info);
void cr_hunt_report_free(cr_hunt_report *report);

#endif
