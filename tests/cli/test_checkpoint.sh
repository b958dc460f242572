#!/usr/bin/env bash
# Explorations that are killed, interrupted or spilled end as if nothing had been. Usage:
# test_checkpoint.sh CLUSRACE
CLUSRACE=$1
. "$(dirname "$0")/lib.sh"

# The whole result but for the memory that it took.
same_result() { cmp <(grep -v memory_bytes "$1") <(grep -v memory_bytes "$2"); }

# ---- killed at moments that a seed decides, and resumed with another number of threads each time
killed_to_the_end() { # SEED ARG...
  RANDOM=$1
  shift
  rm -f walk walk.new
  local status=137 kills=0 flag
  while [ "$status" -eq 137 ]; do
    flag=--checkpoint
    [ -e walk ] && flag=--resume
    "$CLUSRACE" explore "$@" "$flag" walk --checkpoint-every 20ms --threads $((kills % 3 + 1)) --json >killed.json 2>.err &
    local pid=$!
    if [ "$kills" -lt 12 ]; then
      sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
      kill -9 "$pid" 2>/dev/null
    fi
    wait "$pid" 2>/dev/null
    status=$?
    [ "$status" -eq 137 ] && kills=$((kills + 1))
  done
  killed=$((killed + kills))
  return "$status"
}
killed=0
for seed in 1 2; do
  for arguments in "--scenario two-disks" "--scenario disk-basic --mutant term-nojoin --keep-going" "--scenario two-disks --partial-order" "--scenario disk-admin --spill . --max-memory 2M"; do
    status=0
    # shellcheck disable=SC2086
    "$CLUSRACE" explore $arguments --json >whole.json 2>.err || status=$?
    # shellcheck disable=SC2086
    killed_to_the_end "$seed" $arguments
    check "killed, seed $seed, $arguments: status $status" test $? -eq "$status"
    check "killed, seed $seed, $arguments: same result" same_result whole.json killed.json
  done
done
check "some were killed" test "$killed" -ge 6

# ---- interrupted
interrupt() { # FLAG: Ctrl-C once the file is there
  "$CLUSRACE" explore --scenario group-large "$1" long --checkpoint-every 50ms >.out 2>.err &
  local pid=$!
  while [ ! -e long ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  sleep 0.3
  kill -INT "$pid"
  status=0
  wait "$pid" || status=$?
  out=$(cat .out) err=$(cat .err) last="explore --scenario group-large $1 long"
  check "Ctrl-C: status 20" test "$status" -eq 20
  has "no proof"
  says "stopped (interrupted); the same command with --resume long goes on"
}
set -m # or the background would not see the signal
interrupt --checkpoint
interrupt --resume
set +m

# ---- refused: one line, and nothing is lost
cp long kept
run 2 explore --scenario group-large --checkpoint long; says "there is a file already"
run 2 explore --scenario disk-admin --resume long; says '"model group-large" there, "model disk-admin" here'
run 2 explore --scenario group-large --mutant term-nojoin --resume long; says '"subject reference" there'
run 2 explore --scenario group-large --strict --resume long; says 'judged strictly'
run 2 explore --scenario group-large --keep-going --resume long; says '"all violations" here'
run 2 explore --scenario group-large --plain --resume long; says "state by state"
run 2 explore --scenario group-large --max-depth 2 --resume long; says "beyond the bound on depth"
run 2 explore --scenario group-large --resume nothing; says "nothing: cannot be read"
check "nothing is lost" cmp long kept
head -c 10000 kept >cut
run 2 explore --scenario group-large --resume cut; says "cut: "
echo "no checkpoint" >cut
run 2 explore --scenario group-large --resume cut; says "it is no checkpoint"
run 1 explore --checkpoint-every 10s
run 1 explore --all --checkpoint new
run 3 explore --spill /nowhere/at/all; says "/nowhere/at/all"
run 2 explore --scenario live-small --spill .; says "liveness"
run 2 explore --scenario group-large --partial-order --resume long; says '"partial order" here'
full=$( (trap '' XFSZ; ulimit -f 4096; "$CLUSRACE" explore --scenario two-disks --spill . --max-memory 4M --blocks off 2>&1; echo "status $?") )
check "a full disk: one line and status 3" test "$full" = "clusrace: .: the disk is full: there is no room for more than 327680 states; make some, or spill to another disk
status 3"
check "no file stays behind" test "$(echo clusrace-spill-* new*)" = "clusrace-spill-* new*"

# ---- a bound that is raised
run 20 explore --scenario two-disks --max-depth 40 --checkpoint raised; says "stopped (max-depth)"
run 0 explore --scenario two-disks --resume raised --json; printf '%s\n' "$out" >raised.json
run 0 explore --scenario two-disks --json; printf '%s\n' "$out" >whole.json
check "a bound that is raised: same result" same_result whole.json raised.json
run 0 explore --scenario live-small --checkpoint lassos; first=$out
run 0 explore --scenario live-small --resume lassos; check "only liveness is judged again" test "$first" = "$out"

# ---- a bound on memory far below what the table takes
for form in "" --plain --partial-order; do
  # shellcheck disable=SC2086
  run 0 explore --scenario two-disks $form --json; printf '%s\n' "$out" >whole.json
  # shellcheck disable=SC2086
  run 0 explore --scenario two-disks $form --spill . --max-memory 2M --json; printf '%s\n' "$out" >table.json
  check "the table on the disk $form: same result" same_result whole.json table.json
done
finish
