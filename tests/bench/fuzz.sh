#!/usr/bin/env bash
# What fuzzing costs and finds, beside baselines of the same run. Usage, as ./dev bench fuzz calls it:
#
#   fuzz.sh PROGRAMS WALK SCENARIOS speed
#   fuzz.sh PROGRAMS WALK SCENARIOS mutants [--seeds N] [--most EXECUTIONS] [--jobs N] [MUTANT...]
#   fuzz.sh PROGRAMS WALK SCENARIOS survey
#
# speed    executions a second of processor time: an empty target, and the models under each engine
# survey   which mutants are deep, by the rule that the rows of `mutants` are chosen by
# mutants  executions until a deep mutant is found: medians over the seeds, for a uniform random walk,
#          code coverage alone, our feedback with libFuzzer's own mutations, and feedback with ours
# Executions are counted, not seconds: the same seeds give the same numbers on every machine. But for the two
# columns of libFuzzer's own mutations: these take operands of comparisons out of a table that goes by addresses
# of code, so they are the same for the same program only; without the table both find later.
set -euo pipefail
programs=$1 walk=$2 scenarios=$3 part=${4:-speed}
shift 4 || shift $#
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seeds=20 most=100000 jobs=$(nproc) named=()
while [ $# -gt 0 ]; do
  case $1 in
    --seeds) seeds=$2; shift ;;
    --most) most=$2; shift ;;
    --jobs) jobs=$2; shift ;;
    -*) printf 'fuzz.sh: %s is not known\n' "$1" >&2; exit 1 ;;
    *) named+=("$1") ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
engine=(-max_len=512 -len_control=0 -entropic=0 -use_counters=0)

# Deep mutants, by a rule and not by choice: all that a uniform random walk in the scenario of their own row
# needs more than 3,000 executions for (median of five seeds), but for those of liveness, of which a run that
# ends shows nothing. `survey` asks for them again.
# Name, steps of the shortest violation, clause, scenario.
deep() {
  cat <<'ROWS'
term-leaves-up 23 RM-TERM-03 disk-small
close-nojoin 35 RM-CLOSE-04 disk-small
report-after-close 37 RM-CLOSE-05 disk-small
m-open-while-locked 28 VOL-OPEN-03 disk-small
m-lock-with-files 28 VOL-LOCK-01 disk-small
m-lock-no-flush 21 VOL-LOCK-06 disk-admin
m-unlock-any 38 VOL-UNLOCK-02 disk-admin
m-stale-revives 36 VOL-STALE-03 disk-basic
m-offline-per-handle 17 VOL-CLOSE-05 disk-small
m-mount-in-pending 18 VOL-OPEN-05 disk-small
m-lock-stale-new 17 VOL-LOCK-18 stack-dismount
mon-online-after-loss 50 VOL-CLUS-01 nodes-lost-disk
term-takes-lock 28 VOL-CLUS-09 nodes-stop
isalive-ignores-refusal 28 VOL-CLUS-12 nodes-health
m-maintenance-sticky 34 VOL-CLUS-14 nodes-failover
ROWS
}

# one WAY MUTANT CLAUSE SCENARIO SEED: the number of the first violating execution, 0 for none.
one() {
  local program=clusrace-libfuzzer feedback=all mutator=both options=()
  if [ "$1" = walk ]; then
    "$walk" "$scenarios/$4.scenario" "$2" "$3" "$5" "$most"
    return
  fi
  case $1 in
    code) program=clusrace-libfuzzer-blind feedback=none mutator=engine options=(-use_counters=1) ;;
    feedback) mutator=engine ;;
    both) options=(-use_cmp=0) ;; # as `clusrace fuzz` has it
  esac
  timeout -k 5 600 "$programs/$program" --scenario="$scenarios/$4.scenario" --mutant="$2" --only="$3" \
    --feedback=$feedback --mutator=$mutator --stop -seed="$5" -runs="$most" "${engine[@]}" \
    "${options[@]}" 2>/dev/null | sed -n 's/^first violation : //p' | grep . || echo 0
}

# Reads one number a line: the median, 0 counted as never; "-" when that is never.
median() {
  awk -v never="$most" '{ print ($1 == 0 ? never + 1 : $1) }' | sort -n |
    awk -v never="$most" '{ v[NR] = $1; found += ($1 <= never) }
      END { m = (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2)
            if (m > never) printf "> %d (%d)", never, found; else printf "%d (%d)", m, found }'
}

mutants() {
  local ways=(walk code feedback both) name steps clause scenario way seed
  printf 'Median executions to the first violation, %d seeds, at most %d; in brackets: seeds that found it.\n\n' \
    "$seeds" "$most"
  printf '| mutant | steps | scenario | random walk | code coverage | feedback | feedback and mutator |\n'
  printf '| --- | ---: | --- | ---: | ---: | ---: | ---: |\n'
  while read -r name steps clause scenario; do
    if [ ${#named[@]} -gt 0 ]; then
      case " ${named[*]} " in *" $name "*) ;; *) continue ;; esac
    fi
    for way in "${ways[@]}"; do
      for ((seed = 1; seed <= seeds; seed++)); do
        echo "$way $name $clause $scenario $seed"
      done
    done >"$work/jobs"
    export -f one
    export walk scenarios programs most work
    export engine_words="${engine[*]}"
    xargs -P "$jobs" -L 1 bash -c 'read -ra engine <<<"$engine_words"
      one "$@" >"$work/$1.$5"' one <"$work/jobs"
    printf '| `%s` | %s | `%s` |' "$name" "$steps" "$scenario"
    for way in "${ways[@]}"; do
      printf ' %s |' "$(cat "$work/$way".* | median)"
    done
    printf '\n'
    rm -f "$work"/*.*
  done < <(deep)
}

# rate EXECUTIONS COMMAND...: executions a second of processor time, median of three.
rate() {
  local n=$1 i
  shift
  for i in 1 2 3; do
    TIMEFORMAT='%U %S'
    { time timeout -k 5 120 "$@" >/dev/null 2>&1; } 2>&1 | awk -v n="$n" '{ printf "%d\n", n / ($1 + $2) }'
  done | sort -n | sed -n 2p
}

speed() {
  local empty model name feedback
  clang -O2 -fsanitize=fuzzer "$here/fuzz_empty.c" -o "$work/empty"
  empty=$(rate 2000000 "$work/empty" -seed=1 -runs=2000000 "${engine[@]}")
  printf '| libFuzzer | executions/s | of an empty target |\n| --- | ---: | ---: |\n'
  printf '| empty target | %d | 1 |\n' "$empty"
  for name in disk-small disk-basic; do
    for feedback in none states all; do
      model=$(rate 400000 "$programs/clusrace-libfuzzer" --scenario="$scenarios/$name.scenario" \
        --feedback=$feedback -seed=1 -runs=400000 "${engine[@]}")
      printf '| %s, feedback %s | %d | 1/%d |\n' "$name" "$feedback" "$model" $((empty / model))
    done
  done
}

case $part in
  speed) speed ;;
  mutants) mutants ;;
  survey) "$walk" survey "$scenarios" 5 30000 3000 ;;
  *) printf 'fuzz.sh: the parts are speed, mutants and survey, not "%s"\n' "$part" >&2; exit 1 ;;
esac
