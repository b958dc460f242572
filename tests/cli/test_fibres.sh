#!/usr/bin/env bash
# Threads of a DLL as fibres of one thread: the same schedules, the same traces, the same verdicts.
# Usage: test_fibres.sh CLUSRACE HOST DLLS
CLUSRACE=$1 host=$2 dlls=$3
. "$(dirname "$0")/lib.sh"
wine_folder

# What a hunt says, but for its time and the place of its traces.
said() { sed -E '/"(ms|seconds|trace|command)":/d' "$1"; }

both() { # both STATUS DLL SCENARIO FLAGS...
  local want=$1 dll=$2 scenario=$3 mode
  shift 3
  rm -rf threads fibres
  for mode in threads fibres; do
    flag=()
    [ "$mode" = threads ] || flag=(--fibres)
    run "$want" hunt --dll "$dlls/$dll.dll" --host "$host" --scenario "$scenario" --out "$mode" --json \
      "$@" "${flag[@]}"
    mkdir -p "$mode"
    printf '%s\n' "$out" >"$mode.json"
  done
  check "$dll: the same numbers" [ "$(said threads.json)" = "$(said fibres.json)" ]
  check "$dll: the same traces" diff -r threads fibres
}

both 0 clusdisk hunt-life
both 0 plain_worker plain-life
both 10 race_online hunt-life
both 14 plain_lock_order plain-life
both 0 plain_pool plain-life
both 14 crash_online hunt-life
both 14 plain_spin plain-life
both 20 plain_sync plain-life --strategy random --schedules 2000 --faults 1
# What a thread has of its own, and then a stack overflow.
both 14 thread_check plain-life
has "stack overflow in thread_check.dll"
finish
