#!/usr/bin/env bash
# AFL++ with a main and a secondary instance on one target. Usage: test_afl.sh SOURCE WORK
source=$1 place=$2/afl/out
CLUSRACE=:
. "$(dirname "$0")/../cli/lib.sh"
fleet() { # fleet STATUS TARGET FLAG...
  local want=$1 target=$2 status=0
  shift 2
  timeout -k 10 150 "$source/fuzz/fleet/afl.sh" --target "$place/$target" --out "$work/afl-$target" --jobs 2 "$@" >"$work/told" 2>&1 || status=$?
  out=$(cat "$work/told")
  [ "$status" -eq "$want" ] || { echo "status $status"; cat "$work/told"; return 1; }
}
mkdir frames control none && (cd frames && cmake -E tar xf "$place/frames_seed_corpus.zip") &&
  (cd control && cmake -E tar xf "$place/control_seed_corpus.zip")
check "two instances on frames" fleet 20 frames --seeds frames --dict "$place/frames.dict" --execs 3000
has "main "; has "second1 "; has "0 crashes, 0 hangs"
executions=$(sed -n 's/^all *\([0-9]*\) exec.*/\1/p' <<<"$out")
check "each has done its share" test "$executions" -ge 6000
check "two instances on the DLL" fleet 20 control --seeds control --execs 300
# Executions find it, and a busy machine needs more time for them.
planted() { fleet 14 canary_crash --seeds none --time 15 || fleet 14 canary_crash --seeds none --time 90; }
check "the planted crash is found" planted
has "look at"
has "/crashes"

# What is asked for wrongly.
"$source/fuzz/fleet/afl.sh" --jobs 0 --target x >/dev/null 2>&1
check "no instance is no number" test $? -eq 1
"$source/fuzz/fleet/afl.sh" --target "$work/nothing" --seeds none --out o >/dev/null 2>"$work/said"
check "no program" test $? -eq 3
check "one line says so" grep -q 'build it with afl-clang-fast' "$work/said"
finish
