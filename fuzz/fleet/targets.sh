#!/usr/bin/env bash
# targets.sh - gives every fuzz target some time under libFuzzer, and keeps what is new.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: targets.sh --programs FOLDER [OPTIONS] [TARGET ...]

  --programs FOLDER  what fuzz/oss-fuzz/build.sh has put into $OUT
  --corpus FOLDER    inputs are read from and kept in FOLDER/TARGET (default: FOLDER of the programs,
                     /corpus)
  --found FOLDER     inputs that crash, hang, leak or take too much memory (default: .../found)
  --time SECONDS     for each target (default 60)
  --runs N           stop a target after so many executions instead
  --seed N           the same seed and runs give the same inputs (default: another one each time)
  --prune            at the end, of inputs that reach the same the smallest is kept
  TARGET             default: all there are but the canaries

One line for each target. Exit status: 20 nothing was found, 14 something was (its file is named and
says by itself how to run it again), 1 wrong usage, 3 a target could not run.
TEXT
}
wrong() { usage >&2; printf 'targets.sh: %s\n' "$1" >&2; exit 1; }
die() { printf 'targets.sh: %s\n' "$1" >&2; exit 3; }

programs='' corpus='' found='' limit=(-max_total_time=60) seed=() prune=no
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --prune) prune=yes; shift; continue ;;
    --programs | --corpus | --found | --time | --runs | --seed) [ $# -ge 2 ] || wrong "$1 needs a value" ;;
    -*) wrong "\"$1\" is not known" ;;
    *) break ;;
  esac
  case $1 in
    --time | --runs | --seed) case $2 in '' | *[!0-9]* | 0*) wrong "$1 takes a number from 1 on, not \"$2\"" ;; esac ;;
  esac
  case $1 in
    --programs) programs=$2 ;;
    --corpus) corpus=$2 ;;
    --found) found=$2 ;;
    --time) limit=("-max_total_time=$2") ;;
    --runs) limit=("-runs=$2") ;;
    --seed) seed=("-seed=$2") ;;
  esac
  shift 2
done
[ -n "$programs" ] || wrong "--programs is needed"
[ -d "$programs" ] || die "$programs is no folder; fuzz/oss-fuzz/build.sh makes it"
programs=$(cd "$programs" && pwd)
corpus=${corpus:-$programs/corpus} found=${found:-$programs/found}
targets=("$@")
if [ $# -eq 0 ]; then
  for file in "$programs"/*.options; do
    [ -e "$file" ] || die "$programs holds no target"
    file=${file##*/}
    targets+=("${file%.options}")
  done
fi

# option KEY TARGET: a line of the target's file of options.
option() { [ ! -e "$programs/$2.options" ] || sed -n "s/^$1 = //p" "$programs/$2.options"; }

# prepare TARGET: flags, folders, the seeds.
prepare() {
  local key value
  [ -x "$programs/$1" ] || die "there is no target $1 in $programs"
  mkdir -p "$corpus/$1" "$found"
  seeds=$programs/seeds/$1 flags=("-artifact_prefix=$found/$1-" -print_final_stats=1)
  rm -rf "$seeds" && mkdir -p "$seeds"
  [ ! -e "$programs/$1_seed_corpus.zip" ] || (cd "$seeds" && cmake -E tar xf "$programs/$1_seed_corpus.zip")
  for key in max_len timeout rss_limit_mb; do
    value=$(option $key "$1")
    [ -z "$value" ] || flags+=("-$key=$value")
  done
  [ ! -e "$programs/$1.dict" ] || flags+=("-dict=$programs/$1.dict")
}

status=20
for target in "${targets[@]}"; do
  prepare "$target"
  log=$found/$target.log code=0
  "$programs/$target" "${limit[@]}" "${seed[@]}" "${flags[@]}" "$corpus/$target" "$seeds" >"$log" 2>&1 </dev/null || code=$?
  done_=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ "$code" -eq 0 ]; then
    printf '%-11s %s executions, %s inputs kept, nothing found\n' "$target" "${done_:-no}" \
      "$(find "$corpus/$target" -type f | wc -l)"
    [ "$prune" = no ] && continue
    rm -rf "$corpus/$target.new" && mkdir "$corpus/$target.new"
    "$programs/$target" -merge=1 "${flags[@]}" "$corpus/$target.new" "$corpus/$target" >>"$log" 2>&1 </dev/null ||
      die "$target cannot prune its inputs; the log is $log"
    rm -rf "${corpus:?}/$target" && mv "$corpus/$target.new" "$corpus/$target"
    continue
  fi
  file=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  if [ -z "$file" ]; then
    tail -n 5 "$log" >&2
    die "$target ended with $code and without an input; the log is $log"
  fi
  status=14
  reason=$(grep -a -m 1 -E '^FINDING|ERROR: |runtime error' "$log" || echo "status $code")
  printf '%-11s FOUND  %s\n            again: %s %s\n' "$target" "$reason" "$programs/$target" "$file"
done
exit $status
