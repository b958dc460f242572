#!/usr/bin/env bash
# afl.sh - one target under several instances of AFL++ that share what they find: a main one, and
# secondaries with other power schedules.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: afl.sh --target PROGRAM --seeds FOLDER --out FOLDER [OPTIONS] [-- ARGUMENT ...]

  --target PROGRAM  built with afl-clang-fast: a fuzz target, or clusrace-afl
  --seeds FOLDER    inputs to begin with; an empty one gets one input
  --out FOLDER      AFL's own folder; an earlier run in it is gone on with
  --jobs N          instances (default: processors)
  --time SECONDS    stop after so long (default 60)
  --execs N         stop each instance after so many executions instead
  --dict FILE       words for the mutator
  -- ARGUMENT ...   for the program

Ends with one line for each instance and a sum. Exit status: 20 nothing was found, 14 crashes or
hangs were saved (their folders are named), 1 wrong usage, 3 an instance could not run.
TEXT
}
wrong() { usage >&2; printf 'afl.sh: %s\n' "$1" >&2; exit 1; }
die() { printf 'afl.sh: %s\n' "$1" >&2; exit 3; }
is_number() { case $1 in '' | *[!0-9]* | 0*) return 1 ;; esac; }

target='' seeds='' out='' jobs=$(nproc) dict=() limit=(-V 60)
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --) shift; break ;;
    --target | --seeds | --out | --jobs | --time | --execs | --dict)
      [ $# -ge 2 ] || wrong "$1 needs a value" ;;
    *) wrong "\"$1\" is not known" ;;
  esac
  case $1 in
    --jobs | --time | --execs) is_number "$2" || wrong "$1 takes a number from 1 on, not \"$2\"" ;;
  esac
  case $1 in
    --target) target=$2 ;;
    --seeds) seeds=$2 ;;
    --out) out=$2 ;;
    --jobs) jobs=$2 ;;
    --time) limit=(-V "$2") ;;
    --execs) limit=(-E "$2") ;;
    --dict) dict=(-x "$2") ;;
  esac
  shift 2
done
[ -n "$target" ] && [ -n "$seeds" ] && [ -n "$out" ] || wrong "--target, --seeds and --out are needed"
[ -x "$target" ] || die "$target is no program; build it with afl-clang-fast"
command -v afl-fuzz >/dev/null || die "afl-fuzz is missing; install afl++"
mkdir -p "$seeds" "$out"
[ -n "$(ls -A "$seeds")" ] || printf '0' >"$seeds/first"

# What it would stop for on an ordinary machine, or inside of a container.
export AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_AUTORESUME=1
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
schedules=(fast explore coe exploit rare lin)
names=() children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait; exit 130' INT TERM
for ((i = 0; i < jobs; i++)); do
  if [ "$i" = 0 ]; then
    name=main role=(-M main)
  else
    name=second$i role=(-S "second$i" -p "${schedules[i % ${#schedules[@]}]}")
  fi
  names+=("$name")
  afl-fuzz -i "$seeds" -o "$out" "${role[@]}" "${limit[@]}" "${dict[@]}" -m none -t 10000+ -- "$target" "$@" \
    >"$out/$name.log" 2>&1 </dev/null &
  children+=($!)
done
for ((i = 0; i < jobs; i++)); do
  wait "${children[i]}" || { tail -n 5 "$out/${names[i]}.log" >&2; die "${names[i]} ended with an error; its log is $out/${names[i]}.log"; }
done

# value KEY NAME: out of an instance's statistics. AFL++ exits with 0 whatever it has found.
value() { sed -n "s/^$1 *: *//p" "$out/$2/fuzzer_stats"; }
executions=0 crashes=0 hangs=0
for name in "${names[@]}"; do
  [ -e "$out/$name/fuzzer_stats" ] || die "$name has left no statistics; its log is $out/$name.log"
  e=$(value execs_done "$name") c=$(value saved_crashes "$name") h=$(value saved_hangs "$name")
  printf '%-9s %s executions, %s inputs, %s taken over, %s crashes, %s hangs\n' "$name" "$e" \
    "$(value corpus_count "$name")" "$(value corpus_imported "$name")" "$c" "$h"
  executions=$((executions + e)) crashes=$((crashes + c)) hangs=$((hangs + h))
done
printf 'all       %s executions, %s crashes, %s hangs\n' "$executions" "$crashes" "$hangs"
[ $((crashes + hangs)) -eq 0 ] && exit 20
for name in "${names[@]}"; do
  for kind in crashes hangs; do
    [ -z "$(find "$out/$name/$kind" -name 'id:*' 2>/dev/null | head -n 1)" ] || printf 'look at   %s\n' "$out/$name/$kind"
  done
done
exit 14
