#!/usr/bin/env bash
# The command on real DLLs under Wine. Usage: test_dlls.sh CLUSRACE HOST DLLS
CLUSRACE=$1 host=$2 dlls=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/lib.sh"
wine_folder
on() { # on STATUS TRACE DLL FLAG...
  local status=$1 trace=$2 dll=$3
  shift 3
  run "$status" replay "$trace" --dll "$dlls/$dll" --host "$host" "$@"
}
guide() { # guide MUTANT CLAUSE: the shortest counterexample, as MUTANT.trace
  run 10 explore --scenario disk-small --mutant "$1" --only "$2" --trace "$1.trace"
}
guide term-nojoin RM-TERM-04
guide remount-window VOL-OFFLINE-03
guide offline-lies VOL-CLUS-04
guide close-nojoin RM-CLOSE-04

# ---- every sample DLL gets its verdict
for trace in term-nojoin remount-window offline-lies close-nojoin; do
  on 0 $trace.trace clusdisk.dll; has "conforms"
done
on 0 term-nojoin.trace properties.dll; has "conforms" # what Open asks for is answered as documented
on 10 term-nojoin.trace race_online.dll --out online.trace; has "violates RM-TERM-04"
on 10 offline-lies.trace race_remount.dll --out remount.trace; has "violates VOL-OFFLINE-03"
on 10 close-nojoin.trace close_nojoin.dll; has "violates RM-CLOSE-04"
on 14 offline-lies.trace crash_online.dll; has "crashes at"; has "crash_online.dll+0x"
on 14 term-nojoin.trace hang_terminate.dll; has "deadlock at"
on 13 term-nojoin.trace bad_typename.dll; has "5080"

# ---- another program in the window between dismount and offline
window=$here/../../docs/examples/window.trace
on 10 "$window" race_remount.dll --show; has "violates VOL-OFFLINE-03"; has "app0 openf vol0 h24 r/rw -> 0 +mount"
on 0 "$window" clusdisk.dll --show; has "app0 openf vol0 r/rw -> 21 (offline)"

# ---- exact replay of what was observed: the same bytes, a hundred times
on 10 online.trace race_online.dll --times 100; hasnt "differ"
on 10 remount.trace race_remount.dll --exact --out again.trace
check "an exact replay gives the same bytes" cmp remount.trace again.trace
on 0 offline-lies.trace clusdisk.dll --times 100 --out good.trace; hasnt "differ"
on 0 good.trace clusdisk.dll --exact
cp "$dlls/race_online.dll" "$dlls/race_remount.dll" .
run 10 replay online.trace remount.trace --host "$host" # each on its own DLL
has "race_online.dll"; has "violates VOL-OFFLINE-03"
run 10 replay online.trace --host "$host"; has "violates RM-TERM-04"
sed '0,/ sync disk0 unlock /s/ sync disk0 unlock / sync disk0 lock /' online.trace >edited.trace
on 12 edited.trace race_online.dll; has "diverges at"
has '"expected disk0.ep sync disk0 lock'; has ", saw disk0.ep sync disk0 unlock"

# ---- where and why a trace was left: what it has there, what the DLL did instead, who waits for what
parts() { # parts LINE TEXT WHY: an exact replay of good.trace with that step in place of its own
  sed "s/^$1 .*/$1 $2/" good.trace >parts.trace
  on 12 parts.trace clusdisk.dll --exact; has "diverges"; has "\"expected $2, $3"
}
parts 2 "disk0.worker7 sync disk0 lock" "but there is no disk0.worker7"
parts 2 "monitor call disk0 Open" "but disk0.ep is still in Startup"
parts 2 "env expire disk0" "but that timer does not run"
parts 1 "monitor call disk0 Online" "but the monitor may not do that now"

# ---- what is no resource DLL
run 2 replay offline-lies.trace --dll nowhere.dll --host "$host"; says "nowhere.dll"
printf 'hello' >text.dll; run 2 replay offline-lies.trace --dll text.dll --host "$host"; says "text.dll"
run 2 replay offline-lies.trace --dll "$host" --host "$host"; says "not a DLL"
head -c 100 "$dlls/clusdisk.dll" >cut.dll; run 2 replay offline-lies.trace --dll cut.dll --host "$host"; says "cut.dll"

# ---- the main job, twice: the same bytes
job() {
  run 10 run --scenario disk-small --runs 20000 --replays 60 --out job --host "$host" \
    --dll "$dlls/clusdisk.dll" --dll "$dlls/race_online.dll" --dll "$dlls/race_remount.dll"
  has "conforms"; has "RM-TERM-04"; has "VOL-OFFLINE-03"; has "look at  job/report.html"
}
job; check "JUnit is well-formed" xmllint --noout job/junit.xml
check "the page names the clause" grep -q "RM-TERM-04" job/report.html
check "the store is sound" "$CLUSRACE" corpus check --store job/clusrace.db
run 10 report --scenario disk-small --store job/clusrace.db --html from-store.html; has "race_online.dll"
mv job job1; job
for file in report.html junit.xml report.json; do check "$file is the same" cmp job1/$file job/$file; done
check "the traces are the same" diff -r job1/traces job/traces
mkdir p q; cp "$dlls/race_online.dll" p/my.dll; cp "$dlls/race_remount.dll" q/my.dll
run 10 run --scenario disk-small --runs 1000 --replays 40 --out twins --host "$host" --dll p/my.dll --dll q/my.dll
check "two builds of one name keep their traces apart" test "$(ls twins/traces | wc -l)" -ge 2
run 13 run --scenario disk-small --runs 1000 --replays 5 --out none --host "$host" --dll "$dlls/bad_typename.dll"
has "5080"; has "not judged"
run 1 run --runs abc --out never; check "nothing is begun" test ! -e never
run 2 run --dll missing.dll --host "$host" --out never; check "nothing is begun" test ! -e never
run 0 run --scenario disk-small --runs 2000 --replays 30 --out clean --host "$host" --dll "$dlls/clusdisk.dll"
has "found    nothing"
# ---- services, processes and shares; a resource without a volume
cat >service.scenario <<'TEXT'
clusrace-scenario 1
name service-small
about A resource that keeps a service and has no volume.
resource res0 type "Clusrace Disk"
option pending
budget online 2
budget offline 1
budget terminate 2
budget poll 2
budget expire 1
TEXT
for mutant in term-nojoin close-nojoin online-create-after-term; do
  run 10 explore --scenario service.scenario --mutant $mutant --trace service.trace
  on 0 service.trace service_like.dll --times 20; has "conforms"; hasnt "differ"; hasnt "handle"
done
on 13 service.trace surroundings_check.dll; has "error 1223" # any other number names a line of it
on 13 service.trace kernel_check.dll; has "error 1223"
on 13 service.trace sync_check.dll; has "error 1223"

# ---- what the host does not play it does not judge
on 13 "$here/../../corpus/seeds/qlost-ignored.trace" clusdisk.dll; has "does not play the part nodes"

finish
