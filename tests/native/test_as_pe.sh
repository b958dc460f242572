#!/usr/bin/env bash
# A sample DLL built for this machine does what its PE build does: hunts of both and replays of the same
# guides give the same traces, but for the subject and addresses in notes.
# Usage: test_as_pe.sh CLUSRACE NATIVE_DLLS HOST PE_DLLS
CLUSRACE=$1 native=$2 host=$3 pe=$4
. "$(dirname "$0")/../cli/lib.sh"
wine_folder

plain() { sed -e '/^subject /d' -e 's/\.so+0x[0-9a-f]*/.DLL+ADDRESS/; s/\.dll+0x[0-9a-f]*/.DLL+ADDRESS/' "$1"; }
alike() { [ -s "$1" ] && [ -s "$2" ] && [ "$(plain "$1")" = "$(plain "$2")" ]; }
status_of() { "$CLUSRACE" "$@" >/dev/null 2>&1; echo $?; }

guide() { # guide SCENARIO MUTANT CLAUSE: as MUTANT.SCENARIO.trace
  run 10 explore --scenario "$1" --mutant "$2" --only "$3" --trace "$2.$1.trace"
}
guide disk-small term-nojoin RM-TERM-04
guide disk-small offline-lies VOL-CLUS-04
guide disk-small close-nojoin RM-CLOSE-04
guide plain-life term-nojoin RM-TERM-04
guide plain-life close-nojoin RM-CLOSE-04

replays() { # replays SCENARIO DLL...: every guide of the scenario
  local scenario=$1 dll trace n p
  shift
  for dll in "$@"; do
    for trace in *."$scenario".trace; do
      n=$(status_of replay "$trace" --dll "$native/$dll.so" --out n.out)
      p=$(status_of replay "$trace" --dll "$pe/$dll.dll" --host "$host" --out p.out)
      check "$trace on $dll ends alike ($n, $p)" [ "$n" = "$p" ]
      check "$trace on $dll is observed alike" alike n.out p.out
      rm -f n.out p.out
    done
  done
}
replays disk-small clusdisk race_online crash_online
replays plain-life plain_worker plain_term_nojoin plain_double_free plain_refcount

hunts() { # hunts SCENARIO DLL...
  local scenario=$1 dll trace n p
  shift
  for dll in "$@"; do
    rm -rf n p
    n=$(status_of hunt --dll "$native/$dll.so" --scenario "$scenario" --schedules 200 --out n --findings 3)
    p=$(status_of hunt --dll "$pe/$dll.dll" --host "$host" --scenario "$scenario" --schedules 200 --out p --findings 3)
    check "hunts of $dll end alike ($n, $p)" [ "$n" = "$p" ]
    check "hunts of $dll find the same" [ "$(ls n 2>/dev/null)" = "$(ls p 2>/dev/null)" ]
    for trace in n/*.trace; do
      [ -e "$trace" ] && check "$trace is the same" alike "$trace" "p/${trace#n/}"
    done
  done
}
hunts hunt-life clusdisk race_online close_nojoin
hunts plain-life plain_worker plain_term_nojoin plain_double_free plain_use_after_free plain_lock_order \
  service_like
finish
