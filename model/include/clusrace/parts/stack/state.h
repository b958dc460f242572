/* state.h - variables of the part "stack", with their widths in bits (1 to 8). */
#ifndef CLUSRACE_PART_STACK_H
#define CLUSRACE_PART_STACK_H

/* The actors' own.
 *   pc0, pc1, pc2  where each program stands in its script
 *   device         1 its removal is pending, 2 it is gone
 *   dup            1 the second program has a duplicate of the first one's volume handle; 2 and
 *                  the first one has closed its own
 *   refer          the cache refers to the second program's file: 1 while it is open, 2 afterwards
 * and of mutants:
 *   verdict        what a lock that is under way has found: 1 nobody else, 2 somebody
 *   refused        bit set of the programs that were refused a file
 *   phantom        a lock of the disk has locked the volume */
#define CR_PART_STACK_FIELDS(X) \
  X(pc0, 5)                     \
  X(pc1, 5)                     \
  X(pc2, 5)                     \
  X(device, 2)                  \
  X(dup, 2)                     \
  X(refer, 2)                   \
  X(verdict, 2)                 \
  X(refused, 3)                 \
  X(phantom, 1)

/* The observer's; a handle or a program is 1 + its number, 0 for none.
 *
 * The volume, before the event:
 *   off      it is offline, as far as known
 *   real     a file system is mounted
 *   owner    handle that holds its explicit lock; locker: the program that has it
 *   fresh    the lock was granted, and nobody has tried to open the volume since
 *   tried    a lock has been asked for; zlock: through an open of a dismounted instance
 *   both     handle that locked the volume and then dismounted it
 *   remount  a dismount was completed, and nobody has opened the volume since
 *   onlined  it has been put online since the last dismount
 *   since    it was unlocked since it last said whether it is offline
 *   device   1 its removal is pending, 2 it is gone
 *   disklock a control sent to the disk succeeded: 1 somebody's, 2 the judged program's
 * Requests under way:
 *   gap      a lock: 1 asked for, 2 others have opened or closed since
 *   noted    1 a lock, 2 a dismount has been announced
 *   owed     1 the failure of a lock, 2 of a dismount has not been notified yet; ower: whose it was
 * Handles and programs:
 *   plain    bit set of the programs that gave up the right to manage volumes
 *   refused  bit set of the programs that were refused a file
 *   died     1 a program died, 2 holding the lock
 *   root     handle that was opened by a name with a trailing backslash
 *   twin     duplicate handle; twinof: of which; orphan: which has been closed
 *   refer    the cache refers to a file: 1 while it is open, 2 after its last handle was closed
 *   file     handle of that file; dropped: the cache has dropped a reference
 * The program whose conduct is judged:
 *   asked    refusals of its lock, one after another
 *   kept     an open of the volume has been refused to it since its last dismount
 *   narrow   its volume handle, if that does not share both reading and writing
 *   file0    its open file, of thread fthread; hadfile: it has had one
 *   mydism   handle by which it dismounted, in thread dthread
 *   locked0  handle by which it locked; haslocked: it has locked
 *   worked   handle that it last read successfully
 *   soured   handle that worked and then was not ready; sour: how often after the first time
 *   stale0   it has not looked through a new handle since */
#define CR_OBS_STACK_FIELDS(X) \
  X(off, 1)                    \
  X(real, 1)                   \
  X(owner, 6)                  \
  X(locker, 3)                 \
  X(fresh, 1)                  \
  X(tried, 1)                  \
  X(zlock, 1)                  \
  X(both, 6)                   \
  X(remount, 1)                \
  X(onlined, 1)                \
  X(since, 1)                  \
  X(device, 2)                 \
  X(disklock, 2)               \
  X(gap, 2)                    \
  X(noted, 2)                  \
  X(owed, 2)                   \
  X(ower, 3)                   \
  X(plain, 4)                  \
  X(refused, 4)                \
  X(died, 2)                   \
  X(root, 6)                   \
  X(twin, 6)                   \
  X(twinof, 6)                 \
  X(orphan, 1)                 \
  X(refer, 2)                  \
  X(file, 6)                   \
  X(dropped, 1)                \
  X(asked, 2)                  \
  X(kept, 1)                   \
  X(narrow, 6)                 \
  X(file0, 6)                  \
  X(fthread, 3)                \
  X(hadfile, 1)                \
  X(mydism, 6)                 \
  X(dthread, 3)                \
  X(locked0, 6)                \
  X(haslocked, 1)              \
  X(worked, 6)                 \
  X(soured, 6)                 \
  X(sour, 2)                   \
  X(stale0, 1)

/* Handle numbers of its own, beside those of the core's actors: three for each program. */
#define CR_PART_STACK_SLOTS 9

#endif
