#!/usr/bin/env bash
# libFuzzer and AFL++ through the command, as they are built for users. Usage: test_engines.sh CLUSRACE [DLL.so]
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

# Every file that libFuzzer itself writes comes again byte for byte, too.
engine=$(dirname "$CLUSRACE")/clusrace-libfuzzer
scenario=$(dirname "$CLUSRACE")/../../model/scenarios/disk-small.scenario
for folder in one two; do
  mkdir "$folder"
  timeout -k 5 60 "$engine" --scenario="$scenario" -seed=5 -runs=3000 -max_len=512 -len_control=0 \
    -entropic=0 -use_counters=0 "$folder" >/dev/null 2>&1
done
check "same seed, same corpus" diff -r one two
check "the corpus is no empty one" test "$(find one -type f | wc -l)" -gt 50

# The built-in engine, the same.
run 20 fuzz --scenario disk-small --runs 3000 --store r1.db
run 20 fuzz --scenario disk-small --runs 3000 --store r2.db
run 0 corpus export er1 --store r1.db; run 0 corpus export er2 --store r2.db
check "the built-in engine repeats itself" diff -r er1 er2

# Canaries: an engine that is blind, or a judge that is asleep, would pass these in silence.
for name in random libfuzzer; do
  run 10 fuzz --engine "$name" --mutant offline-lies --scenario disk-small --runs 10000; has "violates"
  run 10 fuzz --engine "$name" --mutant close-noterm --runs 10000; has "violates RM-CLOSE-07"
done
check "feedback raises counters" bash -c '
  ft() { timeout -k 5 60 "$1" --scenario="$2" --feedback=$3 -seed=1 -runs=3000 -entropic=0 2>&1 |
    sed -n "s/.*DONE.* ft: \([0-9]*\) .*/\1/p"; }
  [ "$(ft "$0" "$1" all)" -gt "$(ft "$0" "$1" none)" ]' "$engine" "$scenario"

# AFL++, persistent mode, test cases in shared memory: the same target.
run 10 fuzz --engine afl --scenario disk-small --mutant term-nojoin --time 4s --store f.db
has "violates RM-TERM-04"
run 0 corpus ls --store f.db --clause RM-TERM-04; has "afl"
run 0 corpus check --store f.db; has "sound"
mkdir in && head -c 64 /dev/zero >in/seed
options=$(printf '%s\n' "--scenario=$scenario" --engine=afl)
AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 \
  CLUSRACE_FUZZ_OPTIONS=$options AFL_CUSTOM_MUTATOR_LIBRARY=$(dirname "$CLUSRACE")/clusrace-afl-mutator.so \
  timeout -k 5 60 afl-fuzz -i in -o out -s 1 -V 3 -- "$(dirname "$CLUSRACE")/clusrace-afl" \
  --scenario="$scenario" --engine=afl >afl.log 2>&1
check "AFL++ takes our mutator" grep -q "clusrace-afl-mutator.so" afl.log
check "AFL++ gives test cases in shared memory" grep -qi "shared memory" afl.log
check "AFL++ runs the target persistently" grep -qi "persistent" afl.log
check "AFL++ finds new interleavings" test "$(find out/default/queue -type f | wc -l)" -gt 20

# A real DLL built for this machine, by the same command and every engine.
if [ -n "${2:-}" ] && [ -e "$2" ]; then
  for name in random libfuzzer; do
    run 10 fuzz --dll "$2" --engine "$name" --scenario hunt-life --runs 1500 --store dll.db
    has "violates RM-TERM-0"; has "native \"$(basename "$2")\""
  done
  run 10 fuzz --dll "$2" --engine afl --scenario hunt-life --time 6s --store dll.db; has "violates RM-TERM-0"
  run 0 corpus ls --store dll.db --clause RM-TERM-04; has "libfuzzer"
  run 0 corpus check --store dll.db; has "sound"
  run 2 fuzz --dll "$2" --mutant term-nojoin --runs 10; says "not for --dll"
  run 2 fuzz --dll "$2" --scenario nodes-plain --runs 10; says "does not play the part"
fi

# What is missing is said.
mkdir alone && cp "$CLUSRACE" alone/clusrace
whole=$CLUSRACE CLUSRACE=$work/alone/clusrace
cp "$scenario" small.scenario
run 3 fuzz --engine libfuzzer --scenario ./small.scenario --runs 10; says "clusrace-libfuzzer"
cp "$(dirname "$whole")/clusrace-afl" alone/ && ln -s "$(command -v cat)" alone/cat
path=$PATH PATH=$work/alone
run 3 fuzz --engine afl --scenario ./small.scenario --runs 10
PATH=$path
says "install the package afl++"
CLUSRACE=$whole
run 2 fuzz --engine honggfuzz; says "there is no engine"

# Both write to one store at a time.
"$CLUSRACE" fuzz --engine libfuzzer --scenario disk-small --time 3s --store both.db >one.out 2>&1 &
run 20 fuzz --engine random --scenario disk-small --time 3s --store both.db
check "the other engine ends as it should" bash -c "wait $! 2>/dev/null; grep -q 'no violation found' one.out || { sleep 3; grep -q 'no violation found' one.out; }"
run 0 corpus check --store both.db; has "sound"
finish
