#!/usr/bin/env bash
# libFuzzer and AFL++ through the command, as they are built for users. Usage: test_engines.sh CLUSRACE
CLUSRACE=$1
. "$(dirname "$0")/lib.sh"

# libFuzzer: a planted bug is found from nothing and stored, and the engine runs on.
run 10 fuzz --engine libfuzzer --scenario disk-small --mutant remount-window --runs 20000 --store l.db
has "violates VOL-OFFLINE-03"; has "20,00"
run 0 corpus ls --store l.db --clause VOL-OFFLINE-03; has "libfuzzer"
run 0 corpus check --store l.db; has "sound"
id=$("$CLUSRACE" corpus ls --store l.db --clause VOL-OFFLINE-03 | sed -n 2p | cut -d' ' -f1)
"$CLUSRACE" corpus show "$id" --store l.db >found.trace; run 10 replay found.trace
run 20 fuzz --engine libfuzzer --scenario disk-small --runs 5000 --store a.db
run 20 fuzz --engine libfuzzer --scenario disk-small --runs 5000 --store b.db
run 0 corpus export ea --store a.db; run 0 corpus export eb --store b.db
check "same seed and runs, same bytes" diff -r ea eb

# AFL++, persistent mode: the same target.
run 10 fuzz --engine afl --scenario disk-small --mutant term-nojoin --time 4s --store f.db
has "violates RM-TERM-04"
run 0 corpus ls --store f.db --clause RM-TERM-04; has "afl"
run 0 corpus check --store f.db; has "sound"

# Both write to one store at a time.
"$CLUSRACE" fuzz --engine libfuzzer --scenario disk-small --time 3s --store both.db >one.out 2>&1 &
run 20 fuzz --engine random --scenario disk-small --time 3s --store both.db
check "the other engine ends as it should" bash -c "wait $! 2>/dev/null; grep -q 'no violation found' one.out || { sleep 3; grep -q 'no violation found' one.out; }"
run 0 corpus check --store both.db; has "sound"
finish
