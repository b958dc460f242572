/* observer_fields.h - the observer's variables with their widths in bits.
 *
 * A variable that no longer matters is 0, so that situations in which the contract demands the same
 * are equal bytes. Values are spelled out in model/observer/obs.h.
 */
#ifndef CLUSRACE_OBSERVER_FIELDS_H
#define CLUSRACE_OBSERVER_FIELDS_H

/* Per resource.
 *   load      resource 0 only (the type): 1 Startup runs, 2 succeeded, 3 failed
 *   mon       cr_mon_state, as the calls, returns, reports and expiries imply it
 *   inflight  cr_entry_point that runs, Terminate excepted
 *   term      Terminate runs
 *   op        outstanding operation: 1 Online, 2 Offline
 *   cancel    1 its pending timer expired, 2 Terminate has been called, 3 Terminate has returned
 *             while the entry point is still inside
 *   step      the entry point has done something since its call
 *   knew      it had when Terminate returned
 *   spawned   in this operation: 1 a worker could not be created, 2 one was
 *   early     terminal report made before the entry point returned: 1 online, 2 offline, 3 failed
 *   kept      997 was returned after such a report, and nothing was called since
 *   cp        last checkpoint + 1, at most 255; 0 none
 *   must      cause of an owed Terminate
 *   alive     an IsAlive is owed
 *   tolde     the entry point was answered "terminate"
 *   w0, w1    the workers; told0, told1: answered "terminate"
 *   ready     during Online: 1 the volume was put or found online, 2 used as well
 *   up        the volume is online by the DLL's doing
 *   probe     during a poll: 1 the volume was opened, 2 used; during Close: 1 was up at the call
 *   dm        how far the removal of the volume has come
 *   gave      1 the DLL locked the volume on this path, 2 gave the lock up before the dismount,
 *             3 before the offline */
#define CR_OBS_RESOURCE_FIELDS(X) \
  X(load, 2)                      \
  X(mon, 4)                       \
  X(inflight, 5)                  \
  X(term, 1)                      \
  X(op, 2)                        \
  X(cancel, 2)                    \
  X(step, 1)                      \
  X(knew, 1)                      \
  X(spawned, 2)                   \
  X(early, 2)                     \
  X(kept, 1)                      \
  X(cp, 8)                        \
  X(must, 3)                      \
  X(alive, 1)                     \
  X(tolde, 1)                     \
  X(told0, 1)                     \
  X(told1, 1)                     \
  X(w0, 3)                        \
  X(w1, 3)                        \
  X(ready, 2)                     \
  X(up, 1)                        \
  X(probe, 2)                     \
  X(dm, 3)                        \
  X(gave, 2)

/* Per volume.
 *   off     offline
 *   fs      cr_fs of the bound instance
 *   pend    the bound instance is dismounted but not detached
 *   lock    0, or 1 + handle that holds the lock; impl: it is the implicit one
 *   dirt    1 cached writes may be unflushed, 2 there were some when the lock was granted
 *   unsure  `off` was set by a device control and nothing has confirmed it yet
 *   refused a program was refused a file and will try again (only with option live)
 *   sus     something that must not change `off` (close while offline, dismount while online)
 *           happened since it was last confirmed */
#define CR_OBS_VOLUME_FIELDS(X) \
  X(off, 1)                     \
  X(fs, 2)                      \
  X(pend, 1)                    \
  X(lock, 6)                    \
  X(impl, 1)                    \
  X(dirt, 2)                    \
  X(unsure, 1)                  \
  X(refused, 1)                 \
  X(sus, 1)

/* Per handle number; all zero when it is not open.
 *   kind    cr_open_kind
 *   volume  index
 *   stale   its instance was dismounted
 *   dism    1 dismounted through it, 2 and that dismount is still pending
 *   access  CR_ACC_READ, CR_ACC_WRITE
 *   dll     opened by a thread of the resource DLL */
#define CR_OBS_OPEN_FIELDS(X) \
  X(kind, 2)                  \
  X(volume, 2)                \
  X(stale, 1)                 \
  X(dism, 2)                  \
  X(access, 2)                \
  X(dll, 1)

#endif
