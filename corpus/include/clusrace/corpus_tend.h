/* corpus_tend.h - what keeps a store small and tells two apart: retention, minimal forms, covers,
 * collection of what nothing refers to, differences. Errors as in corpus.h. */
#ifndef CLUSRACE_CORPUS_TEND_H
#define CLUSRACE_CORPUS_TEND_H

#include "clusrace/corpus.h"

/* ---- retention --------------------------------------------------------------------------------
 */

#define CR_CORPUS_ALL UINT32_MAX

/* What is kept: an interleaving stays when one rule says so. Each rule takes the first so many of a
 * group, in an order that depends on the interleavings alone. So the first of a whole are among the
 * first of its parts, and it does not matter whether stores are pruned before or after they are
 * merged (but for the replays and the engine of an interleaving that a store has in a longer form
 * than another). Present contract comes before others, then fewer steps, then the lesser digest. An
 * interleaving that stays by `replays` alone keeps those replays and no others. */
typedef struct cr_corpus_policy {
  uint32_t findings; /* of each finding (scenario, subject, verdict, clause, signature) */
  uint32_t clauses;  /* clean ones, for each scenario, subject and clause that they exercise */
  uint32_t sample;   /* clean ones of each scenario and subject, those with the least digests */
  uint32_t replays;  /* for each finding that replays of them showed (subject, verdict, clause) */
  uint32_t runs;     /* runs of each scenario, subject and engine, those with most executions */
  bool present;      /* only what was made under the present contract */
} cr_corpus_policy;

/* "findings=3,clauses=2,sample=1000,replays=3,runs=100" */
extern const cr_corpus_policy cr_corpus_policy_default;
/* While engines run: every finding, also those that replays showed, every run, and
 * "clauses=3,sample=10000". */
extern const cr_corpus_policy cr_corpus_policy_running;
/* Reads "findings=5,sample=all,present": what is not named stays as it is in policy. Fails with
 * CR_ERR_INPUT. */
CR_WARN_UNUSED cr_err cr_corpus_policy_parse(const char *text, cr_corpus_policy *policy,
                                             cr_errinfo *info);

typedef struct cr_corpus_pruned {
  uint64_t interleavings, replays, runs; /* that went */
} cr_corpus_pruned;

/* Removes what no rule keeps, in one transaction; replays go with their interleavings. */
CR_WARN_UNUSED cr_err cr_corpus_prune(cr_corpus *corpus, const cr_corpus_policy *policy,
                                      cr_corpus_pruned *pruned, cr_errinfo *info);

/* From now on the batch prunes its store after every policy->sample / 2 interleavings that it was
 * given, so that a store that engines write to for ever stays within about one and a half times
 * what the policy keeps. policy is copied. */
void cr_corpus_batch_bound(cr_corpus_batch *batch, const cr_corpus_policy *policy);

/* ---- minimal forms ----------------------------------------------------------------------------
 */

/* Gives the form to keep of an interleaving: CR_OK and `form` (zero before), or CR_OK and a form
 * without steps to leave it as it is. */
typedef cr_err (*cr_corpus_reduce)(void *arg, const cr_trace *trace, cr_trace *form,
                                   cr_clauses *exercised, cr_errinfo *info);
/* Appends what an interleaving reaches, as numbers (uint64_t, any order, repeated or not). */
typedef cr_err (*cr_corpus_reaches)(void *arg, const cr_trace *trace, cr_buf *numbers,
                                    cr_errinfo *info);

typedef struct cr_corpus_least {
  cr_corpus_reduce reduce;   /* of findings; NULL: they stay */
  cr_corpus_reaches reaches; /* of clean ones; NULL: they stay */
  void *arg;                 /* for both */
} cr_corpus_least;

typedef struct cr_corpus_lessened {
  uint64_t findings, findings_left; /* interleavings that are findings, before and after */
  uint64_t steps, steps_left;       /* of these together */
  uint64_t clean, clean_left;
} cr_corpus_lessened;

/* Makes a store as small as it can be without losing a finding or anything reached: every finding
 * becomes its reduced form, of each signature the first one stays; of the clean ones of a scenario
 * and subject, in the order of their lengths, those stay that reach something more. Those of the
 * present contract come before all others. What has a replay stays. Each step is a transaction of
 * its own: a kill leaves a store that is larger, never one that lost something. */
CR_WARN_UNUSED cr_err cr_corpus_lessen(cr_corpus *corpus, const cr_corpus_least *how,
                                       cr_corpus_lessened *lessened, cr_errinfo *info);

/* ---- collection -------------------------------------------------------------------------------
 */

typedef struct cr_corpus_collected {
  uint64_t scenarios, subjects;     /* that nothing referred to */
  uint64_t bytes_before, bytes_now; /* of the file with its log */
} cr_corpus_collected;

/* Removes scenarios and subjects that nothing refers to, takes the log in and gives free pages back
 * to the file system. Needs the store for itself. */
CR_WARN_UNUSED cr_err cr_corpus_gc(cr_corpus *corpus, cr_corpus_collected *collected,
                                   cr_errinfo *info);

/* ---- differences ------------------------------------------------------------------------------
 */

typedef enum cr_corpus_side {
  CR_CORPUS_ONLY_FIRST = 1,
  CR_CORPUS_ONLY_SECOND,
  CR_CORPUS_CHANGED /* in both, in different forms; the item is the second's */
} cr_corpus_side;

typedef cr_err (*cr_corpus_visit_difference)(void *arg, cr_corpus_side side,
                                             const cr_corpus_item *item, cr_errinfo *info);
/* Walks what one of two stores has and the other has not, by behaviour digest. */
CR_WARN_UNUSED cr_err cr_corpus_diff(cr_corpus *first, cr_corpus *second,
                                     cr_corpus_visit_difference visit, void *arg, cr_errinfo *info);

#endif
