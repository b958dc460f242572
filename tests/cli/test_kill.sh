#!/usr/bin/env bash
# Fuzzers that are killed with SIGKILL at any moment, one or two at a time on one store: what they said
# was stored is there, and the store is sound. Usage: test_kill.sh CLUSRACE [KILLS]   (60 unless given)
CLUSRACE=$1 kills=${2:-60}
. "$(dirname "$0")/lib.sh"
mapfile -t mutants < <("$CLUSRACE" explain --mutants | awk '$3 == "disk-small" { print $1 }')
RANDOM=17
: >said

"$CLUSRACE" fuzz --runs 1 --store k.db >/dev/null # writers find it made
# Found within milliseconds, one for each time that a group of kills waits for the first word.
quick=(term-nojoin remount-window close-nojoin term-leaves-up offline-no-dismount)

# start K SEED MUTANT: a fuzzer; what it says goes into pipe.K.
start() {
  rm -f "pipe.$1" && mkfifo "pipe.$1"
  "$CLUSRACE" fuzz --scenario disk-small --mutant "$3" --seed "$2" --time 60s --store k.db >/dev/null 2>"pipe.$1" &
  pids+=($!)
}

for ((i = 0; i < kills; i++)); do
  pids=()
  mutant=${mutants[RANDOM % ${#mutants[@]}]}
  [ $((i % 3)) -ne 0 ] || mutant=${quick[i / 3 % 5]}
  start 0 $((2 * i + 1)) "$mutant"
  exec 5<pipe.0
  if [ $((i % 3)) -eq 0 ]; then # at once after the first acknowledgement
    read -r -t 5 first <&5 && echo "$first" >said.0
  else
    [ $((i % 3)) -eq 1 ] || { start 1 $((2 * i + 2)) "${mutants[RANDOM % ${#mutants[@]}]}"; exec 6<pipe.1; }
    sleep "0.$(printf '%03d' $((RANDOM % 250)))"
  fi
  kill -9 "${pids[@]}" # mine, by their numbers
  wait "${pids[@]}" 2>/dev/null
  cat <&5 >>said.0 && exec 5<&-
  [ "${#pids[@]}" -eq 1 ] || { cat <&6 >said.1 && exec 6<&-; }
  grep -h '^stored [0-9a-f]\{12\}: ' said.? | cut -c8-19 >>said
  rm -f said.?
  # A new store now and then, so that some are killed where nothing is known yet.
  if [ $((i % 15)) -eq 14 ] || [ $((i + 1)) -eq "$kills" ]; then
    run 0 corpus check --store k.db; has "sound"
    "$CLUSRACE" corpus ls --store k.db | cut -c1-12 | sort >there
    sort -u said >all
    check "some findings were said to be stored" test -s all
    check "all that was said to be stored is there" test -z "$(comm -23 all there)"
    total=$((${total:-0} + $(wc -l <said)))
    : >said
    rm -f k.db k.db-wal k.db-shm
    "$CLUSRACE" fuzz --runs 1 --store k.db >/dev/null
  fi
done
printf '%d kills, %d findings said to be stored\n' "$kills" "$total"
finish
