#!/usr/bin/env bash
# What goes wrong around a real DLL: each kind is found by a hunt, named in its trace, comes again step
# by step, and guides another DLL. Usage: test_faults.sh CLUSRACE HOST DLLS NATIVE_DLLS
CLUSRACE=$1 host=$2 dlls=$3 native=$4
. "$(dirname "$0")/lib.sh"
wine_folder

# fault STATUS DLL SCENARIO OUTCOME STEP SOUND: the trace of the finding has the step, and so has what the
# sound DLL (- for none) does that it guides.
fault() {
  local status=$1 name=$2 scenario=$3 outcome=$4 step=$5 sound=$6 kind dll good trace flags
  for kind in pe native; do
    flags=(--out $kind)
    case $kind in
      pe) dll=$dlls/$name.dll good=$dlls/$sound.dll flags+=(--host "$host") ;;
      native) dll=$native/$name.so good=$native/$sound.so ;;
    esac
    [ -e "$dll" ] || continue
    # A minimal trace has no fault that the finding does not need, and may have it before another DLL is ready.
    run "$status" hunt --dll "$dll" --scenario "$scenario" --as-found "${flags[@]}"; has "$outcome"
    trace=$kind/$name-$scenario-$outcome.trace
    check "$kind $name: the trace says \"$step\"" grep -Eq "^[0-9]+ $step" "$trace"
    flags[1]=again.trace
    run "$status" replay "$trace" --dll "$dll" --exact --times 20 "${flags[@]}"; hasnt "differ"
    check "$kind $name: the same bytes" cmp "$trace" again.trace
    [ "$sound" != - ] || continue
    run 0 replay "$trace" --dll "$good" "${flags[@]}"; has "conforms"
    check "$kind $sound: the same goes wrong" grep -Eq "^[0-9]+ $step" again.trace
  done
}
fault 14 plain_key_awaited plain-faults hangs "env sync disk0 key-gone -> " -
fault 14 plain_share_gone plain-faults crashes "env sync disk0 share-gone " -
fault 14 plain_process_gone plain-faults hangs "env sync disk0 process-gone " -
fault 14 plain_service_gone plain-faults hangs "env sync disk0 service-gone " service_like
fault 14 plain_service_slow plain-faults crashes "disk0.ep sync disk0 delay " -
fault 10 plain_thread_unchecked plain-faults RM-OFFLINE-05 "disk0.ep spawn disk0 0 -> 8 \(fault\)" plain_thread
fault 14 disk_gone hunt-faults hangs "env sync disk0 volume-gone " clusdisk
fault 10 race_online hunt-faults RM-TERM-03 "disk0.worker0 sync disk0 delay " clusdisk
fault 14 disk_read_trusted hunt-faults crashes "disk0.worker0 read vol0 h0 -> 1117 \(fault\)" -

# ---- a sound DLL copes with each of them, at every moment
sound() { # sound DLL SCENARIO FLAG...
  local name=$1 scenario=$2
  shift 2
  run 0 hunt --dll "$dlls/$name.dll" --host "$host" --scenario "$scenario" --out sound "$@"
  has "conforms"; has "exhausted"
}
sound clusdisk hunt-faults
sound clusdisk hunt-life --faults 1 --preemptions 0
for name in event_worker shared_worker service_like; do
  sound $name plain-faults --preemptions 1
done
finish
