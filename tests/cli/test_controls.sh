#!/usr/bin/env bash
# Control codes, Cancel, the quorum and event handles on real DLLs, as PE files under Wine and built
# for this machine. Usage: test_controls.sh CLUSRACE HOST DLLS NATIVE_DLLS
CLUSRACE=$1 host=$2 dlls=$3 native=$4
. "$(dirname "$0")/lib.sh"
wine_folder
hunt() { # hunt STATUS DLL SCENARIO PREEMPTIONS FLAG...
  local status=$1 dll=$2 scenario=$3 preemptions=$4
  shift 4
  run "$status" hunt --dll "$dlls/$dll.dll" --host "$host" --scenario "$scenario" \
    --preemptions "$preemptions" --out found "$@"
}

# ---- the codes of the catalogue are answered, in every state of a life
hunt 0 control_codes plain-codes 0; has "conforms"; has "exhausted"; hasnt "warnings"
hunt 0 control_codes plain-control 0; has "conforms"; has "exhausted"
hunt 0 control_codes plain-quorum 0; has "conforms"; has "exhausted"
hunt 0 clusdisk_v2 hunt-codes 0; has "conforms"; has "exhausted"

# ---- several codes one after the other, also while one of them goes on; what the monitor tells
hunt 0 control_codes plain-several 0; has "conforms"; has "exhausted"
hunt 0 control_codes plain-notices 0; has "conforms"; has "exhausted"

# ---- what is wrong with one of them is found, and comes again step by step
wrong() { # wrong STATUS DLL SCENARIO TEXT
  hunt "$1" "$2" "$3" 0; has "$4"
  local trace
  trace=$(sed -n 's/^ *clusrace replay \([^ ]*\).*/\1/p' <<<"$out")
  check "$2: there is a trace" test -s "$trace"
  run "$1" replay "$trace" --dll "$dlls/$2.dll" --host "$host" --exact --times 20 --out again.trace
  hasnt "differ"; check "$2: the same bytes" cmp "$trace" again.trace
}
wrong 10 control_unknown plain-codes RM-CTL-14
wrong 10 control_overrun plain-codes RM-CTL-05
wrong 10 control_untold plain-codes RM-CTL-04
wrong 10 control_end_twice plain-codes RM-ACTL-03
wrong 11 control_never_end plain-codes RM-ACTL-04
wrong 10 control_late_write plain-codes RM-ACTL-08
wrong 10 control_end_answered plain-codes RM-ACTL-02
wrong 14 control_list plain-codes "access violation in control_list.dll+0x"
wrong 14 control_cancel_null plain-control "access violation in control_cancel_null.dll+0x"
wrong 11 control_cancel_silent plain-control "RM-O"
wrong 10 control_cancel_stops plain-control RM-CANCEL-05
wrong 10 control_event_set plain-codes RM-EVENT-01
wrong 14 control_event_null plain-codes "access violation in control_event_null.dll+0x"
wrong 10 control_event_closed plain-codes RM-EVENT-03
wrong 10 control_event_late plain-codes RM-EVENT-14
wrong 10 control_validate_frees plain-several "frees memory twice"
wrong 10 control_early_cluster plain-notices RM-CTL-11
wrong 14 control_reason_longer plain-notices "access violation in control_reason_longer.dll+0x"
wrong 10 control_quorum plain-quorum "reports the loss of what Arbitrate has not given it"

# ---- what is sent, and what is seen of the answer, is in the trace
check "the code and how it is sent" grep -q '^[0-9]* monitor fact disk0 control-code no-room -> 16777221 ' \
  found/control_untold-plain-codes-RM-CTL-04.trace
check "the call" grep -q '^[0-9]* monitor call disk0 BeginResourceControl ' \
  found/control_untold-plain-codes-RM-CTL-04.trace
check "what is written beyond the buffer" grep -q 'fact disk0 bytes-returned beyond ' \
  found/control_overrun-plain-codes-RM-CTL-05.trace
# A minimal trace has what it needs only; the call that follows the signal may come without it.
hunt 14 control_event_null plain-codes 0 --as-found
check "the signal of the event handle" grep -q '^[0-9]* monitor fact disk0 signal seen-online ' \
  found/control_event_null-plain-codes-crashes.trace
check "Cancel" grep -q '^[0-9]* monitor call disk0 Cancel ' found/control_cancel_stops-plain-control-RM-CANCEL-05.trace
check "Arbitrate" grep -q '^[0-9]* monitor call disk0 Arbitrate ' found/control_quorum-plain-quorum-misuses.trace

codes=$(sed -n 's/^[0-9]* monitor fact disk0 control-code sent -> \([0-9]*\) .*/\1/p' \
  found/control_validate_frees-plain-several-misuses.trace | tr '\n' ' ')
check "properties are set, then validated" test "$codes" = "$((0x01400086)) $((0x01000089)) "
check "an event that is closed" grep -q ' fact disk0 event-handle closed ' \
  found/control_event_closed-plain-codes-RM-EVENT-03.trace
check "a place that is written" grep -q ' fact disk0 event-place written ' \
  found/control_event_late-plain-codes-RM-EVENT-14.trace
codes=$(sed -n 's/^[0-9]* monitor fact disk0 control-code [a-z]* -> \([0-9]*\) .*/\1/p' \
  found/control_reason_longer-plain-notices-crashes.trace | tr '\n' ' ')
check "the reason is told to whom has asked" test "$codes" = "$((0x01000005)) $((0x0150004E)) "
check "... before it goes down" test -z "$(grep ' monitor call disk0 \(Offline\|Terminate\|Close\) ' \
  found/control_reason_longer-plain-notices-crashes.trace)"
hunt 0 control_reason_longer plain-codes 0; has "conforms" # nobody asks and is told in one life
hunt 0 control_validate_frees plain-codes 0; has "conforms" # one code alone does no harm
# ---- as a guide for another DLL: the same code is sent to it
run 0 replay found/control_end_twice-plain-codes-RM-ACTL-03.trace --dll "$dlls/control_codes.dll" --host "$host" \
  --out guided.trace
check "it has got the code" grep -q ' BeginResourceControl -> 997 ' guided.trace

# ---- the host by itself
if [ -x /usr/bin/wine ] || command -v wine >/dev/null; then
  cp "$dlls/control_end_twice.dll" found/control_end_twice-plain-codes-RM-ACTL-03.trace .
  status=0
  out=$(WINEPREFIX=$XDG_CACHE_HOME/clusrace/wine WINEDEBUG=-all wine "$host" replay --dll control_end_twice.dll \
    --trace control_end_twice-plain-codes-RM-ACTL-03.trace --exact --repeat 20 2>/dev/null) || status=$?
  check "the host alone: its status" test "$status" -eq 10
  has "verdict violates RM-ACTL-03"
fi

# ---- on DLLs that are built for this machine
if [ -e "$native/control_codes.so" ]; then
  run 0 hunt --dll "$native/control_codes.so" --scenario plain-codes --preemptions 0 --out native; has "exhausted"
  run 10 hunt --dll "$native/control_overrun.so" --scenario plain-codes --preemptions 0 --out native; has "RM-CTL-05"
  run 14 hunt --dll "$native/control_list.so" --scenario plain-codes --preemptions 0 --out native; has "crashes"
  run 10 hunt --dll "$native/control_end_twice.so" --scenario plain-codes --preemptions 0 --out native
  has "RM-ACTL-03"
  run 10 replay native/control_end_twice-plain-codes-RM-ACTL-03.trace --dll "$native/control_end_twice.so" --exact \
    --times 100 --out again.trace
  check "native: the same bytes" cmp native/control_end_twice-plain-codes-RM-ACTL-03.trace again.trace
fi

# ---- bad input
sed 's/^name .*/name two/; s/^resource .*/&\nresource disk1 type "Clusrace Disk"/' \
  "$(dirname "$0")/../../model/scenarios/plain-codes.scenario" >two.scenario
run 2 hunt --dll "$dlls/control_codes.dll" --host "$host" --scenario two.scenario; says "one resource alone"
broken() { # broken CODES TEXT
  { sed '/^option/d' "$(dirname "$0")/../../model/scenarios/plain-codes.scenario"; printf 'option sync\ncodes %s\n' "$1"; } >broken.scenario
  run 2 hunt --dll "$dlls/control_codes.dll" --host "$host" --scenario broken.scenario; says "broken.scenario:14: $2"
}
broken "2 get-nothing" 'there is no control code "get-nothing"'
broken "2 set-name:no-room" 'there is no control code "set-name:no-room"'
broken "0 set-name" "expected \`codes NUMBER CODE ...\`"
finish
