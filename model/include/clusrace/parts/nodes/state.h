/* state.h - variables of the part "nodes", with their widths in bits (1 to 8). Node n hosts
 * resource number n. What is kept for each node stands once for each, in the same order
 * (CR_NODE_FIELDS). */
#ifndef CLUSRACE_PART_NODES_H
#define CLUSRACE_PART_NODES_H

/* The actors' own, of node N.
 *   pc      where the thread in Arbitrate or Release stands
 *   arb     Arbitrate succeeded, and neither Release nor a loss came since
 *   defend  the defence renews the reservation
 *   lost    the defence has found it lost
 *   told    and has said so; inq: that callback has not come back yet
 *   gate    the node's I/O to the disk is let through
 *   cut     the node does not reach the disk any more
 *   dead    1 the node has died, 2 has started again
 *   chk     the file system was checked before Online: 1 clean, 2 damaged */
#define CR_NODE_FIELDS(X, N) \
  X(pc##N, 4)                \
  X(arb##N, 1)               \
  X(defend##N, 1)            \
  X(lost##N, 1)              \
  X(told##N, 1)              \
  X(inq##N, 1)               \
  X(gate##N, 1)              \
  X(cut##N, 1)               \
  X(dead##N, 2)              \
  X(chk##N, 2)

/* Of the disk: holder 0 or 1 + node, broken 0 or 1 + the node that broke the reservation; what is
 * left of the settings; in maintenance. */
#define CR_PART_NODES_FIELDS(X) \
  CR_NODE_FIELDS(X, 0)          \
  CR_NODE_FIELDS(X, 1)          \
  X(holder, 2)                  \
  X(broken, 2)                  \
  X(moves, 2)                   \
  X(deaths, 1)                  \
  X(cuts, 1)                    \
  X(ios, 2)                     \
  X(odd, 2)                     \
  X(maintenance, 2)             \
  X(maint, 1)

/* The observer's, of node N.
 *   arb     1 Arbitrate runs, 2 won, 3 released, 4 lost (and said so), 5 Release runs
 *   lost    the reservation went to the other node, or a renewal failed, while it was won
 *   knew    a renewal failed: the node knows
 *   cut, dead
 *   down    an Offline was completed, so that the next Online shows whether it left anything
 *   failed  the last Online failed
 *   dirty   1 mounted or written, and not flushed since; 2 flushed
 *   tried   Terminate was refused the lock
 *   inq     QuorumResourceLost has not come back
 *   ousted  the other node took the reservation by force
 *   bad     since IsAlive was called the volume has been offline or locked all the time
 *   tried_up  the running Online has put the volume online */
#define CR_NODE_SEEN(X, N) \
  X(arb##N, 3)             \
  X(lost##N, 1)            \
  X(knew##N, 1)            \
  X(cut##N, 1)             \
  X(dead##N, 1)            \
  X(down##N, 1)            \
  X(failed##N, 1)          \
  X(dirty##N, 2)           \
  X(tried##N, 1)           \
  X(inq##N, 1)             \
  X(ousted##N, 1)          \
  X(bad##N, 1)             \
  X(tried_up##N, 1)

/* Of the disk: who holds it, who challenges (1 + node), whether the owner has renewed since,
 * whether somebody else tried to release it; maintenance: 1 on, 2 it was once; check: the last one
 * found 1 a clean, 2 a damaged file system. */
#define CR_OBS_NODES_FIELDS(X) \
  CR_NODE_SEEN(X, 0)           \
  CR_NODE_SEEN(X, 1)           \
  X(holder, 2)                 \
  X(challenger, 2)             \
  X(renewed, 1)                \
  X(foreign, 1)                \
  X(maint, 2)                  \
  X(check, 2)

/* Handle numbers of its own, beside those of the core's actors. */
#define CR_PART_NODES_SLOTS 2

#endif
