#!/usr/bin/env bash
# What a Windows machine gets: the zip, unpacked in a folder with blanks in its name, nothing else there.
# Usage: test_windows.sh CLUSRACE HOST DLLS
clusrace=$(readlink -f "$1") host=$(readlink -f "$2") dlls=$(readlink -f "$3")
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/lib.sh"
wine_folder
mkdir -p "$XDG_CACHE_HOME/clusrace/wine"
export WINEPREFIX=$XDG_CACHE_HOME/clusrace/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml,winedbg.exe=d' DISPLAY=
wine=$(command -v wine64 || command -v wine || echo /usr/lib/wine/wine64)
CLUSRACE=$wine
# windows STATUS FOLDER ARG...: a command of the zip's, from a folder of the user's; text without \r
windows() {
  cd "$work/user" || exit 1
  run "$@"
  cd "$work" || exit 1
  out=${out//$'\r'/}
}
package() { "$here/../../replay/host/windows/package.sh" "$clusrace" "$host" clusrace-test-Windows "$1"; }

check "the zip is made" package first
check "it is made again" package second
check "both times of the same bytes" cmp first/clusrace-test-Windows.zip second/clusrace-test-Windows.zip
mkdir 'a place' user
(cd 'a place' && cmake -E tar xf ../first/clusrace-test-Windows.zip)
place='a place/clusrace-test-Windows'
for file in clusrace-host.exe README.txt replay-here.cmd conform-here.cmd scenarios/plain-life.scenario; do
  check "the zip has $file" test -s "$place/$file"
done
for file in README.txt replay-here.cmd conform-here.cmd; do
  check "every line of $file ends as on Windows" test "$(grep -c $'\r$' "$place/$file")" = "$(wc -l <"$place/$file")"
done
# every scenario that the script names is there
for name in $(grep -o 'call :hunt [a-z-]*' "$place/conform-here.cmd" | sed 's/.* //' | sort -u); do
  check "a hunt in $name" test -s "$place/scenarios/$name.scenario"
done
for name in plain_sync plain_worker plain_late_worker plain_exit_process plain_checkpoint clusdisk loading/real_clock; do
  cp "$dlls/$name.dll" user
done
there="..\\a place\\clusrace-test-Windows"

# ---- a faulty DLL: status, clause, traces that replay
windows 10 cmd /c "$there\\conform-here.cmd" plain plain_late_worker.dll --schedules 300 </dev/null
has "plain_late_worker.dll"; has "violates the contract"; has "RM-TERM-04"; has "suite plain-life"; has "hunt plain-control"
results=user/clusrace-conform
trace=$(cd "$results" && ls ./*RM-TERM-04.trace | head -n 1)
check "a trace of the finding" test -s "$results/$trace"
windows 10 "$there\\clusrace-host.exe" replay --dll plain_late_worker.dll --exact --json --trace "clusrace-conform\\${trace#./}"
has "violates RM-TERM-04"; has '"deterministic": true'
check "JSON of it" grep -q '"id": "RM-TERM-04", "verdict": "violated"' "$results/verdicts.json"
check "a row for each run" test "$(grep -c . "$results/runs.txt")" -gt 30
mkdir user/traces; cp user/plain_late_worker.dll "$results/$trace" user/traces
windows 10 cmd /c "$there\\replay-here.cmd" 'traces\plain_late_worker.dll' </dev/null; has "violates RM-TERM-04"

# ---- a sound one; the earlier results make place
windows 0 cmd /c "$there\\conform-here.cmd" plain plain_sync.dll </dev/null
has "plain_sync.dll"; has ": conforms"; has "0 violated"
check "the traces of the other DLL are gone" test -z "$(find "$results" -name '*.trace')"
cp "$results/tally.txt" user/tally.txt
windows 0 "$there\\clusrace-host.exe" verdicts --tally tally.txt --all; has "held"; has "not-exercised"; has "RM-ONLINE-05"
windows 20 cmd /c "$there\\conform-here.cmd" disk clusdisk.dll --schedules 300 </dev/null # more schedules than that
has "conforms as far as it was searched"; has "0 violated"; has "hunt hunt-opener"

# ---- a warning is a violation for who asks for that
windows 10 cmd /c "$there\\conform-here.cmd" plain plain_checkpoint.dll --strict --schedules 20 </dev/null
has "violates the contract"; has "violated       RM-STATUS-07"
check "JSON says the same" grep -q '"id": "RM-STATUS-07", "verdict": "violated"' "$results/verdicts.json"
windows 20 "$there\\clusrace-host.exe" verdicts --tally 'clusrace-conform\tally.txt'; has "warning        RM-STATUS-07"

# ---- a DLL that does not repeat itself: no verdict, and not a word of bounds
windows 13 "$there\\clusrace-host.exe" hunt --dll real_clock.dll --scenario "$there\\scenarios\\plain-life.scenario" --tally clock.txt
has "does not repeat itself"
windows 13 "$there\\clusrace-host.exe" verdicts --tally clock.txt
has "real_clock.dll"; has ": does not repeat itself"; has "not repeated   in 1 hunts and replays"

# ---- a DLL that takes the process along
windows 14 cmd /c "$there\\conform-here.cmd" plain plain_exit_process.dll --schedules 300 </dev/null; has "breaks down"

# ---- mistakes
windows 1 cmd /c "$there\\conform-here.cmd" plain </dev/null; says "usage"
windows 1 cmd /c "$there\\conform-here.cmd" other plain_sync.dll </dev/null
windows 2 cmd /c "$there\\conform-here.cmd" plain nowhere.dll </dev/null
windows 2 "$there\\clusrace-host.exe" replay --dll plain_worker.dll --suite "$there\\suites\\plain-life.suite" --tally tally.txt
says "tally.txt: is about"; says "begin a new file"
windows 2 "$there\\clusrace-host.exe" verdicts --tally nothing.txt; says "there is no tally"
printf 'clusrace-tally 1\ncontract 0000000000000001\n' >user/old.txt
windows 2 "$there\\clusrace-host.exe" verdicts --tally old.txt; says "old.txt:2"
sed 's/^replays .*/replays many/' user/tally.txt >user/broken.txt
windows 2 "$there\\clusrace-host.exe" verdicts --tally broken.txt; says "broken.txt:6"
finish
