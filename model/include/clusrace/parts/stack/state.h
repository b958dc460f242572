/* state.h - variables of the part "stack", with their widths in bits (1 to 8). */
#ifndef CLUSRACE_PART_STACK_H
#define CLUSRACE_PART_STACK_H

/* The actors' own.
 *   pc0, pc1, pc2  where each program stands in its script
 *   verdict        what a lock that is under way has found: 1 nobody else, 2 somebody (mutant)
 *   dup            1 the second program has a duplicate of the first one's volume handle; 2 and
 *                  the first one has closed its own
 *   refer          the cache refers to the second program's file: 1 while it is open, 2 afterwards
 *   refused        bit set of the programs that were refused a file (mutant)
 *   phantom        a lock of the disk has locked the volume (mutant)
 *   device         1 its removal is pending, 2 it is gone */
#define CR_PART_STACK_FIELDS(X) X(pc0, 5) X(pc1, 5) X(pc2, 5) X(verdict, 2) X(device, 2) \
  X(dup, 2) X(refer, 2) X(refused, 3) X(phantom, 1)

/* The observer's.
 *   plain   bit set of the programs that gave up the right to manage volumes
 *   owner   0, or 1 + the handle that held the volume's explicit lock before the event
 *   locker  0, or 1 + the program that holds the volume's explicit lock
 *   fresh   the lock was granted, and nobody has tried to open the volume since
 *   tried   a lock has been asked for
 *   off     what was known before the event of the volume's being offline
 *   real    a file system was mounted before the event
 *   since   since the last answer to the question whether it is: 1 the volume was unlocked
 *   onlined it has been put online since an instance was dismounted
 *   remount a dismount was completed while online, and nobody has opened the volume since
 *   both    0, or 1 + the handle that locked the volume and then dismounted it
 *   zlock   a lock was asked for through an open of a dismounted instance
 *   twin    0, or 1 + a duplicate handle; twinof: of which (1 + handle)
 *   orphan  the handle that was duplicated has been closed
 *   refer   the cache refers to a file: 1 while it is open, 2 after its last handle was closed
 *   file    with refer: 1 + that file's handle
 *   dropped the cache has dropped a reference
 *   died    1 a program died, 2 holding a lock that has not ended yet
 *   refused bit set of the programs that were refused a file
 *   disklock a control sent to the disk succeeded: 1 somebody's, 2 the judged program's
 *  Of the program whose conduct is judged, 1 + a handle or 0 where not said otherwise:
 *   asked   refusals of its lock, one after another
 *   kept    an open of the volume has been refused to it since its last dismount
 *   narrow  its volume handle, if that does not share both reading and writing
 *   file0   its open file, of thread fthread; hadfile: it has had one
 *   mydism  the handle by which it dismounted, in thread dthread
 *   locked0 the handle by which it locked, until closed; haslocked: there was one
 *   worked  the handle that it last read successfully
 *   soured  the handle that worked and then was not ready; sour: how often, 3 for many times
 *   stale0  it has not looked through a new handle since
 *   gap     a lock is under way: 1 asked for, 2 others have opened or closed since
 *   noted   1 a lock, 2 a dismount has been announced
 *   owed    1 the failure of a lock, 2 of a dismount has not been notified yet
 *   ower    0, or 1 + the program that asked for it
 *   device  1 its removal is pending, 2 it is gone
 *   root    0, or 1 + a handle that was opened by a name with a trailing backslash */
#define CR_OBS_STACK_FIELDS(X) X(plain, 4) X(owner, 6) X(locker, 3) X(fresh, 1) X(tried, 1) X(root, 6) X(off, 1) X(real, 1) X(since, 1) \
  X(onlined, 1) X(remount, 1) X(both, 6) X(zlock, 1) X(gap, 2) X(noted, 2) X(owed, 2) \
  X(ower, 3) X(device, 2) X(twin, 6) X(twinof, 6) X(orphan, 1) X(refer, 2) X(file, 6) X(dropped, 1) X(died, 2) \
  X(refused, 4) X(disklock, 2) \
  X(asked, 3) X(kept, 1) X(narrow, 6) X(file0, 6) X(hadfile, 1) X(fthread, 3) X(dthread, 3) X(mydism, 6) X(locked0, 6) X(haslocked, 1) \
  X(worked, 6) X(sour, 2) X(soured, 6) X(stale0, 1)

/* Handle numbers of its own, beside those of the core's actors: three for each program. */
#define CR_PART_STACK_SLOTS 9

#endif
