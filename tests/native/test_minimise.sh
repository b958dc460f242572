#!/usr/bin/env bash
# Minimal traces of findings on DLLs that are built for this machine.
# Usage: test_minimise.sh CLUSRACE NATIVE_DLLS SEEDS SANITIZERS
CLUSRACE=$1 dlls=$2 seeds=$3 sanitizers=$4
. "$(dirname "$0")/../cli/lib.sh"
field() { sed -n 's/.*"'"$1"'": \([a-z0-9]*\).*/\1/p' | head -1; }

# A trace without step N, to be followed as a guide: another build's, so not step by step.
without() { # without N FROM TO
  awk -v n="$1" '/^subject native/ {$4 = "0000000000000001"} /^verdict/ {print "verdict none"; next}
    /^[0-9]+ / {if ($1 == n) next; $1 = ++k} {print}' "$2" >"$3"
}
# Without any one of its steps the DLL shows it no sooner, or not at all.
no_step_too_many() { # no_step_too_many DLL TRACE CLAUSE STEPS
  local i
  rm -f less.*
  for ((i = 1; i <= $4; i++)); do without "$i" "$2" "less.$i"; done
  "$CLUSRACE" replay --dll "$1" less.* 2>/dev/null | sed -n "s/.*violates $3 at \([0-9]*\).*/\1/p" |
    awk -v most="$4" '$1 < most {bad = 1} END {exit bad || NR == 0}'
}

# ---- the findings of hunts, of conform and of what is replayed by hand: pinned lengths, the same verdict
# again step by step, the same bytes in the next run, no step too many
while read -r dll scenario verdict steps; do
  [ "$verdict" != misuses ] || [ -z "$sanitizers" ] || continue # it ends the run where the misuse is
  for n in 1 2; do
    "$CLUSRACE" hunt --dll "$dlls/$dll.so" --scenario "$scenario" --schedules 300 --out "hunt.$n" --json >"json.$n"
    sed -i -e 's/"ms": [0-9]*//' -e "s/hunt\.$n/hunt/" "json.$n"
  done
  last="hunt --dll $dll.so"
  check "$dll: two hunts give the same" cmp json.1 json.2
  check "$dll: and the same trace" diff -r hunt.1 hunt.2
  check "$dll: $steps steps, not $(field steps <json.1)" test "$(field steps <json.1)" -eq "$steps"
  check "$dll: it is minimal" test "$(field minimal <json.1)" = true
  trace=hunt.1/$dll-$scenario-$verdict.trace
  check "$dll: $verdict" test -s "$trace"
  run $([ "$verdict" = hangs ] && echo 14 || echo 10) replay "$trace" --dll "$dlls/$dll.so" --exact --times 2; has "$verdict"; hasnt "differ"
  case $verdict in
    RM-CLOSE-06) ;; # shows in lives that are lived again, which a guide does not ask for
    RM-*) check "$dll: no step too many" no_step_too_many "$dlls/$dll.so" "$trace" "$verdict" "$steps" ;;
  esac
  rm -r hunt.1 hunt.2
done <<'TABLE'
race_online hunt-life RM-TERM-04 47
plain_term_nojoin plain-life RM-TERM-04 26
plain_two_workers plain-life RM-TERM-04 81
control_untold plain-codes RM-CTL-04 14
plain_key_awaited plain-faults hangs 12
plain_leave_unheld plain-life misuses 14
plain_more_data plain-life misuses 9
plain_leak_event plain-life RM-CLOSE-06 22
TABLE

# ---- conform: the report tells both lengths; the store has the minimal trace, too
run 10 conform --dll "$dlls/race_online.so" --scenario hunt-life --schedules 100 --json c.json --store c.db --ndjson c.ndjson
check "what was found, and what is left of it" test "$(grep -E '"steps(_before)?"' c.json | tr -d ' \n')" = '"steps":58,"steps_before":107,"steps":47,"steps_before":81,'
check "both minimal" test "$(grep -c '"minimal": true' c.json)" -eq 2
check "the store is sound" "$CLUSRACE" corpus check --store c.db
run 10 report --store c.db --scenario hunt-life --json r.json
check "the store's report shows the minimal ones" test "$(grep -E '"steps"' r.json | tr -d ' \n')" = '"steps":58,"steps":47,'
for id in RM-TERM-03 RM-TERM-04; do
  trace=clusrace-conform/race_online-$id.trace
  n=$(grep -c '^[0-9]' $trace)
  check "$id: no step too many" no_step_too_many "$dlls/race_online.so" $trace $id "$n"
  run 0 minimise $trace --dll "$dlls/race_online.so" --out again.trace; has "$n steps became $n"
  check "$id: a minimal trace stays as it is" cmp $trace again.trace
done

# ---- out of time: the trace is as it was found, and that is said
run 10 hunt --dll "$dlls/race_online.so" --scenario hunt-life --time 1ms --out late; has "perhaps not minimal"
run 10 hunt --dll "$dlls/race_online.so" --scenario hunt-life --time 1ms --out late --json; has '"minimal": false'
check "as it was found" test "$(field steps <<<"$out")" -eq "$(field steps_before <<<"$out")"

# ---- by hand: a guide of the model, what the DLL makes of it, and what is left of that
run 10 replay "$seeds/term-nojoin.trace" --dll "$dlls/race_online.so" --out seen.trace
run 0 minimise seen.trace --dll "$dlls/race_online.so" --out small.trace --json
check "shorter" test "$(field steps <<<"$out")" -lt "$(grep -c '^[0-9]' seen.trace)"
hasnt '"remark"'
run 10 replay small.trace --dll "$dlls/race_online.so" --exact
run 2 minimise seen.trace; says "name it with --dll"
run 2 minimise seen.trace --dll "$dlls/plain_worker.so"; says "was not recorded on this very DLL"
run 2 minimise "$seeds/term-nojoin.trace" --dll "$dlls/race_online.so"; says "is of the model"
finish
