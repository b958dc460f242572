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
  --known FILE       findings that stand in this file, a line each, are told but do not count; what is
                     new is added to it. After a known one a target is run up to twice more
  --prune            at the end, of inputs that reach the same the smallest is kept
  TARGET             default: all there are but the canaries

One line for each target. Exit status: 20 nothing (new) was found, 14 something was (its file is named and
says by itself how to run it again), 1 wrong usage, 3 a target could not run.
TEXT
}
wrong() { usage >&2; printf 'targets.sh: %s\n' "$1" >&2; exit 1; }
die() { printf 'targets.sh: %s\n' "$1" >&2; exit 3; }

programs='' corpus='' found='' known='' limit=(-max_total_time=60) seed='' prune=no
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage; exit 0 ;;
    --prune) prune=yes; shift; continue ;;
    --programs | --corpus | --found | --known | --time | --runs | --seed) [ $# -ge 2 ] || wrong "$1 needs a value" ;;
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
    --known) known=$2 ;;
    --time) limit=("-max_total_time=$2") ;;
    --runs) limit=("-runs=$2") ;;
    --seed) seed=$2 ;;
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

# reason LOG CODE: what was found, in one line.
reason() { grep -a -m 1 -E '^FINDING|ERROR: |runtime error' "$1" || echo "status $2"; }
# name TARGET LOG CODE: the finding without what differs from input to input and from build to build:
# numbers, addresses, quoted words, folders.
name() {
  local what
  what=$(grep -a -m 1 -E '^FINDING' "$2" || grep -a -m 1 -E '^SUMMARY: ' "$2" || reason "$2" "$3")
  [[ $what != *leaked* ]] || what+=$(grep -aoE '#[1-3] 0x[0-9a-f]+ in [A-Za-z0-9_]+' "$2" | sed 's/.* in / in /' | head -n 3 | tr -d '\n')
  # The number of a clause stands behind a dash: it stays.
  printf '%s: %s\n' "$1" "$what" | sed -E 's/"[^"]*"/".."/g; s|[^ ]*/||g; s/(^|[ (=:,])(0x)?[0-9a-f]*[0-9][0-9a-f]*/\1#/g; s/(:#)+//g'
}
is_known() { [ -n "$known" ] && [ -e "$known" ] && grep -aqxF -- "$(name "$1" "$2" "$3")" "$known"; }

status=20
[ -z "$known" ] || mkdir -p "$(dirname "$known")"
for target in "${targets[@]}"; do
  prepare "$target"
  log=$found/$target.log
  for again in 0 1 2; do
    code=0
    "$programs/$target" "${limit[@]}" ${seed:+"-seed=$((seed + again))"} "${flags[@]}" "$corpus/$target" "$seeds" >"$log" 2>&1 </dev/null || code=$?
    if [ "$code" -eq 0 ] || ! is_known "$target" "$log" "$code"; then break; fi
  done
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
  word=KNOWN
  if ! is_known "$target" "$log" "$code"; then
    word=FOUND status=14
    [ -z "$known" ] || name "$target" "$log" "$code" >>"$known"
  fi
  printf '%-11s %s  %s\n            again: %s %s\n' "$target" "$word" "$(reason "$log" "$code")" "$programs/$target" "$file"
done
exit $status
