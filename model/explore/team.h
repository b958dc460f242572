/* team.h - threads that share out numbered tasks (private to the explorer).
 *
 * Whoever comes first takes the next task, so nothing may depend on which thread did it: a task
 * writes only to what belongs to its number or to its worker. On Windows, where nothing is explored
 * but counterexamples are (the host), a team has one worker.
 */
#ifndef CLUSRACE_EXPLORE_TEAM_H
#define CLUSRACE_EXPLORE_TEAM_H

#include "clusrace/base.h"

enum { CR__XTEAM_MAX = 64 };

typedef struct cr__xteam cr__xteam;

/* A team of the calling thread and workers - 1 more (1..CR__XTEAM_MAX); as many as the system
 * grants. cr__xteam_free ends them. */
cr__xteam *cr__xteam_new(unsigned workers);
void cr__xteam_free(cr__xteam *team);
unsigned cr__xteam_size(const cr__xteam *team);

/* Does task(arg, worker, number) for each number below count, and returns when all are done. What
 * was written before is seen by the tasks; what they wrote is seen afterwards. */
typedef void cr__xtask_function(void *arg, unsigned worker, uint32_t number);
void cr__xteam_run(cr__xteam *team, uint32_t count, cr__xtask_function *task, void *arg);

/* A lock for what is rarely written. */
typedef struct cr__xlock cr__xlock;
cr__xlock *cr__xlock_new(void);
void cr__xlock_free(cr__xlock *lock);
void cr__xlock_take(cr__xlock *lock);
void cr__xlock_give(cr__xlock *lock);

#endif
