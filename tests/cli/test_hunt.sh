#!/usr/bin/env bash
# Hunts on real DLLs under Wine. Usage: test_hunt.sh CLUSRACE HOST DLLS
CLUSRACE=$1 host=$2 dlls=$3
. "$(dirname "$0")/lib.sh"
export XDG_CACHE_HOME=$work/cache
hunt() { # hunt STATUS DLL FLAG...
  local status=$1 dll=$2
  shift 2
  run "$status" hunt --dll "$dlls/$dll" --host "$host" --out found "$@"
}

# ---- a finding: shown, kept, replayed step by step, by the very same bytes: in a fresh process each
# time, because what has found something is not used again, and a thousand times in one
hunt 10 race_online.dll --scenario hunt-life
has "RM-TERM-04"; has "no worker of the cancelled operation is alive"; has "clusrace replay found/"
cp "$dlls/race_online.dll" .
trace=found/race_online-hunt-life-RM-TERM-04.trace
run 10 replay "$trace" --host "$host" --times 100; has "violates RM-TERM-04"; hasnt "differ"
by_hand=$(WINEPREFIX=$XDG_CACHE_HOME/clusrace/wine WINEDEBUG=-all wine "$host" replay --dll race_online.dll \
  --trace "$trace" --exact --repeat 1000 --json 2>/dev/null)
check "a thousand times in one process" grep -q '"deterministic": true, "status": 10' <<<"$by_hand"
for i in 1 2 3; do # and in fresh processes
  run 10 replay "$trace" --host "$host" --out again.$i; check "run $i gives the same bytes" cmp "$trace" again.$i
done

# ---- the same hunt gives the same output and the same files, whatever the strategy
for strategy in systematic pct pos random; do
  for n in 1 2; do
    hunt 14 plain_big_lock.dll --scenario plain-life --strategy $strategy --json --out twice.$n
    sed -e 's/"ms": [0-9]*//' -e "s/twice.$n/twice/" <<<"$out" >json.$n
  done
  check "$strategy: the same output" cmp json.1 json.2
  check "$strategy: the same traces" diff -r twice.1 twice.2
done

# ---- exhausted or not is said, and in the exit status
hunt 0 plain_worker.dll --scenario plain-life; has "conforms"; has "exhausted"
hunt 20 plain_worker.dll --scenario plain-life --schedules 10; has "bounded"
hunt 20 plain_worker.dll --scenario plain-life --strategy random --schedules 10; has "bounded"

# ---- a reduction leaves out schedules, not outcomes
for dll in plain_late_worker plain_lock_order plain_two_workers plain_worker; do
  "$CLUSRACE" hunt --dll "$dlls/$dll.dll" --host "$host" --out all --scenario plain-life --preemptions 1 \
    --timers 0 --strategy everything --json 2>/dev/null | grep '"outcome"' >all.txt
  "$CLUSRACE" hunt --dll "$dlls/$dll.dll" --host "$host" --out few --scenario plain-life --preemptions 1 \
    --timers 0 --json 2>/dev/null | grep '"outcome"' >few.txt
  check "$dll: the same outcome with and without reduction" cmp all.txt few.txt
done

# ---- calls that fail, when asked for
hunt 0 plain_worker.dll --scenario plain-life --faults 1 --preemptions 0; has "exhausted"

# ---- bad input
run 1 hunt; check "it asks for a DLL" grep -q "name a DLL" <<<"$err"
run 1 hunt --dll x.dll --strategy fast; check "it names the strategies" grep -q "fast is not known" <<<"$err"
run 2 hunt --dll nowhere.dll --host "$host"; says "nowhere.dll"
hunt 2 clusdisk.dll --scenario nowhere; says "nowhere"
hunt 2 clusdisk.dll --scenario nodes-plain; says "does not play the part"
printf x >file; hunt 3 race_online.dll --scenario hunt-life --out file/x; says "file/x"
echo 'Name sz "without end' >broken.properties
hunt 2 clusdisk.dll --properties broken.properties; says "broken.properties:1"

# ---- what is given by a file, and who ends the host
printf '# where the disk is\nVolume sz "V:"\nCount dword 7\n' >some.properties
hunt 0 clusdisk.dll --scenario hunt-life --preemptions 0 --properties some.properties; has "exhausted"
on_v=$(grep -o 'conforms  *[0-9]*' <<<"$out")
echo 'Volume sz "W:"' >other.properties # there is no volume W: in the scenario
hunt 0 clusdisk.dll --scenario hunt-life --preemptions 0 --properties other.properties
check "the DLL looks for another volume" test "$on_v" != "$(grep -o 'conforms  *[0-9]*' <<<"$out")"
cat >local.properties <<'TEXT'
[HKLM\Software\Clusrace] readonly
Other sz "of the file"
[Parameters]
Volume sz "V:"
TEXT
hunt 0 plain_more_data.dll --scenario plain-life --preemptions 0 --properties local.properties; has "conforms"
echo '[HKLN\Software]' >broken.properties
hunt 2 clusdisk.dll --properties broken.properties; says "broken.properties:1"

# ---- what goes wrong around a DLL: only with a budget, recorded, and replayed exactly
hunt 20 plain_service_stays.dll --scenario plain-life --schedules 20; has "conforms"
hunt 14 plain_service_stays.dll --scenario plain-life --faults 1 --findings 3 --out faults; has "hangs"
hunt 14 plain_service_stays.dll --scenario plain-faults --out faults; has "hangs"
trace=faults/plain_service_stays-plain-faults-hangs.trace
run 14 replay $trace --dll "$dlls/plain_service_stays.dll" --host "$host" --exact --times 3 --out again.trace
check "a fault comes again" cmp $trace again.trace
hunt 14 plain_fast_fail.dll --scenario plain-life; has "the host ended without an answer"

# ---- Ctrl-C ends it at once, whatever the DLL does: nothing half told, nobody left behind
hosts_left() { # ours, by the folder of Wine that they were given
  local environment
  for environment in $(grep -ls "WINEPREFIX=$XDG_CACHE_HOME/" /proc/[0-9]*/environ); do
    tr '\0' ' ' <"${environment%environ}cmdline" 2>/dev/null | grep -q ' serve --dll ' && echo "$environment"
  done
}
interrupt() { # interrupt SECONDS ARG...
  local after=$1 status=0 since ms
  shift
  last="$*, interrupted after $after s"
  "$CLUSRACE" "$@" --host "$host" >.out 2>.err &
  sleep "$after"
  since=$(date +%s%N)
  kill -INT $!
  wait $! || status=$?
  ms=$((($(date +%s%N) - since) / 1000000))
  out=$(cat .out) err=$(cat .err)
  check "status 20 after Ctrl-C, not $status" test "$status" -eq 20
  check "it ends within a second, not $ms ms" test "$ms" -lt 1000
  check "no host is left" test -z "$(hosts_left)"
}
interrupt 2.5 hunt --dll "$dlls/plain_spin.dll" --scenario plain-life --out stopped # it has hung for a while
has "stopped"; has "bounded"; check "no trace" test -z "$(ls stopped)"
interrupt 3 hunt --samples --out stopped --json
has '"outcome": "stopped"'; has '"outcome": "not-run"'; hasnt '"missed": true'; hasnt '"false_alarm": true'
export XDG_CACHE_HOME=$work/interrupted
interrupt 1 hunt --dll "$dlls/plain_spin.dll" --out stopped # while Wine makes its folder, which is begun anew then
hunt 10 plain_report_twice.dll --scenario plain-life; has "RM-STATUS-12"
export XDG_CACHE_HOME=$work/cache

# ---- every sample, as expected
run 0 hunt --samples --host "$host" --out samples --json
hasnt '"missed": true'; hasnt '"false_alarm": true'
conforming=$(grep -c '"expected": "conforms"' <<<"$out")
all=$(grep -c '"expected": ' <<<"$out")
check "at least 6 conforming samples" test "$conforming" -ge 6
check "at least 25 faulty samples" test "$((all - conforming))" -ge 25
tr -d '\n' <<<"$out" | tr '}' '\n' | grep '"expected": "conforms"' >conforming.txt
check "the conforming ones are searched to the end" test "$(grep -c '"exhausted": true' conforming.txt)" -eq "$conforming"

finish
