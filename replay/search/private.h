/* private.h - what the files of the search share. */
#ifndef CR_SEARCH_PRIVATE_H
#define CR_SEARCH_PRIVATE_H

#include "clusrace/search.h"

enum { CR__NOBODY = 255, CR__ASIDE = 64 /* asleep entries of a node that are followed */ };

/* An option that need not be taken here: what follows it was seen from an equivalent place. */
typedef struct cr__sleeper {
  uint8_t process;
  uint16_t variant;
  cr_footprint footprint;
} cr__sleeper;

/* A step of the current schedule. */
typedef struct cr__node {
  cr_candidate *option;
  cr_footprint *seen; /* by option: what it touched when it was taken from here */
  cr__sleeper *sleep;
  unsigned options_count, options_cap, sleep_count;
  uint64_t done, todo; /* sets of options */
  uint8_t picked;
  uint8_t current; /* process of the step before, or CR__NOBODY */
  uint8_t preemptions;
  uint8_t used[CR_COST_COUNT];
} cr__node;

struct cr_search {
  cr_search_config config;
  cr_search_stats stats;
  const char *error;
  bool over;     /* no further schedule */
  bool complete; /* the space was seen within the configured bounds */
  bool gave_up;  /* a part of the space was left out */
  bool cut;      /* the present bound on preemptions has kept something out */
  cr_rng rng;
  bool asleep; /* the current schedule was abandoned: the rest would be a repetition */
  unsigned at; /* steps of the current schedule so far */

  /* systematic */
  cr__node *node;
  unsigned depth, nodes_cap; /* nodes of the present path; allocated */
  unsigned changed;          /* first step that differs from the schedule before */
  uint16_t *clock;           /* by step and process, see races.c */
  unsigned clocks_cap;
  unsigned clocked; /* steps with the clocks of an earlier schedule that began like this one */

  cr__sleeper
      blocked[2 * CR_SEARCH_PROCESSES_MAX]; /* who could not go on when the schedule ended */
  unsigned blocked_count;

  /* sampling */
  uint8_t current;
  uint8_t used[CR_COST_COUNT];
  uint64_t priority[CR_SEARCH_PROCESSES_MAX]; /* 0 = not drawn yet */
  uint32_t change_at[16];
  unsigned changes;

  /* guided */
  const uint8_t *guide;
  size_t guide_n;
  cr_buf taken;
};

bool cr__systematic(const cr_search *s);
/* Options of the process at the node, as a set. */
uint64_t cr__options_of(const cr__node *node, unsigned process);
bool cr__affordable(const cr_search *s, const uint8_t used[CR_COST_COUNT],
                    const cr_candidate *option);
/* Would taking the option take the processor from one who could go on? */
bool cr__preempts(const cr__node *node, unsigned option);

/* Adds to `todo` what the races of the schedule that has just ended ask for. */
void cr__races(cr_search *s);

bool cr__guided(const cr_search *s);
unsigned cr__guided_pick(cr_search *s, const cr_candidate *options, unsigned n);

void cr__sample_begin(cr_search *s);
unsigned cr__sample_pick(cr_search *s, const cr_candidate *options, unsigned n);
void cr__sample_did(cr_search *s, const cr_candidate *options, unsigned n,
                    const cr_footprint *footprint);

#endif
