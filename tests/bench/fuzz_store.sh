#!/usr/bin/env bash
# What keeping costs a fuzzer: the same executions with a store and without one, in turns, in one run.
# Usage: fuzz_store.sh BIN [PAIRS]
#   BIN    the folder with clusrace and, if built, clusrace-libfuzzer; PAIRS: 5 unless given
#
# Each pair runs the same seed without and with a store, and every other pair the other way round; the
# figure is the median of the pairs' ratios, of the clock and of processor time. A fresh store takes in
# everything that is novel; into the store of the run before nearly nothing is new, which is what the
# second night of a fuzzer looks like. Two writers: two fuzzers on one file beside two without.
set -euo pipefail
bin=$1 pairs=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# taken COMMAND...: "wall cpu" in seconds. Statuses 10 and 20 say what was found.
taken() {
  { time "$@" >/dev/null 2>"$work/messages" || [ $? -eq 20 ] || [ $? -eq 10 ]; } 2>"$work/time" ||
    { cat "$work/messages" >&2; exit 1; }
  awk '{ print $1, $2 + $3 }' "$work/time"
}

fuzz() { # fuzz ENGINE SCENARIO RUNS SEED [FLAG...]
  local engine=$1 scenario=$2 runs=$3 seed=$4
  shift 4
  "$bin/clusrace" fuzz --engine "$engine" --scenario "$scenario" --runs "$runs" --seed "$seed" "$@"
}
two() { # two RUNS SEED [FLAG...]: two fuzzers at a time
  local runs=$1 seed=$2 status=0
  shift 2
  fuzz random disk-basic "$runs" "$seed" "$@" & # what the first of them finds
  fuzz random disk-basic "$runs" $((seed + 500)) "$@" || status=$?
  wait $! || status=$?
  return "$status"
}

# compare NAME FRESH COMMAND...: the command takes SEED and --store FILE at its end.
compare() {
  local name=$1 fresh=$2 i with without
  shift 2
  rm -f "$work"/s.db* "$work/ratios"
  "$bin/clusrace" fuzz --runs 1 --store "$work/s.db" >/dev/null 2>&1 || [ $? -eq 20 ]
  [ "$fresh" = yes ] || taken "$@" 1 --store "$work/s.db" >/dev/null
  for ((i = 1; i <= pairs; i++)); do
    [ "$fresh" = no ] || rm -f "$work"/s.db*
    [ "$fresh" = no ] || "$bin/clusrace" fuzz --runs 1 --store "$work/s.db" >/dev/null 2>&1 || [ $? -eq 20 ]
    if [ $((i % 2)) -eq 1 ]; then
      without=$(taken "$@" "$i") with=$(taken "$@" "$i" --store "$work/s.db")
    else
      with=$(taken "$@" "$i" --store "$work/s.db") without=$(taken "$@" "$i")
    fi
    echo "$without $with" >>"$work/ratios"
  done
  printf '%-40s %8.2f s %8.2f s %+7.1f %% %+7.1f %% %8d\n' "$name" \
    "$(cut -d' ' -f1 "$work/ratios" | median)" "$(cut -d' ' -f3 "$work/ratios" | median)" \
    "$(awk '{ print ($3 / $1 - 1) * 100 }' "$work/ratios" | median)" \
    "$(awk '{ print ($4 / $2 - 1) * 100 }' "$work/ratios" | median)" \
    "$("$bin/clusrace" corpus stats --store "$work/s.db" | awk 'NR == 1 { print $1 }')"
}

printf '%-40s %10s %10s %9s %9s %8s\n' "engine, scenario, store" without with slower cpu rows
compare "random, disk-basic, fresh" yes fuzz random disk-basic 3M
compare "random, disk-basic, of the night before" no fuzz random disk-basic 3M
compare "random, two-disks, fresh" yes fuzz random two-disks 400k
compare "random, disk-basic, fresh, two writers" yes two 400k
if [ -x "$bin/clusrace-libfuzzer" ]; then
  compare "libfuzzer, disk-basic, fresh" yes fuzz libfuzzer disk-basic 400k
fi
