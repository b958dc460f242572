/* search.h - which schedule comes next: systematic exploration and sampling of the schedules of
 * something that can only be run from its beginning (stateless model checking).
 *
 * The caller runs one schedule after the other. At each step it hands in what may happen next, is
 * told what is to happen, does it, and tells what that touched:
 *
 *   while (cr_search_begin(s)) {
 *     while ((n = what may happen now) > 0) {
 *       pick = cr_search_pick(s, options, n);
 *       if (pick >= n) break;                    (the rest would be a repetition, or see error)
 *       do options[pick]; cr_search_did(s, &footprint);
 *     }
 *     cr_search_end(s);
 *   }
 *
 * It knows no domain: processes are numbers, what they touch are numbers.
 *
 * Systematic: depth first over backtrack points that races show (dynamic partial-order reduction:
 * Flanagan and Godefroid, POPL 2005), with sleep sets (Godefroid 1996). Under a bound on
 * preemptions (Musuvathi and Qadeer, PLDI 2007) backtrack points are also put where the running
 * process began its run (Coons, Musuvathi and McKinley, OOPSLA 2013) and sleep sets are off, since
 * both are needed for not missing what is within the bound. What the caller has to do for that: a
 * step that is only possible because nobody else could go on touches everything, and the first step
 * of a process touches what the step that made it has written. Sampling: PCT (Burckhardt and
 * others, ASPLOS 2010), POS (Yuan, Yang and Gu, CAV 2018), and a uniform random walk.
 *
 * Same options, seed and answers give the same picks, on every machine.
 */
#ifndef CLUSRACE_SEARCH_H
#define CLUSRACE_SEARCH_H

#include "clusrace/base.h"

enum {
  CR_SEARCH_PROCESSES_MAX = 64, /* numbers of processes: 0 to 63 */
  CR_SEARCH_OPTIONS_MAX = 64,   /* of one step */
  CR_SEARCH_STEPS_MAX = 20000,  /* of one schedule */
  CR_FOOTPRINT_MAX = 12,        /* accesses of one step */
  CR_SEARCH_UNBOUNDED = 255
};

/* What is scarce: an option may cost one of these, and a schedule has so many of them. */
typedef enum cr_cost { CR_COST_NONE = 0, CR_COST_TIMER, CR_COST_FAULT, CR_COST_COUNT } cr_cost;

/* Something that may happen next. The same process must have the same number in every schedule that
 * began alike. */
typedef struct cr_candidate {
  uint8_t process;
  uint8_t cost;     /* cr_cost */
  uint16_t variant; /* tells the alternatives of one process apart */
  uint64_t object;  /* what it is about to touch, 0 = not known (POS uses it) */
} cr_candidate;

/* How a step touches an object. Two steps of different processes commute unless both touch an
 * object and not both read it, or both add to it. */
typedef enum cr_access_mode {
  CR_ACCESS_READ = 1,
  CR_ACCESS_ADD = 2,
  CR_ACCESS_WRITE = 3
} cr_access_mode;

typedef struct cr_footprint {
  uint64_t object[CR_FOOTPRINT_MAX];
  uint8_t mode[CR_FOOTPRINT_MAX]; /* cr_access_mode */
  uint8_t count;
  bool everything; /* touches what nobody knows: commutes with nothing */
} cr_footprint;

/* Adds an access; one too many makes it touch everything. */
void cr_footprint_add(cr_footprint *footprint, uint64_t object, cr_access_mode mode);
/* Do steps of two different processes with these footprints depend on their order? */
bool cr_footprints_conflict(const cr_footprint *a, const cr_footprint *b);

typedef enum cr_strategy {
  CR_STRATEGY_SYSTEMATIC = 0,
  CR_STRATEGY_EVERYTHING, /* systematic without any reduction: the measure for the others */
  CR_STRATEGY_PCT,
  CR_STRATEGY_POS,
  CR_STRATEGY_RANDOM,
  CR_STRATEGY_COUNT,
  CR_STRATEGY_GUIDED = CR_STRATEGY_COUNT /* as cr_search_guide says; has no name */
} cr_strategy;
/* "systematic", ... or NULL. */
const char *cr_strategy_name(unsigned strategy);

typedef struct cr_search_config {
  uint8_t strategy;    /* cr_strategy */
  uint8_t preemptions; /* most of a schedule, CR_SEARCH_UNBOUNDED: any number */
  bool iterate;        /* systematic: bounds 0, 1, 2, ... up to `preemptions` one after the other */
  uint8_t budget[CR_COST_COUNT]; /* most of each cost in a schedule; [CR_COST_NONE] is not used */
  uint64_t schedules;            /* most in all, 0 = any number */
  uint64_t seed;                 /* for sampling */
  uint8_t depth;                 /* PCT: number of change points + 1, 0 = 3 */
} cr_search_config;

typedef struct cr_search_stats {
  uint64_t schedules; /* begun and not abandoned */
  uint64_t redundant; /* abandoned: the rest would have been a repetition */
  uint64_t steps;     /* of all of them, repeated beginnings included */
  uint32_t steps_max; /* of the longest */
  uint8_t bound;      /* preemptions allowed at present */
  int16_t exhausted;  /* largest bound that was exhausted, -1 = none; see cr_search_exhausted */
} cr_search_stats;

typedef struct cr_search cr_search;

cr_search *cr_search_new(const cr_search_config *config);
void cr_search_free(cr_search *search);

/* Begins the next schedule; false when there is none left (exhausted, or enough of them). */
bool cr_search_begin(cr_search *search);
/* Index of the option that is to happen; n (an invalid one) when the schedule is to be abandoned.
 * A process's options stand together. current: process of the step before, handled inside. */
unsigned cr_search_pick(cr_search *search, const cr_candidate *options, unsigned n);
/* What the picked option touched. To be called once after each pick. */
void cr_search_did(cr_search *search, const cr_footprint *footprint);
/* At the end of a schedule: the process stands before a step that cannot be taken, and that would
 * touch this. A deadlock shows that there is another order. */
void cr_search_blocked(cr_search *search, unsigned process, const cr_footprint *footprint);
/* The schedule is over, for whatever reason. */
void cr_search_end(cr_search *search);

/* Guided: the choices of the next schedule, two bytes each: a process, and a variant of it (its low
 * eight bits). Where that is not possible the process takes its variant 0, or the next process goes
 * on; what costs something is taken when it is named, or when there is nothing else. Behind the
 * last choice whoever runs goes on. Any bytes are a schedule. Borrowed until the schedule's end. */
void cr_search_guide(cr_search *search, const uint8_t *choices, size_t n);
/* The choices really taken, as bytes that give the same schedule; at most n are written. Returns
 * how many bytes they have. */
size_t cr_search_taken(const cr_search *search, uint8_t *choices, size_t n);

/* Does it matter to the search what a step touches? Not where each schedule is drawn by itself. */
bool cr_search_learns(const cr_search *search);
/* Does the configuration have a budget for what costs this? */
bool cr_search_affords(const cr_search *search, cr_cost cost);
const cr_search_stats *cr_search_stats_of(const cr_search *search);
/* Was the whole space seen, within `preemptions` and the budgets of the configuration? */
bool cr_search_exhausted(const cr_search *search);
/* Is there no further schedule, or are enough run? */
bool cr_search_over(const cr_search *search);
/* NULL, or what shows that what is searched does not repeat itself: the options at a step of a
 * schedule that began like an earlier one differ. The search cannot go on then. Static storage. */
const char *cr_search_error(const cr_search *search);

/* There was more to choose from than the search was told: it is never exhausted. */
void cr_search_incomplete(cr_search *search);

/* Between schedules: everything that is needed to go on elsewhere, and back. Loading fails with
 * CR_ERR_INPUT when the bytes are not those of a search with this configuration. */
void cr_search_save(const cr_search *search, cr_buf *out);
CR_WARN_UNUSED cr_err cr_search_load(cr_search *search, const void *bytes, size_t n,
                                     cr_errinfo *info);
/* After loading in place of one who did not come back from his schedule: that one is counted, and
 * what lay behind the point where it left the beaten track is given up (then the search is never
 * exhausted). */
void cr_search_lost(cr_search *search);

#endif
