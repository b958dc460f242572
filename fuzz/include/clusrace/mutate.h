/* mutate.h - one mutator for every engine: changes interleavings, not bytes.
 *
 * An input is a string of choices, each of one byte or of two (little endian). Whatever comes out
 * is one again: decoding takes anything. What is done depends on the arguments and on what the
 * frontier was told before, so the same seeds in the same order give the same bytes, in every
 * engine and on every machine.
 *
 * A cr_mutator of a model remembers runs (memo.h) and places (frontier.h), so it belongs to one
 * thread.
 */
#ifndef CLUSRACE_MUTATE_H
#define CLUSRACE_MUTATE_H

#include "clusrace/frontier.h"
#include "clusrace/memo.h"

enum { CR_CHOICES_MAX = 1024 /* different ones of an alphabet */ };

/* A choice: its number in an input, who acts (the same number for the same actor), and what it is.
 */
typedef struct cr_choice {
  uint16_t value;
  uint8_t actor;
  uint8_t kind; /* cr_action_kind */
} cr_choice;

/* Writes the (abstract) state before choice i of the input to state[i], and that after the last one
 * behind them; at most max. Returns how many. */
typedef size_t (*cr_mutator_states)(void *context, const uint8_t *bytes, size_t n, uint32_t *state,
                                    size_t max);

/* Goes on where the first n bytes lead, in a uniform random walk: at each moment everything that is
 * possible is as likely. Writes an input of at most max bytes, the choices really taken; returns
 * its length. */
typedef size_t (*cr_mutator_walk)(void *context, cr_rng *rng, uint8_t *bytes, size_t n, size_t max);

/* What inputs are made of. */
typedef struct cr_mutator {
  cr_choice choice[CR_CHOICES_MAX];
  unsigned count;
  unsigned width; /* bytes of a choice, 1 or 2 */
  cr_mutator_states states;
  cr_mutator_walk walk; /* NULL: nobody knows what is possible */
  void *context;
  cr_frontier *frontier; /* where to return to; NULL: nowhere, or when walk is NULL */
} cr_mutator;

/* Inputs of a model. The memo is borrowed, and so is the frontier, which may be NULL. */
void cr_mutator_of_model(cr_mutator *mutator, cr_memo *memo, cr_frontier *frontier);

/* Inputs of a real DLL: schedules in a scenario (schedule.h). */
void cr_mutator_of_schedules(cr_mutator *mutator, const cr_scenario *scenario);

/* The operators. Each needs an input of at least one choice; where it cannot do what its name says
 * (no room, too few choices, no such choice) it leaves the input as it is. */
typedef enum cr_mutation {
  CR_MUTATION_CHANGE = 0, /* one choice becomes any other */
  CR_MUTATION_INSERT,     /* a choice more, anywhere */
  CR_MUTATION_DROP,       /* one to four neighbours go */
  CR_MUTATION_SWAP,       /* two neighbours that differ change places */
  CR_MUTATION_MOVE,       /* a choice goes elsewhere */
  CR_MUTATION_DOWN,       /* a Terminate, Close or Offline comes earlier or later */
  CR_MUTATION_RACE,       /* a program opens a file or a volume at some moment */
  CR_MUTATION_DUPLICATE,  /* up to 16 neighbours come once more, elsewhere */
  CR_MUTATION_PRIORITY,   /* from some moment on one actor goes first, for 2 to 100 choices */
  CR_MUTATION_GROW,       /* up to 24 choices more at the end */
  CR_MUTATION_FRESH,      /* another interleaving altogether: a random walk of up to 200 choices */
  CR_MUTATION_RETURN,     /* the way to a place passed seldom, and a walk of up to 64 from there;
                             where no place is known a fresh one */
  CR_MUTATION_COUNT
} cr_mutation;

/* Applies one operator to n bytes in place, within max bytes; returns the new length. */
size_t cr_mutate_by(const cr_mutator *mutator, cr_mutation mutation, uint8_t *bytes, size_t n,
                    size_t max, uint64_t seed);
/* Applies one to four of them, or, every second time when there is a frontier, returns to a place;
 * an empty input gets a choice first. At least one choice is returned unless max holds none. */
size_t cr_mutate(const cr_mutator *mutator, uint8_t *bytes, size_t n, size_t max, uint64_t seed);
/* a up to some moment, then b from a moment on at which it is in the same state; where the two
 * share none but the first, from any moment on. Returns the length written to out, at most max. */
size_t cr_splice(const cr_mutator *mutator, const uint8_t *a, size_t na, const uint8_t *b,
                 size_t nb, uint8_t *out, size_t max, uint64_t seed);

/* Tells the frontier of what an input passes. For who makes inputs that somebody else runs: it is
 * run on the model. Nothing without a frontier. */
void cr_mutator_note(const cr_mutator *mutator, const uint8_t *bytes, size_t n);

#endif
