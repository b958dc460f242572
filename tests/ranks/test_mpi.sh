#!/usr/bin/env bash
# test_mpi.sh CLUSRACE - processes that mpirun starts print what one process prints. Status 77: there is no
# MPI here, nothing was tested.
here=$(dirname "$(readlink -f "$0")")
CLUSRACE=$1
. "$here/../cli/lib.sh"
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun (package openmpi-bin)"; exit 77; }
program=$CLUSRACE
[ -e "$(dirname "$program")/clusrace-mpi.so" ] || {
  echo "skipped: clusrace was built without MPI (package libopenmpi-dev)"
  exit 77
}

# launcher NAME COUNT [PROGRAM]: a command that runs clusrace by mpirun. Only Open MPI counts the processors
# and minds root.
launcher() {
  local flags=
  case $(mpirun --version) in *"Open MPI"*) flags="-q --oversubscribe --allow-run-as-root" ;; esac
  printf '#!/bin/sh\nexec mpirun %s -n %s "%s" "$@"\n' "$flags" "$2" "${3:-$program}" >"$work/$1"
  chmod +x "$work/$1"
}
for n in 1 2 3 4; do launcher by$n $n; done

# What is found, without what is measured and how a state is kept: several processes keep it whole.
found() {
  sed -e '/^  "processes": {/,/^  },/d' -e '/^  "memory_bytes"/d' -e '/^shared /d' \
    -e '/^  "blocks"/d' -e '/^  "key_bytes"/d' -e '/^explored /s/, [0-9]* bytes a state//' <<<"$1"
}

# same STATUS ARG...: one process and several of them print the same, as JSON and as text.
same() {
  local status=$1 text json trace
  shift
  CLUSRACE=$program
  run "$status" explore --json --plain "$@"
  json=$(found "$out")
  rm -f t.trace
  run "$status" explore --coverage --trace t.trace "$@"
  text=$(found "$out")
  trace=$(cat t.trace 2>/dev/null)
  for n in 1 2 3 4; do
    CLUSRACE=$work/by$n
    run "$status" explore --json "$@"
    check "$n processes, as JSON" test "$(found "$out")" = "$json"
    has '"processes": {'
    has "\"count\": $n"
  done
  CLUSRACE=$work/by3
  rm -f t.trace
  run "$status" explore --coverage --trace t.trace "$@"
  check "3 processes, as text" test "$(found "$out")" = "$text"
  check "3 processes, the trace" test "$(cat t.trace 2>/dev/null)" = "$trace"
}
same 0 --scenario disk-small
same 10 --scenario disk-basic --mutant term-nojoin
same 10 --scenario disk-basic --mutant remount-window --keep-going
same 20 --scenario disk-basic --max-states 100000
same 20 --scenario disk-basic --max-depth 25
same 0 --scenario stack-life --only-doc
CLUSRACE=$work/by3
run 20 explore --scenario two-disks --max-memory 8M
has 'max-memory'

# Refusals: one line, of one process.
CLUSRACE=$work/by3
run 2 explore --scenario live-small
says 'run it without mpirun'
run 2 explore --scenario nothing-of-that-name
says 'there is no scenario'
run 1 explore --threads 2
has ''
check "the flag is named" grep -q -- '--threads is for one process' <<<"$err"
check "once" test "$(grep -c -- '--threads is for one process' <<<"$err")" = 1
run 1 explore --all
check "the flag is named" grep -q -- '--all is for one process' <<<"$err"
run 1 explore --hash-compact 40
check "the flag is named" grep -q -- '--hash-compact is for one process' <<<"$err"

# Without the shared object.
mkdir -p alone/bin
cp "$program" alone/bin/
launcher bare 2 "$work/alone/bin/clusrace"
CLUSRACE=$work/bare
run 3 explore
says 'clusrace-mpi.so is not beside the program'

# Only one of the processes lacks something: it says so itself.
case $(mpirun --version) in
  *"Open MPI"*)
    CLUSRACE=$work/uneven
    printf '#!/bin/sh\nmpirun -q --oversubscribe --allow-run-as-root -n 1 "%s" "$@" --scenario disk-small : -n 1 "%s" "$@" --scenario %s\n' \
      "$program" "$program" nothing >uneven
    chmod +x uneven
    # Which of the two statuses mpirun gives depends on who ends first: 2 of the one that has no
    # scenario, 3 of the one that is left alone.
    status=0
    err=$("$CLUSRACE" explore 2>&1 >/dev/null) || status=$?
    check "both processes fail" test "$status" = 2 -o "$status" = 3
    says 'process 1 of 2: there is no scenario "nothing"'
    sed -i 's/nothing/disk-both/' uneven
    run 2 explore
    says 'different models or options'
    ;;
esac
finish
