/* test_volume.c - the volume stack by itself: each clause as a small script, the mutants against
 * the script of their clause, and random operations against the invariants.
 *
 * A script is a list of commands separated by semicolons, on volume 0 unless a slot says "SLOT@N":
 *
 *   VERB SLOT [ACCESS] [once] [-> CODE [CAUSE]] [+EFFECT ...]
 *     an operation (verbs of events.def) and what must come of it: success without effects unless
 *     said. ACCESS is as in traces, "r/rw" for instance; rw/rw unless said. "once" detaches now.
 *   is STATE [ARGUMENT]
 *     what must hold: on, off (the volume); real, raw, none (bound); pending, settled (dismount);
 *     locked SLOT, implicit SLOT, free (lock); dirty, clean; stale SLOT, live SLOT (an open).
 *   same      the last operation changed nothing at all
 *   cut       the volume starts, or is put, offline behind everybody's back
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clusrace/volume.h"
#include "suites.h"

typedef struct script {
  const char *clause, *text;
} script;

static const script scripts[] = {
    {"VOL-ACC-01",
     "openv 0 r/rw +mount; offline 0 -> 5 rights; same; close 0; openv 0 w/rw; offline 0 -> 5 "
     "rights; same; close 0; openm 0; offline 0 -> 5 rights; same; online 0 -> 5 rights; "
     "same; cut; close 0; openv 0 r/rw; online 0 -> 5 rights; same; is off"},
    {"VOL-ACC-02",
     "openv 0 r/rw +mount; isoff 0 -> 31; ismounted 0; lock 0; unlock 0 +unlock; dismount 0; "
     "close 0 +detach; openv 0 w/rw +mount; isoff 0 -> 31; ismounted 0; lock 0; unlock 0 "
     "+unlock; dismount 0"},
    {"VOL-ACC-04",
     "openf 0 +mount; lock 0 -> 87 kind; same; unlock 0 -> 87 kind; same; dismount 0 -> 87 "
     "kind; same"},
    {"VOL-ACC-05",
     "openf 0 +mount; offline 0 -> 87 kind; same; online 0 -> 87 kind; same; isoff 0 -> 87 "
     "kind; same"},
    {"VOL-ACC-07",
     "openv 0 +mount; close 0; close 0 -> 6 handle; lock 0 -> 6 handle; unlock 0 -> 6 handle; "
     "dismount 0 -> 6 handle; ismounted 0 -> 6 handle; offline 0 -> 6 handle; online 0 -> 6 "
     "handle; isoff 0 -> 6 handle; read 0 -> 6 handle; write 0 -> 6 handle; flush 0 -> 6 "
     "handle; same; read 99 -> 6 handle; same"},
    {"VOL-ACC-11",
     "openf 0 +mount; openv 1; dismount 1; close 1 +detach; openf 2 +mount; is stale 0; is "
     "live 2; close 2; openf 1; close 1; is stale 0; ismounted 0 -> 21 dismounted"},
    {"VOL-OPEN-01", "is none; openf 0 +mount; is real; is live 0; read 0"},
    {"VOL-OPEN-01", "is none; openv 0 +mount; is real; is live 0; ismounted 0"},
    {"VOL-OPEN-02",
     "openf 0 +mount; openf 1; openv 2; close 0; close 1; close 2; is real; openf 0"},
    {"VOL-OPEN-03",
     "openv 0 +mount; lock 0; openf 1 -> 5 locked; same; openv 1 -> 5 locked; same; openv 1 "
     "r/r -> 5 locked; same; openm 1; dismount 0; openf 2 -> 5 locked; same"},
    {"VOL-OPEN-05",
     "openv 0 +mount; dismount 0; openf 1 -> 21 pending; same; openv 1 -> 21 pending; same; "
     "openv 1 r/r -> 21 pending; same; is pending; is live 0"},
    {"VOL-OPEN-06", "cut; openv 0 +raw; is live 0; openv 1; is off"},
    {"VOL-OPEN-07", "cut; openf 0 -> 21 offline; same; is none"},
    {"VOL-OPEN-08",
     "cut; openf 0 -> 21 offline; openv 0 +raw; openf 1 -> 1005 raw; is raw; dismount 0; "
     "close 0 +detach; openf 1 -> 21 offline; is none"},
    {"VOL-OPEN-09", "cut; openv 0 +raw; is raw; ismounted 0 -> 21 raw"},
    {"VOL-OPEN-10",
     "cut; openv 0 +raw; openf 1 -> 1005 raw; same; online 0; openf 1 -> 1005 raw; same"},
    {"VOL-OPEN-11",
     "openm 0; is none; read 0 -> 5 rights; write 0 -> 5 rights; flush 0 -> 5 rights; lock 0 "
     "-> 87 kind; dismount 0 -> 87 kind; is none; openv 1 +mount; lock 1; openm 2; dismount "
     "1; openm 3; isoff 3 -> 31; close 3"},
    {"VOL-OPEN-13",
     "openf 0 +mount; openv 1; dismount 1; openf 2 -> 21 pending; close 1 +detach; openf 2 "
     "+mount; openf 3; openv 1"},
    {"VOL-OPEN-13", "cut; openv 0 +raw; online 0; openv 1; is raw; ismounted 1 -> 21 raw"},
    {"VOL-OPEN-14",
     "openf 0 +mount; openv 1 r/- -> 32 busy; same; openv 1 r/r -> 32 busy; same; close 0; "
     "openv 0; openv 1 r/r -> 32 busy; same; close 0; openv 1 r/r; is implicit 1"},
    {"VOL-OPEN-14",
     "openf 0 r/rw +mount; openv 1 r/- -> 32 busy; same; openv 1 rw/r -> 32 busy; same; openv "
     "1 r/r; is implicit 1; is live 0; read 0; lock 1 -> 5 busy; close 0; lock 1; is locked 1"},
    {"VOL-OPEN-14",
     "openf 0 +mount; openv 1 rw/rwd; openv 2 r/rd -> 32 busy; close 1; openv 2 r/rd; is free"},
    {"VOL-OPEN-15",
     "openv 0 r/r +mount; is implicit 0; openf 1 -> 5 locked; same; openv 1 -> 5 locked; "
     "same; openv 1 r/r -> 5 locked; same; openm 1; close 0 +unlock; openf 2; openv 3"},
    {"step O15",
     "openv 0 r/rw +mount; openv 1 rw/rd; openv 2 r/rd -> 32 busy; same; openv 2 r/d -> 32 "
     "busy; same; openv 2 rw/rw -> 32 busy; same; openv 2 r/rw; openf 3; openv 4 w/rwd -> 32 "
     "busy; close 1; openv 4 w/rwd"},
    {"step O15",
     "openv 0 w/w +mount; openv 1 r/rw -> 32 busy; same; openv 1 w/rw; close 0; close 1; "
     "openv 0 r/rw; openv 1 r/w -> 32 busy; same; openv 1 r/rw"},
    {"VOL-LOCK-01", "openf 0 +mount; openv 1; lock 1 -> 5 busy; same; close 0; lock 1"},
    {"VOL-LOCK-02",
     "openv 0 +mount; openv 1; lock 1 -> 5 busy; same; lock 0 -> 5 busy; same; close 0; openm "
     "0; lock 1"},
    {"VOL-LOCK-03", "openv 0 +mount; lock 0; is locked 0; write 0; openf 1 -> 5 locked"},
    {"VOL-LOCK-03",
     "openv 0 r/- +mount; is implicit 0; lock 0; is locked 0; unlock 0 +unlock; is free; "
     "openf 1"},
    {"VOL-LOCK-04",
     "openf 0 +mount; write 0; openv 1; is dirty; lock 1 -> 5 busy; is clean; is free"},
    {"VOL-LOCK-05", "openv 0 +mount; lock 0; lock 0 -> 5 locked; same; is locked 0"},
    {"VOL-LOCK-06",
     "openf 0 +mount; write 0; close 0; openv 1; is dirty; lock 1; is clean; dismount 1; "
     "close 1 +detach +unlock"},
    {"VOL-LOCK-06",
     "openf 0 +mount; write 0; close 0; openv 1; cut; lock 1 -> 21 offline; same; is dirty; "
     "is free"},
    {"VOL-LOCK-10",
     "openv 0 +mount; lock 0; openf 1 r/rw -> 5 locked; openv 1 -> 5 locked; offline 0; openv 1 -> "
     "5 locked; online 0; dismount 0; openv 1 -> 5 locked; openm 1; close 0 +detach +unlock; "
     "openv 0 +mount"},
    {"VOL-LOCK-11",
     "openv 0 +mount; lock 0; openm 1; read 0; write 0; flush 0; offline 0; online 0; isoff 1 "
     "-> 31; close 1; openf 1 -> 5 locked; is locked 0; dismount 0; is locked 0; unlock 0 +unlock; "
     "is free"},
    {"VOL-LOCK-13",
     "openv 0 +mount; lock 0; close 0 +unlock; is free; openv 1 r/-; close 1 +unlock; is "
     "free; openv 2; lock 2; dismount 2; close 2 +detach +unlock; is free"},
    {"VOL-LOCK-13", "openf 0 +mount; openv 1; lock 1 -> 5 busy; is free; openf 2"},
    {"VOL-LOCK-18",
     "openv 0 +mount; openv 1; dismount 0; lock 1 -> 21 dismounted; same; lock 0; is locked "
     "0; is pending; close 0 +detach +unlock; lock 1 -> 21 dismounted"},
    {"VOL-LOCK-18",
     "openv 0 +mount; openv 1; dismount 0; close 0 +detach; openf 2 +mount; close 2; lock 1 -> 21 "
     "dismounted; same; is free"},
    {"VOL-UNLOCK-01",
     "openv 0 +mount; lock 0; unlock 0 +unlock; is free; openf 1; write 0 -> 5 locked"},
    {"VOL-UNLOCK-02",
     "openv 0 +mount; unlock 0 -> 158; same; close 0; openv 0 r/-; unlock 0 -> 158; same; is "
     "implicit 0; close 0 +unlock; openv 0; openv 1; dismount 0; close 0 +detach; openv 2 "
     "+mount; lock 2; unlock 1 -> 158; same; is locked 2; unlock 2 +unlock; unlock 2 -> 158; "
     "same"},
    {"VOL-UNLOCK-03",
     "openv 0 +mount; lock 0; dismount 0; unlock 0 +unlock; is pending; is free; openf 1 -> "
     "21 pending; close 0 +detach; openf 1 +mount"},
    {"VOL-UNLOCK-03",
     "openv 0 +mount; lock 0; dismount 0; unlock 0 once +detach +unlock; is none; openf 1 "
     "+mount; is stale 0"},
    {"VOL-UNLOCK-06",
     "openv 0 +mount; lock 0; offline 0; unlock 0 +unlock; is off; online 0; lock 0; unlock 0 "
     "+unlock; is on"},
    {"VOL-DISM-01", "openv 0 +mount; dismount 0; is pending; ismounted 0 -> 21 dismounted"},
    {"VOL-DISM-02", "openf 0 +mount; openv 1; dismount 1; is pending"},
    {"VOL-DISM-03",
     "openf 0 r/rw +mount; openv 1; openv 2; openm 3; dismount 1; is stale 0; is stale 2; is live "
     "1; read 0 -> 21 dismounted; read 2 -> 21 dismounted; isoff 3 -> 31"},
    {"VOL-DISM-04",
     "openf 0 +mount; openv 1; openv 2; dismount 1; close 0; close 2; close 1 +detach"},
    {"VOL-DISM-05",
     "openv 0 +mount; openv 1; dismount 0; dismount 0 -> 21 dismounted; same; dismount 1 -> "
     "21 dismounted; same; close 0 +detach; dismount 1 -> 21 dismounted; same"},
    {"VOL-DISM-07",
     "openv 0 r/rw +mount; openv 1 r/r; is implicit 1; dismount 0 -> 5 locked; same; dismount "
     "1; is stale 0"},
    {"VOL-DISM-08",
     "openv 0 +mount; dismount 0; is real; is pending; openm 1; close 1; read 0; offline 0; "
     "online 0; is pending; close 0 +detach; is none"},
    {"VOL-DISM-09",
     "openf 0 +mount; openv 1; dismount 1; close 1 +detach; is none; is stale 0; openf 2 "
     "+mount"},
    {"VOL-DISM-10",
     "openv 0 +mount; write 0 -> 5 locked; dismount 0; read 0; write 0; offline 0; read 0 -> "
     "21 offline; write 0 -> 21 offline; online 0; read 0; write 0"},
    {"VOL-DISM-11", "openv 0 +mount; dismount 0; is on; isoff 0 -> 31; close 0 +detach; is on"},
    {"VOL-DISM-12",
     "openv 0 +mount; dismount 0; close 0 +detach; is on; is none; openv 0 +mount; dismount "
     "0; close 0 +detach; openf 0 +mount"},
    {"VOL-DISM-13",
     "openv 0 +mount; lock 0; dismount 0 once; is pending; openf 1 -> 5 locked; openv 1 -> 5 "
     "locked; close 0 +detach +unlock; openf 1 +mount"},
    {"VOL-DISM-13",
     "openv 0 r/- +mount; dismount 0 once; openf 1 -> 21 pending; openv 1 -> 21 pending; "
     "close 0 +detach +unlock"},
    {"VOL-STALE-01",
     "openf 0 +mount; openv 1; dismount 1; read 0 -> 21 dismounted; same; write 0 -> 21 "
     "dismounted; same; flush 0 -> 21 dismounted; same; close 1 +detach; read 0 -> 21 "
     "dismounted; write 0 -> 21 dismounted; flush 0 -> 21 dismounted; same"},
    {"VOL-STALE-02",
     "openv 0 +mount; openv 1; dismount 1; read 0 -> 21 dismounted; same; write 0 -> 21 "
     "dismounted; same; close 1 +detach; openf 1 +mount; read 0 -> 21 dismounted; write 0 -> "
     "21 dismounted; flush 0; same"},
    {"VOL-STALE-03",
     "openf 0 +mount; openv 1; openv 2; dismount 1; close 1 +detach; openf 3 +mount; is stale "
     "0; is stale 2; read 0 -> 21 dismounted; read 2 -> 21 dismounted; ismounted 0 -> 21 "
     "dismounted; read 3"},
    {"VOL-STALE-04",
     "openf 0 +mount; openv 1; dismount 1; offline 1; online 1; is stale 0; close 1 +detach; "
     "openv 1 +mount; online 1; is stale 0; read 0 -> 21 dismounted"},
    {"VOL-STALE-05",
     "openf 0 +mount; openv 1; openv 2; dismount 1; close 1 +detach; read 0 -> 21 dismounted; "
     "write 0 -> 21 dismounted; flush 0 -> 21 dismounted; read 2 -> 21 dismounted; flush 2; "
     "ismounted 2 -> 21 dismounted; is none"},
    {"VOL-STALE-06",
     "openf 0 +mount; write 0; openv 1; openv 2; dismount 1; close 0; close 2; is pending; "
     "close 1 +detach; is clean"},
    {"VOL-STALE-07",
     "openv 0 +mount; openv 1; dismount 1; close 1 +detach; isoff 0 -> 31; offline 0; is off; "
     "isoff 0; online 0; is on; is none"},
    {"VOL-STALE-09",
     "openf 0 +mount; openv 1; dismount 1; close 1 +detach; openf 2 +mount; write 2; read 0 "
     "-> 21 dismounted; is dirty; close 0; is dirty; read 2; is live 2"},
    {"VOL-STALE-09",
     "openv 0 +mount; openv 1; dismount 1; close 1 +detach; openf 2 +mount; write 2; flush 0; "
     "same; is dirty"},
    {"VOL-STALE-09",
     "openv 0 +mount; dismount 0 once +detach; openv 1 +mount; read 0; write 0; dismount 1; "
     "is live 1; close 0; is pending; close 1 +detach; is none"},
    {"VOL-CLOSE-02",
     "openv 0 +mount; lock 0; close 0 +unlock; is free; openf 1; close 1; openv 2 r/-; close "
     "2 +unlock; is free; openf 1"},
    {"VOL-CLOSE-04",
     "openv 0 +mount; lock 0; dismount 0; close 0 +detach +unlock; is none; is free"},
    {"VOL-CLOSE-05",
     "openv 0 +mount; dismount 0; offline 0; close 0 +detach; is off; openv 0 +raw; is off; "
     "close 0 +detach; is off; openv 0 +raw; online 0; close 0 +detach; is on"},
    {"VOL-OFFLINE-04", "openv 0 +mount; isoff 0 -> 31; offline 0; is off; isoff 0"},
    {"VOL-OFFLINE-05", "openv 0 +mount; offline 0; offline 0; same; is off"},
    {"VOL-OFFLINE-06",
     "openv 0 +mount; read 0; offline 0; read 0 -> 21 offline; same; lock 0; write 0 -> 21 "
     "offline; same; read 0 -> 21 offline; unlock 0 +unlock; online 0; read 0"},
    {"VOL-OFFLINE-06",
     "cut; openv 0 +raw; read 0 -> 21 offline; same; write 0 -> 21 offline; same; online 0; "
     "read 0; write 0"},
    {"VOL-OFFLINE-08",
     "openf 0 +mount; write 0; openv 1; offline 1; is real; is dirty; is free; is settled; is "
     "live 0; is live 1; online 1; openv 2; close 1; close 0; lock 2; offline 2; is locked 2; "
     "online 2; is locked 2"},
    {"VOL-OFFLINE-12",
     "openv 0 +mount; openv 1; dismount 0; offline 1; is off; online 1; offline 0; is off; "
     "close 0 +detach; online 1; is on; cut; openv 2 +raw; online 2; offline 2; is off"},
    {"VOL-OFFLINE-13",
     "openf 0 +mount; openv 1; offline 1; is real; is live 0; ismounted 0; read 0 -> 21 "
     "offline; write 0; is dirty; flush 0 -> 21 offline; is dirty; online 1; flush 0; is "
     "clean; read 0; offline 1; flush 0 -> 21 offline; same"},
    {"VOL-OFFLINE-14",
     "openv 0 +mount; lock 0; dismount 0; offline 0; unlock 0 +unlock; is off; close 0 "
     "+detach; is off; openf 1 -> 21 offline; openm 1; isoff 1; openv 2 +raw; lock 2; "
     "dismount 2; is off; close 2 +detach +unlock; is off; isoff 1"},
    {"VOL-OFFLINE-17",
     "openv 0 +mount; openv 1@1 +mount; offline 0; is off; isoff 1 -> 31; read 1; offline 1; "
     "online 0; is on; isoff 1; read 1 -> 21 offline"},
    {"VOL-OFFLINE-18",
     "openv 0 +mount; lock 0; dismount 0 once; openf 1 -> 5 locked; openv 1 -> 5 locked; "
     "offline 0; openf 1 -> 5 locked; close 0 +detach +unlock; openf 1 -> 21 offline"},
    {"VOL-OFFLINE-19",
     "openv 0 +mount; dismount 0 once +detach; openf 1 +mount; offline 0; close 0; is real; "
     "openv 0; dismount 0; is stale 1; close 0 +detach; is none; openf 2 -> 21 offline; is "
     "off"},
    {"VOL-ONLINE-01", "cut; openv 0 +raw; isoff 0; online 0; is on; isoff 0 -> 31"},
    {"VOL-ONLINE-02",
     "cut; openv 0 +raw; online 0; is raw; close 0 +detach; is none; openf 0 +mount"},
    {"VOL-ONLINE-02",
     "openv 0 +mount; openv 1; dismount 0; close 0 +detach; offline 1; online 1; is none"},
    {"VOL-ONLINE-03", "openv 0 +mount; online 0; same; is on"},
    {"VOL-ONLINE-04", "cut; openv 0 +raw; online 0; cut; online 0; is on; read 0"},
    {"VOL-ONLINE-05",
     "cut; openv 0 +raw; openv 1; online 0; openf 2 -> 1005 raw; close 0; openf 2 -> 1005 "
     "raw; is raw; dismount 1; close 1 +detach; openf 2 +mount"},
    {"VOL-ONLINE-06",
     "cut; openv 0 +raw; openv 1; close 0; is raw; close 1 +detach; is none; openv 0 r/- "
     "+raw; is implicit 0; close 0 +detach +unlock; is none"},
    {"VOL-QUERY-01",
     "openv 0 +mount; openf 1; ismounted 0; ismounted 1; dismount 0; ismounted 0 -> 21 "
     "dismounted; ismounted 1 -> 21 dismounted; close 0 +detach; cut; openv 0 +raw; ismounted "
     "0 -> 21 raw; openm 2; ismounted 2 -> 87 kind"},
    {"VOL-QUERY-02",
     "openf 0 +mount; openv 1; dismount 1; close 1 +detach; openf 2 +mount; ismounted 2; "
     "ismounted 0 -> 21 dismounted"},
    {"VOL-QUERY-03",
     "openm 0; isoff 0 -> 31; cut; isoff 0; openv 1 +raw; isoff 1; online 1; isoff 1 -> 31; "
     "isoff 0 -> 31"},
    {"VOL-QUERY-04",
     "openv 0 +mount; dismount 0; close 0 +detach; openv 1 +mount; ismounted 1; dismount 1; "
     "close 1 +detach; openf 1 +mount; ismounted 1"},
    {"VOL-QUERY-06",
     "openf 0 +mount; write 0; openv 1; ismounted 1; same; isoff 1 -> 31; same; offline 1; "
     "ismounted 0; same; isoff 1; same; is dirty"},
    {"VOL-IO-01",
     "openv 0 +mount; write 0 -> 5 locked; same; openf 1; write 1; write 0 -> 5 locked; same"},
    {"VOL-IO-03",
     "openv 0 +mount; lock 0; write 0; unlock 0 +unlock; write 0 -> 5 locked; close 0; openv "
     "0 rw/- ; write 0; close 0 +unlock; openv 0; dismount 0; write 0"},
    {"section 3.10",
     "openv 0 w/rw +mount; read 0 -> 5 rights; close 0; openv 0 r/rw; write 0 -> 5 rights; "
     "flush 0 -> 5 rights; openf 1 r/rw; write 1 -> 5 rights; flush 1 -> 5 rights; openv 2; "
     "dismount 2; write 1 -> 5 rights; read 1 -> 21 dismounted; offline 2; read 1 -> 21 "
     "dismounted; read 0 -> 21 dismounted"},
    {"VOL-DATA-01",
     "openf 0 +mount; write 0; openv 1; offline 1; dismount 1 +lost; is clean; close 1 "
     "+detach"},
    {"VOL-DATA-01",
     "openf 0 +mount; write 0; openv 1; offline 1; dismount 1 once +detach +lost; is none"},
    {"VOL-DATA-02",
     "openf 0 +mount; write 0; close 0; openv 1; lock 1; dismount 1; offline 1; close 1 "
     "+detach +unlock"},
    {"VOL-DATA-04",
     "openf 0 +mount; write 0; openv 1; flush 1; is clean; write 0; offline 1; flush 1 -> 21 "
     "offline; same; is dirty; online 1; flush 1; is clean; write 0; flush 0; is clean"},
    {"VOL-DATA-08",
     "openf 0 +mount; write 0; openv 1; dismount 1; close 1 +detach; openf 2 +mount; is clean"},
    {"section 5",
     "openf 0 +mount; write 0; openv 1; offline 1; close 0; is dirty; close 1; is dirty; is "
     "real; openf 0; read 0 -> 21 offline"},
    {"section 6.2, no offline",
     "openv 0 +mount; dismount 0; openf 1 -> 21 pending; openv 1 -> 21 pending; close 0 "
     "+detach; is on; is none; openf 1 +mount; write 1; is real; is dirty"},
    {"section 6.2, offline",
     "openv 0 +mount; dismount 0; openf 1 -> 21 pending; offline 0; openf 1 -> 21 pending; "
     "close 0 +detach; is off; is none; openf 1 -> 21 offline; openv 1 +raw; read 1 -> 21 "
     "offline; write 1 -> 21 offline; openf 2 -> 1005 raw; close 1 +detach; is none; is off"},
    {"section 6.2, once",
     "openv 0 +mount; dismount 0 once +detach; openf 1 +mount; write 1; offline 0; close 0; "
     "is real; is dirty; read 1 -> 21 offline; flush 1 -> 21 offline; is off"},
    {"section 6.2, lock",
     "openv 0 +mount; lock 0; openf 1 -> 5 locked; dismount 0; openf 1 -> 5 locked; close 0 "
     "+detach +unlock; is on; openf 1 +mount"},
    {"section 6.3",
     "openv 0 +mount; openv 1; lock 0 -> 5 busy; dismount 0; offline 1; is off; close 1; "
     "close 0 +detach; openf 0 -> 21 offline"},
    {"section 6.4",
     "cut; openv 0 +raw; online 0; openf 1 -> 1005 raw; close 0 +detach; openf 1 +mount; read "
     "1"},
};

/* ---- playing a script ------------------------------------------------------------------------ */

typedef struct player {
  cr_volumes vs, before;
  uint32_t mutant;
  char wrong[200]; /* what was not as the script says; empty so far */
} player;

enum { WORDS_MAX = 12 };

static cr_event_kind kind_of(const char *verb) {
  for (uint32_t k = CR_EV_OPENV; k <= CR_EV_FLUSH; k++)
    if (strcmp(cr_event_row_of(k)->verb, verb) == 0) return (cr_event_kind)k;
  return CR_EV_INVALID;
}

static unsigned access_of(const char *word) {
  unsigned bits = 0;
  const char *share = strchr(word, '/');
  for (const char *p = word; *p != '\0'; p++) {
    bool shared = p > share;
    if (*p == 'r') bits |= shared ? CR_SHR_READ : CR_ACC_READ;
    if (*p == 'w') bits |= shared ? CR_SHR_WRITE : CR_ACC_WRITE;
    if (*p == 'd') bits |= CR_SHR_DELETE;
  }
  return bits;
}

static unsigned effect_of(const char *name) {
  for (uint32_t bit = 0; bit < CR_FX_COUNT; bit++)
    if (strcmp(cr_effect_name(bit), name) == 0) return 1u << bit;
  ck_abort_msg("no effect is called %s", name);
}

static uint8_t cause_of(const char *name) {
  for (uint32_t cause = 0; cause < CR_CAUSE_COUNT; cause++)
    if (strcmp(cr_cause_name(cause), name) == 0) return (uint8_t)cause;
  ck_abort_msg("no cause is called %s", name);
}

static cr_volop operate(cr_volumes *vs, cr_event_kind kind, unsigned volume, unsigned slot,
                        unsigned access, cr_volopt opt) {
  switch ((unsigned)kind) {
    case CR_EV_OPENV: return cr_volume_openv(vs, volume, slot, access, opt);
    case CR_EV_OPENF: return cr_volume_openf(vs, volume, slot, access, opt);
    case CR_EV_OPENM: return cr_volume_openm(vs, volume, slot, opt);
    default: return cr_volume_op(vs, kind, slot, opt);
  }
}

static void play_operation(player *p, cr_event_kind kind, char **word, size_t n) {
  char *at = NULL;
  unsigned slot = (unsigned)strtoul(word[1], &at, 10);
  unsigned volume = *at == '@' ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
  unsigned access = access_of("rw/rw");
  cr_volopt opt = {.mutant = p->mutant};
  cr_volop want = {0};
  for (size_t i = 2; i < n; i++) {
    if (word[i][0] == '+') {
      want.effects |= (uint8_t)effect_of(word[i] + 1);
    } else if (strcmp(word[i], "->") == 0 && i + 1 < n) {
      want.code = (uint32_t)strtoul(word[++i], NULL, 10);
      if (i + 1 < n) want.cause = cause_of(word[++i]);
    } else if (strcmp(word[i], "once") == 0) {
      opt.detach_now = true;
    } else {
      access = access_of(word[i]);
    }
  }
  /* A mutant may have let an open succeed that the script counts as refused. */
  if (kind <= CR_EV_OPENF && p->vs.open[slot].kind != CR_OPEN_NONE) {
    snprintf(p->wrong, sizeof p->wrong, "slot %u is taken", slot);
    return;
  }
  p->before = p->vs;
  cr_volop got = operate(&p->vs, kind, volume, slot, access, opt);
  if (got.code != want.code || got.cause != want.cause || got.effects != want.effects)
    snprintf(p->wrong, sizeof p->wrong, "%u %s effects %u, not %u %s effects %u", got.code,
             cr_cause_name(got.cause), got.effects, want.code, cr_cause_name(want.cause),
             want.effects);
}

static bool holds(const cr_volumes *vs, const char *state, unsigned slot) {
  const cr_volume *v = &vs->volume[0];
  const struct {
    const char *state;
    bool holds;
  } facts[] = {
      {"on", v->off == 0},
      {"off", v->off == 1},
      {"none", v->fs == CR_FS_NONE},
      {"real", v->fs == CR_FS_REAL},
      {"raw", v->fs == CR_FS_RAW},
      {"pending", v->dism == 1},
      {"settled", v->dism == 0},
      {"free", v->lock == 0 && v->impl == 0},
      {"locked", v->lock == slot + 1 && v->impl == 0},
      {"implicit", v->lock == slot + 1 && v->impl == 1},
      {"dirty", v->dirty == 1},
      {"clean", v->dirty == 0},
      {"stale", vs->open[slot].kind != CR_OPEN_NONE && vs->open[slot].stale == 1},
      {"live", vs->open[slot].kind != CR_OPEN_NONE && vs->open[slot].stale == 0},
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(facts); i++)
    if (strcmp(facts[i].state, state) == 0) return facts[i].holds;
  ck_abort_msg("no state is called %s", state);
}

static void play_command(player *p, char **word, size_t n) {
  cr_event_kind kind = kind_of(word[0]);
  if (kind != CR_EV_INVALID && n > 1) {
    play_operation(p, kind, word, n);
  } else if (strcmp(word[0], "is") == 0 && n > 1) {
    if (!holds(&p->vs, word[1], n > 2 ? (unsigned)strtoul(word[2], NULL, 10) : 0))
      snprintf(p->wrong, sizeof p->wrong, "not so");
  } else if (strcmp(word[0], "same") == 0) {
    if (memcmp(&p->vs, &p->before, sizeof p->vs) != 0)
      snprintf(p->wrong, sizeof p->wrong, "something changed");
  } else if (strcmp(word[0], "cut") == 0) {
    p->vs.volume[0].off = 1;
  } else {
    ck_abort_msg("no command is called %s", word[0]);
  }
}

/* Plays a script until it ends or something is not as it says; returns what, or NULL. The faithful
 * stack must be sound after each command. */
static const char *play(player *p, const script *s, uint32_t mutant) {
  *p = (player){.mutant = mutant};
  const char *at = s->text;
  while (*at != '\0' && p->wrong[0] == '\0') {
    char command[96], *word[WORDS_MAX] = {NULL};
    size_t length = strcspn(at, ";"), n = 0;
    ck_assert_uint_lt(length, sizeof command);
    memcpy(command, at, length);
    command[length] = '\0';
    for (char *w = strtok(command, " "); w != NULL && n < WORDS_MAX; w = strtok(NULL, " "))
      word[n++] = w;
    ck_assert_uint_gt(n, 0);
    play_command(p, word, n);
    const char *unsound = mutant == 0 ? cr_volumes_check(&p->vs) : NULL;
    if (p->wrong[0] == '\0' && unsound != NULL)
      snprintf(p->wrong, sizeof p->wrong, "unsound: %s", unsound);
    if (p->wrong[0] != '\0') {
      size_t used = strlen(p->wrong);
      snprintf(p->wrong + used, sizeof p->wrong - used, " (at \"%.*s\")", (int)length, at);
    }
    at += length + strspn(at + length, "; ");
  }
  return p->wrong[0] != '\0' ? p->wrong : NULL;
}

START_TEST(clause__its_script__holds) {
  player p;
  const char *wrong = play(&p, &scripts[_i], 0);
  ck_assert_msg(wrong == NULL, "%s: %s", scripts[_i].clause, wrong);
}
END_TEST

static bool has_script(const char *clause) {
  for (size_t i = 0; i < CR_ARRAY_LEN(scripts); i++)
    if (strcmp(scripts[i].clause, clause) == 0) return true;
  return false;
}

/* Is the mutant a deviation of the stack itself, and not one of an event or of a story's steps? */
static bool changes_the_stack(uint32_t mutant) {
  static const uint32_t told[] = {
#define DEVIATION(mutant, kind, value, extra, field, to) CR_MUTANT_##mutant,
#include "clusrace/deviations.def"
#undef DEVIATION
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(told); i++)
    if (told[i] == mutant) return false;
  cr_scenario scenario;
  load_scenario(cr_mutant_row_of(mutant)->scenario, &scenario);
  return !scenario.part[CR_PART_DISK] && !scenario.part[CR_PART_REMOVAL];
}

/* The script of the clause that must catch a mutant tells it from the faithful stack. */
START_TEST(mutant_of_the_volume__script_of_its_clause__fails) {
  const cr_mutant_row *row = cr_mutant_row_of((uint32_t)_i);
  if (row->side != CR_MUTANT_SIDE_VOLUME || !has_script(row->clause)) return;
  if (!changes_the_stack((uint32_t)_i)) return;
  unsigned caught = 0;
  for (size_t i = 0; i < CR_ARRAY_LEN(scripts); i++) {
    player p;
    if (strcmp(scripts[i].clause, row->clause) == 0 && play(&p, &scripts[i], (uint32_t)_i) != NULL)
      caught++;
  }
  ck_assert_msg(caught > 0, "%s passes %s", row->name, row->clause);
}
END_TEST

/* A mutant of another side changes nothing here. */
START_TEST(mutant_of_another_side__every_script__holds) {
  if (cr_mutant_row_of((uint32_t)_i)->side == CR_MUTANT_SIDE_VOLUME) return;
  for (size_t i = 0; i < CR_ARRAY_LEN(scripts); i++) {
    player p;
    const char *wrong = play(&p, &scripts[i], (uint32_t)_i);
    ck_assert_msg(wrong == NULL, "%s: %s", scripts[i].clause, wrong);
  }
}
END_TEST

/* ---- the state as a value -------------------------------------------------------------------- */

/* What is the same situation is the same bytes, however it came about. */
START_TEST(state__same_situation__same_bytes) {
  static const script pairs[][2] = {
      {{"nothing", ""}, {"raw and gone", "cut; openv 0 +raw; online 0; close 0 +detach"}},
      {{"nothing", ""},
       {"used and dismounted",
        "openf 0 +mount; write 0; openv 1; dismount 1; close 0; offline 1; online 1; "
        "close 1 +detach"}},
      {{"nothing", ""},
       {"lost",
        "openf 0 +mount; write 0; openv 1; offline 1; dismount 1 once +detach +lost; "
        "online 1; close 1; close 0"}},
      {{"mounted", "openf 0 +mount; close 0"},
       {"mounted, locked, unlocked",
        "openv 3 +mount; lock 3; write 3; unlock 3 +unlock; close 3; openv 2 r/-; "
        "close 2 +unlock; openm 5; close 5"}},
      {{"open", "openf 0 +mount"},
       {"opened again",
        "openf 1 +mount; openv 0; dismount 0; close 0 +detach; close 1; "
        "openf 0 +mount"}},
      {{"offline", "cut"},
       {"removed", "openv 0 +mount; lock 0; dismount 0; offline 0; close 0 +detach +unlock"}},
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(pairs); i++) {
    player a, b;
    const char *wrong = play(&a, &pairs[i][0], 0);
    ck_assert_msg(wrong == NULL, "%s: %s", pairs[i][0].clause, wrong);
    wrong = play(&b, &pairs[i][1], 0);
    ck_assert_msg(wrong == NULL, "%s: %s", pairs[i][1].clause, wrong);
    ck_assert_msg(memcmp(&a.vs, &b.vs, sizeof a.vs) == 0, "%s is not %s", pairs[i][1].clause,
                  pairs[i][0].clause);
  }
}
END_TEST

START_TEST(check__broken_state__is_named) {
  static const cr_volumes broken[] = {
      {.volume = {{.off = 2}}},
      {.volume = {{.fs = 3}}},
      {.volume = {{.dism = 1}}},
      {.volume = {{.dirty = 1}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 1}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 200}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 1}}, .open = {{.kind = CR_OPEN_FILE}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 1}}, .open = {{.kind = CR_OPEN_VOLUME, .volume = 1}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 1}}, .open = {{.kind = CR_OPEN_VOLUME, .stale = 1}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 1}},
       .open = {{.kind = CR_OPEN_VOLUME}, {.kind = CR_OPEN_FILE}}},
      {.volume = {{.fs = CR_FS_REAL, .lock = 1, .impl = 1}},
       .open = {{.kind = CR_OPEN_VOLUME}, {.kind = CR_OPEN_FILE, .access = CR_ACC_WRITE}}},
      {.volume = {{.fs = CR_FS_REAL, .impl = 1}}},
      {.volume = {{.fs = CR_FS_RAW, .dirty = 1}}, .open = {{.kind = CR_OPEN_VOLUME}}},
      {.volume = {{.fs = CR_FS_RAW}}},
      {.volume = {{.fs = CR_FS_REAL, .dism = 1}}},
      {.volume = {{.fs = CR_FS_REAL, .dism = 1, .dirty = 1}},
       .open = {{.kind = CR_OPEN_VOLUME, .dism = 1}}},
      {.volume = {{.fs = CR_FS_REAL}}, .open = {{.kind = CR_OPEN_VOLUME, .dism = 1}}},
      {.volume = {{.fs = CR_FS_REAL, .dism = 1}},
       .open = {{.kind = CR_OPEN_VOLUME, .dism = 1}, {.kind = CR_OPEN_FILE}}},
      {.open = {{.kind = CR_OPEN_FILE}}},
      {.open = {{.kind = CR_OPEN_FILE, .volume = CR_VOLUMES_MAX, .stale = 1}}},
      {.open = {{.kind = CR_OPEN_FILE, .stale = 1, .dism = 1}}},
      {.open = {{.kind = CR_OPEN_META, .access = CR_ACC_READ}}},
      {.open = {{.kind = 4}}},
      {.open = {{.kind = CR_OPEN_FILE, .stale = 3}}},
      {.open = {{.kind = CR_OPEN_FILE, .stale = 1, .access = 32}}},
      {.open = {{.volume = 1}}},
      {.open = {{.stale = 1}}},
      {.open = {{.wrote = 1}}},
  };
  cr_volumes vs = {0};
  ck_assert_ptr_null(cr_volumes_check(&vs));
  for (size_t i = 0; i < CR_ARRAY_LEN(broken); i++)
    ck_assert_msg(cr_volumes_check(&broken[i]) != NULL, "row %zu passes", i);
}
END_TEST

START_TEST(free_slot__lowest__or_none) {
  cr_volumes vs = {0};
  cr_volopt opt = {0};
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    ck_assert_uint_eq(cr_volume_free_slot(&vs, 0, CR_OPENS_MAX), i);
    ck_assert_uint_eq(cr_volume_openm(&vs, 0, i, opt).code, 0);
  }
  ck_assert_uint_eq(cr_volume_free_slot(&vs, 0, CR_OPENS_MAX), CR_OPENS_MAX);
  ck_assert_uint_eq(cr_volume_op(&vs, CR_EV_CLOSE, 7, opt).code, 0);
  ck_assert_uint_eq(cr_volume_free_slot(&vs, 0, CR_OPENS_MAX), 7);
}
END_TEST

START_TEST(dismount_chooses__unlocked_live_volume_open__only) {
  static const struct {
    script before;
    unsigned slot;
    bool chooses;
  } rows[] = {
      {{"volume", "openv 0 +mount"}, 0, true},
      {{"beside a file", "openf 1 +mount; openv 0"}, 0, true},
      {{"file", "openf 0 +mount"}, 0, false},
      {{"attributes", "openm 0"}, 0, false},
      {{"free", ""}, 0, false},
      {{"out of range", ""}, CR_OPENS_MAX, false},
      {{"locked", "openv 0 +mount; lock 0"}, 0, false},
      {{"implicitly locked", "openv 0 r/- +mount"}, 0, false},
      {{"pending", "openv 0 +mount; dismount 0"}, 0, false},
      {{"stale", "openv 0 +mount; openv 1; dismount 1"}, 0, false},
  };
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++) {
    player p;
    ck_assert_ptr_null(play(&p, &rows[i].before, 0));
    ck_assert_msg(cr_volume_dismount_chooses(&p.vs, rows[i].slot) == rows[i].chooses, "%s",
                  rows[i].before.clause);
  }
}
END_TEST

/* ---- random operations ----------------------------------------------------------------------- */

enum { RANDOM_STEPS = 200000, VOLUMES = 2, SLOTS = 6 };

typedef struct random_step {
  cr_event_kind kind;
  unsigned volume, slot;
  cr_volop done;
} random_step;

static random_step take_random_step(cr_volumes *vs, cr_rng *rng) {
  static const cr_event_kind kinds[] = {
      CR_EV_OPENV,  CR_EV_OPENF,    CR_EV_OPENM,     CR_EV_CLOSE,  CR_EV_LOCK,
      CR_EV_UNLOCK, CR_EV_DISMOUNT, CR_EV_OFFLINE,   CR_EV_ONLINE, CR_EV_READ,
      CR_EV_WRITE,  CR_EV_FLUSH,    CR_EV_ISMOUNTED, CR_EV_ISOFF};
  cr_volopt opt = {.detach_now = cr_rng_below(rng, 2) != 0};
  random_step step = {.slot = cr_rng_below(rng, SLOTS),
                      .kind = kinds[cr_rng_below(rng, CR_ARRAY_LEN(kinds))],
                      .volume = cr_rng_below(rng, VOLUMES)};
  /* Half of the opens ask for and share everything: otherwise few stand beside others. */
  unsigned access = cr_rng_below(rng, 2) != 0 ? cr_rng_below(rng, 32) : 31;
  const cr_open *open = &vs->open[step.slot];
  if (step.kind <= CR_EV_OPENF && open->kind != CR_OPEN_NONE) step.kind = CR_EV_CLOSE;
  if (step.kind > CR_EV_OPENF && open->kind != CR_OPEN_NONE) step.volume = open->volume;
  step.done = operate(vs, step.kind, step.volume, step.slot, access, opt);
  return step;
}

/* The laws that hold between the states before and after any step. */
static const char *law_broken(const cr_volumes *a, const cr_volumes *b, const random_step *step) {
  bool opens = step->kind <= CR_EV_OPENF, ok = step->done.code == 0;
  for (unsigned v = 0; v < CR_VOLUMES_MAX; v++) {
    const cr_volume *x = &a->volume[v], *y = &b->volume[v];
    unsigned effects = v == step->volume ? step->done.effects : 0;
    bool mounted = (effects & CR_FX_MOUNT) != 0;
    if (v != step->volume && memcmp(x, y, sizeof *x) != 0) return "another volume changed";
    if (x->off != y->off && !(ok && (step->kind == CR_EV_OFFLINE || step->kind == CR_EV_ONLINE)))
      return "offline or online by itself [VOL-OFFLINE-14]";
    if (mounted != (x->fs != CR_FS_REAL && y->fs == CR_FS_REAL)) return "mount without its effect";
    if (mounted && x->off) return "mounted offline [VOL-OPEN-08]";
    if (mounted && x->fs != CR_FS_NONE) return "mounted over an instance [VOL-OPEN-13]";
    if (((effects & CR_FX_DETACH) != 0) != (x->fs != CR_FS_NONE && y->fs == CR_FS_NONE))
      return "detach without its effect";
    if (((effects & CR_FX_UNLOCK) != 0) != (x->lock != 0 && y->lock == 0))
      return "unlock without its effect [VOL-LOCK-11]";
    if (x->lock && y->lock && x->lock != y->lock) return "a lock went from open to open";
    if ((effects & CR_FX_LOST) && !(x->dirty && x->off)) return "lost what could have been saved";
  }
  for (unsigned i = 0; i < CR_OPENS_MAX; i++) {
    const cr_open *x = &a->open[i], *y = &b->open[i];
    bool own = i == step->slot && ok && (opens || step->kind == CR_EV_CLOSE);
    if (own) continue;
    if (x->kind != y->kind || x->volume != y->volume || x->access != y->access)
      return "an open changed its nature [VOL-DISM-04]";
    if (y->stale < x->stale) return "a stale open revived [VOL-STALE-03]";
  }
  if (opens && ok != (b->open[step->slot].kind != CR_OPEN_NONE)) return "open and slot disagree";
  if (step->kind == CR_EV_CLOSE && ok && b->open[step->slot].kind != CR_OPEN_NONE)
    return "closed and still there";
  bool query = step->kind == CR_EV_ISMOUNTED || step->kind == CR_EV_ISOFF;
  bool flushes = step->kind == CR_EV_LOCK; /* also when it fails then [VOL-LOCK-04] */
  if ((query || (!ok && !flushes)) && memcmp(a, b, sizeof *a) != 0) return "it changed something";
  return NULL;
}

/* Runs a seed; returns the digest of all states and results. */
static uint64_t run_randomly(uint64_t seed, unsigned *effects, unsigned *causes) {
  cr_volumes vs = {0};
  cr_rng rng;
  uint64_t digest = seed;
  cr_rng_seed(&rng, seed);
  for (unsigned i = 0; i < RANDOM_STEPS; i++) {
    cr_volumes before = vs;
    random_step step = take_random_step(&vs, &rng);
    const char *wrong = cr_volumes_check(&vs);
    if (wrong == NULL) wrong = law_broken(&before, &vs, &step);
    ck_assert_msg(wrong == NULL, "seed %llu step %u, %s h%u: %s", (unsigned long long)seed, i,
                  cr_event_row_of(step.kind)->verb, step.slot, wrong);
    uint32_t result[] = {step.done.code, step.done.cause, step.done.effects};
    digest = cr_digest_seeded(&vs, sizeof vs, digest);
    digest = cr_digest_seeded(result, sizeof result, digest);
    *effects |= step.done.effects;
    *causes |= 1u << step.done.cause;
  }
  return digest;
}

START_TEST(random_operations__keep_the_laws) {
  unsigned effects = 0, causes = 0;
  uint64_t first = run_randomly((uint64_t)_i, &effects, &causes);
  ck_assert_uint_eq(run_randomly((uint64_t)_i, &effects, &causes), first);
  ck_assert_uint_ne(run_randomly((uint64_t)_i + 100, &effects, &causes), first);
  /* The walk went everywhere: every effect, and every refusal that this stack has. */
  unsigned all = 1u << CR_CAUSE_NONE | 1u << CR_CAUSE_DISMOUNTED | 1u << CR_CAUSE_PENDING |
                 1u << CR_CAUSE_OFFLINE | 1u << CR_CAUSE_LOCKED | 1u << CR_CAUSE_BUSY |
                 1u << CR_CAUSE_RAW | 1u << CR_CAUSE_RIGHTS | 1u << CR_CAUSE_KIND |
                 1u << CR_CAUSE_HANDLE;
  ck_assert_uint_eq(effects, (1u << CR_FX_COUNT) - 1);
  ck_assert_uint_eq(causes, all);
}
END_TEST

Suite *cr_suite_volume(void) {
  Suite *suite = suite_create("volume");
  TCase *tcase = tcase_create("volume");
  tcase_set_timeout(tcase, 60); /* sanitizers */
  tcase_add_loop_test(tcase, clause__its_script__holds, 0, CR_ARRAY_LEN(scripts));
  tcase_add_loop_test(tcase, mutant_of_the_volume__script_of_its_clause__fails, 1, CR_MUTANT_COUNT);
  tcase_add_loop_test(tcase, mutant_of_another_side__every_script__holds, 1, CR_MUTANT_COUNT);
  tcase_add_test(tcase, state__same_situation__same_bytes);
  tcase_add_test(tcase, check__broken_state__is_named);
  tcase_add_test(tcase, free_slot__lowest__or_none);
  tcase_add_test(tcase, dismount_chooses__unlocked_live_volume_open__only);
  tcase_add_loop_test(tcase, random_operations__keep_the_laws, 1, 3);
  suite_add_tcase(suite, tcase);
  return suite;
}
