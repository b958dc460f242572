#!/usr/bin/env bash
# Suites, and the verdict on a DLL for every clause.
# Usage: test_conform.sh CLUSRACE HOST DLLS NATIVE_DLLS SCHEMA_CHECK
CLUSRACE=$1 host=$2 dlls=$3 native=$4 schema_check=$5
here=$(cd "$(dirname "$0")" && pwd)
schema=$here/../../docs/schemas/conform-1.schema.json
event_schema=$here/../../docs/schemas/conform-event-1.schema.json
. "$here/lib.sh"
wine_folder
conform() { # conform STATUS DLL FLAG...: of what was built for this machine
  local status=$1 dll=$2
  shift 2
  run "$status" conform --dll "$native/$dll.so" --scenario plain-life "$@"
}
# A table without what another compiler or a longer contract changes: digests, counts, reasons.
table() { sed -e 1d -e 's/  *[0-9][0-9]* times*:/:/' -e '/^ *[0-9]/d' -e '/^ .* guides /d' -e '/^held  /d' -e '/^not exercised  /d'; }

# ---- suites
run 0 suite --scenario hunt-life; has "633 states, 1,002 edges"; has "all covered"; has "no such suite has fewer than"
run 0 suite --scenario hunt-life --pairs --json; has '"clusrace-suite-1"'; has '"complete": true'
run 20 suite --scenario hunt-life --max-states 100; has "stopped at the bound"
run 0 suite --scenario plain-life --pairs --out a.suite --store suite.db; run 0 suite --scenario plain-life --pairs --out b.suite
check "the same suite" cmp a.suite b.suite
check "one file with all traces" test "$(grep -c '^clusrace-trace ' a.suite)" -eq 43
run 0 corpus check --store suite.db; run 0 corpus stats --store suite.db; has "41  plain-life" # two are one behaviour with another
suite_on() { "$(dirname "$CLUSRACE")/clusrace-native" replay --dll "$native/$1.so" --suite a.suite >"$1.rows"; echo $?; }
last="the host alone with the suite"
check "the host replays it: all conform" test "$(suite_on plain_worker)" -eq 0
check "a row for each trace" test "$(grep -c ': conforms' plain_worker.rows)" -eq 43
check "the host replays it: a violation" test "$(suite_on plain_term_nojoin)" -eq 10
# Every clause is put to the test by some trace, or stands there with the reason; and the traces themselves say so.
run 0 suite --scenario hunt-life --json --store clauses.db; printf '%s\n' "$out" >suite.json
listed() { python3 -c 'import json, sys; s = json.load(open("suite.json")); print(*sorted(s["clauses"] if sys.argv[1] == "yes" else [r["clause"] for r in s["not_exercised"] if r["why"] and r["see"]]), sep="\n")' "$1"; }
run 0 explain --list --json; printf '%s\n' "$out" >all.json
check "each clause is on one of the lists" diff <(sort <(listed yes) <(listed no)) \
  <(python3 -c 'import json; print(*sorted(r["id"] for r in json.load(open("all.json"))), sep="\n")')
run 0 corpus stats --store clauses.db --json; printf '%s\n' "$out" >stats.json
check "the traces exercise what is said" diff <(listed yes) \
  <(python3 -c 'import json; print(*sorted(json.load(open("stats.json"))["by_exercised"]), sep="\n")')
run 0 suite --scenario hunt-life; has "not exercised: "; has "needs the part inside (like "; has "other reasons (--all)"
check "a screen" test "$(wc -l <<<"$out")" -le 15
run 0 suite --scenario hunt-life --all; has "RM-LOAD-03 "
run 20 suite --scenario hunt-life --max-states 100; has "the walk ended before it came up"
# With pairs there is more to be shown: the bound is no smaller.
least() { run 0 suite --scenario plain-life --json "$@"; sed -n 's/.*"'"steps_least"'": \([0-9]*\).*/\1/p' <<<"$out"; }
check "the bound with pairs" test "$(least --pairs)" -ge "$(least)"
run 1 suite extra; run 2 suite --scenario nowhere; says "nowhere"

# ---- the table of each sample is as expected
for dll in plain_worker plain_term_nojoin plain_report_twice plain_exit_process plain_double_free bad_typename; do
  "$CLUSRACE" conform --dll "$native/$dll.so" --scenario plain-life --json "$dll.json" --ndjson "$dll.ndjson" --sarif "$dll.sarif" \
    --junit "$dll.xml" --markdown "$dll.md" --html "$dll.html" >"$dll.txt" 2>"$dll.err"
  printf '== %s %s\n' "$dll" $?
  table <"$dll.txt"
  [ ! -s "$dll.err" ] || cat "$dll.err"
  check "$dll: JSON keeps to the schema" "$schema_check" "$schema" "$dll.json" >&2
  check "$dll: each event keeps to the schema" "$schema_check" "$event_schema" "$dll.ndjson" >&2
  check "$dll: JUnit is well-formed" xmllint --noout "$dll.xml" >&2
  check "$dll: 80 columns" test "$(awk '{ if (length > n) n = length } END { print n }' <(grep -v '^      clusrace-conform/' "$dll.txt"))" -le 80 >&2
done >all.txt
if [ -n "${CLUSRACE_GOLDEN:-}" ]; then cp all.txt "$here/conform.expected"; fi
last="conform of the samples"
check "the verdicts are those of conform.expected" diff "$here/conform.expected" all.txt
hasnt $'\033'

# ---- the files say the same
check "a clause is violated in the JSON" grep -q '"verdict": "violated"' plain_term_nojoin.json
check "a rule, a place and a fingerprint in the SARIF" test "$(grep -cE '"ruleId": "RM-TERM-04"|"startLine"|clusraceSignature' plain_term_nojoin.sarif)" -ge 3
uri=$(sed -n 's/.*"uri": "\(.*\)".*/\1/p' plain_term_nojoin.sarif | sort -u)
check "the place is a file that is there" test -e "$uri"
line=$(sed -n 's/^verdict .* at \([0-9]*\).*/\1/p' "$uri")
check "the trace replays" test "$("$CLUSRACE" replay "$uri" --dll "$native/plain_term_nojoin.so" >/dev/null; echo $?)" -eq 10
number=$(grep -n "^$line " "$uri" | cut -d: -f1)
check "it is the line of the step that decides" grep -q "\"startLine\": $number" plain_term_nojoin.sarif
check "one failure in the JUnit" test "$(grep -c '<failure ' plain_term_nojoin.xml)" -eq 1
check "a case for each clause" test "$(grep -c '<testcase ' plain_worker.xml)" -gt 100
check "Markdown names the clause" grep -q 'RM-TERM-04' plain_term_nojoin.md
events() { grep -c "\"event\":\"$1\"" plain_term_nojoin.ndjson; }
check "an event for each guide, finding and clause" test "$(events run)-$(events finding)-$(events clause)" = "43-1-$(grep -c '"level":' plain_term_nojoin.json)"
check "the last event is the result" grep -q '"event":"end","exit":10,' <(tail -n 1 plain_term_nojoin.ndjson)
check "no result without a finding" grep -q '"results": \[\]' plain_worker.sarif

# ---- the statuses of findings: a safety clause (10, above), a liveness clause, what cannot be judged, a crash
conform 11 plain_silent --json live.json; has "RM-ONLINE-15"; has "(exit status 11)"
conform 11 plain_silent --baseline plain_worker.json --markdown live.md; conform 20 plain_silent --baseline live.json
check "the status is in the file" grep -q '"exit": 11' live.json
conform 13 bad_typename; conform 14 plain_exit_process; conform 20 plain_exit_process --baseline plain_exit_process.json

# ---- two runs give the same bytes
mkdir first && mv plain_term_nojoin.* first
conform 10 plain_term_nojoin --json plain_term_nojoin.json --ndjson plain_term_nojoin.ndjson --sarif plain_term_nojoin.sarif \
  --junit plain_term_nojoin.xml --markdown plain_term_nojoin.md --html plain_term_nojoin.html
printf '%s\n' "$out" >plain_term_nojoin.txt
for kind in json ndjson sarif xml md html txt; do
  check "the same $kind" cmp first/plain_term_nojoin.$kind plain_term_nojoin.$kind
done
check "the page has a neighbour that conforms" grep -q '"neighbour":{' plain_term_nojoin.html
check "a short table" test "$(wc -l <plain_term_nojoin.txt)" -le 23
run 0 show RM-TERM-04; has "disk0.term"; has "spawn"
conform 10 plain_term_nojoin --pictures pictures --html p.html --date "1 May"
for name in states pairs; do check "$name.svg" xmllint --noout pictures/$name.svg; done
check "pictures and the date on the page" test "$(grep -c '<dd>1 May</dd>' p.html)-$(grep -o '"title":"[AO]' p.html | wc -l)" = 1-2
# What only schedules of the hunt took is covered, too: in the JSON, and in the pictures.
covered() { sed -n 's/.*"'"$1"'": \([0-9]*\).*/\1/p' "$2"; }
conform 20 plain_worker --schedules 1 --json guides.json
conform 0 plain_worker --json hunted.json --pictures pictures --html p.html
check "the hunt takes a way that the guides do not" test "$(covered ways_taken hunted.json)" -gt "$(covered ways_taken guides.json)"
check "and shows pairs that they do not" test "$(covered pairs_taken hunted.json)" -gt "$(covered pairs_taken guides.json)"
check "of the same picture" test "$(covered ways hunted.json) $(covered pairs hunted.json)" = "$(covered ways guides.json) $(covered pairs guides.json)"
check "the picture has what the JSON counts" test "$(grep -o 'class="covered" x' pictures/pairs.svg | wc -l)" -eq "$(covered pairs_taken hunted.json)"
check "the page, too" grep -q "$(covered ways_taken hunted.json) of $(covered ways hunted.json) ways" p.html
mv hunted.json hunted.first && mv pictures pictures.first
conform 0 plain_worker --json hunted.json --pictures pictures
check "the same coverage, and the same pictures" diff -r pictures.first pictures
check "the same JSON with pictures" cmp hunted.first hunted.json
conform 10 plain_term_nojoin --json -; check "JSON alone on standard output" test "$out" = "$(cat plain_term_nojoin.json)"
conform 10 plain_term_nojoin --ndjson -; check "events alone on standard output" test "$out" = "$(cat plain_term_nojoin.ndjson)"
run 1 conform --dll x.dll --json - --ndjson -
conform 3 plain_worker --ndjson nowhere/e.ndjson; says "nowhere/e.ndjson"
conform 0 plain_worker --all; has "RM-TERM-04"; has "not exercised"

# ---- a baseline: unchanged, new, fixed
conform 20 plain_term_nojoin --baseline first/plain_term_nojoin.json --json again.json
has "0 new, 2 unchanged"; has "unchanged"
check "with a baseline it keeps to the schema" "$schema_check" "$schema" again.json
sed 's/plain_worker/plain_term_nojoin/' plain_worker.json >clean.json
conform 10 plain_term_nojoin --baseline clean.json --sarif new.sarif --markdown new.md
has "2 new, 0 unchanged"; check "new in the SARIF" grep -q '"baselineState": "new"' new.sarif
check "new in the Markdown" grep -q '| new |' new.md
conform 0 plain_worker --baseline first/plain_term_nojoin.json; has "fixed"; has "RM-TERM-04"; has "nothing new"
has "the baseline is that of plain_term_nojoin.so"
conform 20 plain_term_nojoin --baseline first/plain_term_nojoin.json; hasnt "the baseline is"
sed 's/"contract": "[0-9a-f]*"/"contract": "0123456789abcdef"/' first/plain_term_nojoin.json >older.json
conform 20 plain_term_nojoin --baseline older.json; has "the baseline is under another contract"
# What was violated and is not met any more is not mended: RM-EVENT-03 is about control codes.
python3 -c 'import json
d = json.load(open("plain_worker.json"))
next(r for r in d["clauses"] if r["id"] == "RM-EVENT-03")["verdict"] = "violated"
json.dump(d, open("met.json", "w"))'
conform 0 plain_worker --baseline met.json --json gone.json; has "gone           RM-EVENT-03"; has "nothing new"
check "gone in the JSON, too" grep -q '"change": "gone"' gone.json
conform 2 plain_worker --baseline plain_worker.md; says "plain_worker.md:"
conform 2 plain_worker --baseline suite.db; says "holds no replay"
conform 2 plain_worker --baseline nowhere.json; says "nowhere.json"
echo '{"schema": "clusrace-report-1", "clauses": []}' >report.json
conform 2 plain_worker --baseline report.json; says "clusrace-conform-1"

# ---- a store: guides and runs are kept, and make a baseline
conform 10 plain_term_nojoin --store kept.db; has "guides"
run 0 corpus check --store kept.db; has "sound"
run 0 corpus ls --store kept.db --findings; has "RM-TERM-04"
conform 20 plain_term_nojoin --baseline kept.db; has "0 new, 1 unchanged"
conform 10 plain_term_nojoin --store kept.db; has "of the store"
# Its own new violations are no baseline for a run.
conform 20 plain_worker --schedules 10 --store grown.db; sed 's/plain_worker/plain_term_nojoin/' plain_worker.json >clean.json
cp "$native/plain_worker.so" build.so; run 20 conform --dll build.so --scenario plain-life --schedules 10 --store grown.db
cp "$native/plain_term_nojoin.so" build.so
run 10 conform --dll build.so --scenario plain-life --store grown.db --baseline grown.db; has "breaks what it did not before"
conform 2 plain_worker --store unborn.db --baseline unborn.db; says "holds no replay"

# ---- a suite of one's own, bounds, bad input
conform 0 plain_worker --suite a.suite; has "43 guides"
conform 2 plain_worker --suite plain_worker.md; says "there is no trace in it"
run 0 suite --scenario hunt-life --out other.suite
conform 2 plain_worker --suite other.suite; says "holds nothing of the scenarios"
# What is wrong with the pictures does not cost the rest.
(PATH=/nowhere; "$CLUSRACE" conform --dll "$native/plain_worker.so" --scenario plain-life --schedules 10 --pictures p --json late.json 2>late.err)
status=$? last="conform --pictures without dot"
check "status 3" test "$status" -eq 3
check "one line" test "$(wc -l <late.err)" -eq 1
check "the JSON is there" "$schema_check" "$schema" late.json
conform 20 plain_worker --schedules 10; has "there are schedules beyond the bounds"
conform 20 plain_worker --time 1ms; has "stopped before the end"
run 1 conform; run 1 conform extra --dll x.dll; run 2 conform --dll nowhere.so; says "nowhere.so"
run 2 conform --dll "$native/plain_worker.so" --scenario nodes-plain; says "does not play the part"
printf x >file; conform 3 plain_worker --out file/x; says "file/x"

# ---- a PE file gets the verdicts of the same source built for this machine
for dll in plain_worker plain_term_nojoin; do
  status=$([ $dll = plain_worker ] && echo 0 || echo 10)
  run "$status" conform --dll "$dlls/$dll.dll" --host "$host" --scenario plain-life --json pe.json
  run "$status" conform --dll "$native/$dll.so" --scenario plain-life --json so.json
  for kind in pe so; do grep -E '^      "(id|verdict|held|violated)"' $kind.json >$kind.txt; done
  check "$dll: the same verdicts, as often" diff so.txt pe.txt
done
# ---- a DLL that does not repeat itself cannot be judged, and each form says so
run 13 conform --dll "$dlls/loading/real_clock.dll" --host "$host" --scenario plain-life --json clock.json --sarif clock.sarif \
  --junit clock.xml --html clock.html
has "does not repeat itself"; has "cannot be judged"
check "JSON keeps to the schema" "$schema_check" "$schema" clock.json
check "JSON says it" grep -q '"nondeterministic": true' clock.json
check "SARIF says it" grep -q '"executionSuccessful": false' clock.sarif
check "JUnit says it" grep -q 'type="nondeterministic"' clock.xml
check "the page says it" grep -q 'does not repeat itself' clock.html
# Nor can one that breaks a clause in its first process only.
cat >first_process <<END
#!/usr/bin/env bash
[ -e lived ] && exec "$(dirname "$CLUSRACE")/clusrace-native" "\$@"
touch lived
exec "$(dirname "$CLUSRACE")/clusrace-native" "\${@/plain_worker.so/plain_term_nojoin.so}"
END
chmod +x first_process
run 13 conform --dll "$native/plain_worker.so" --host ./first_process --scenario plain-life --json once.json
has "did not come again"; has "cannot be judged"; has "broken once, and not again in a fresh process"
rm lived
run 13 run --dll "$native/plain_worker.so" --host ./first_process --scenario plain-life --replays 20 --out once
has "once, and not again"
# ---- a host that cannot be started any more costs none of what is known by then
cat >limited <<END
#!/usr/bin/env bash
echo x >>starts
[ "\$(wc -l <starts)" -le "\$(cat limit)" ] || exit 1
exec "$(dirname "$CLUSRACE")/clusrace-native" "\$@"
END
chmod +x limited
echo 1000 >limit; : >starts
run 10 conform --dll "$native/plain_report_twice.so" --host ./limited --scenario plain-life --schedules 500
all=$(wc -l <starts)
echo $((all - 2)) >limit; : >starts
run 3 conform --dll "$native/plain_report_twice.so" --host ./limited --scenario plain-life --schedules 500 --json part.json \
  --junit part.xml --out part
says "the host does not speak"
check "the JSON is there" "$schema_check" "$schema" part.json
check "and the JUnit" grep -q RM-STATUS-12 part.xml
check "and the trace" test -s part/plain_report_twice-RM-STATUS-12.trace
echo 5 >limit; : >starts
run 3 hunt --dll "$native/plain_report_twice.so" --host ./limited --scenario plain-life --out hunted
check "a hunt keeps it, too" test -n "$(ls hunted)"
# ---- a trace that does not come again on the DLL is not minimised
run 2 minimise "part/plain_report_twice-RM-STATUS-12.trace" --dll "$native/plain_report_twice.so" --type Bogus
says "gives another verdict"
finish
