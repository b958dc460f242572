#!/usr/bin/env bash
# SARIF and JUnit against the schemas that others have published, and SARIF against what GitHub asks for. The schemas
# come from npm; without them the test is skipped.
# Usage: test_schemas.sh CLUSRACE NATIVE_DLLS TEST_CONFORMANCE NODE_MODULES
CLUSRACE=$1 native=$2 writers=$3 modules=$4
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../cli/lib.sh"
command -v node >/dev/null || { echo "skipped: there is no node" && exit 77; }
node "$here/schemas.js" "$modules" || { echo "skipped" && exit 77; }
sound() { node "$here/schemas.js" "$modules" "$@"; }
refused() { ! sound "$@" >said.txt && [ -s said.txt ]; }

# In a folder of a repository, with a name for the results that a reference cannot have as it is.
mkdir -p .git "a folder" && cd "a folder" || exit 1
conform() { # conform STATUS NAME DLL FLAG...
  local status=$1 name=$2 dll=$3
  shift 3
  run "$status" conform --dll "$native/$dll.so" --out 'the [finds] #1' --sarif "../$name.sarif" --junit "../$name.xml" "$@"
}
conform 10 race race_online --schedules 300
conform 10 strict race_online --scenario hunt-life --schedules 300 --strict
conform 10 misuse plain_double_free --scenario plain-life
conform 14 crash plain_exit_process --scenario plain-life
conform 0 sound plain_worker --scenario plain-life --json ../sound.json
conform 13 refused bad_typename --scenario plain-life
sed -i 's/plain_worker/plain_term_nojoin/' ../sound.json
conform 10 new plain_term_nojoin --scenario plain-life --baseline ../sound.json
conform 20 stopped plain_worker --time 1ms
cd ..
for name in race strict misuse crash sound refused new stopped; do check "$name" sound $name.sarif $name.xml; done
check "the folder is told, too" grep -q '"uri": "a%20folder/the%20%5Bfinds%5D%20%231/race_online-RM-TERM-04.trace"' race.sarif
check "results" test "$(grep -c '"ruleId"' race.sarif)-$(grep -c '"ruleId"' strict.sarif)-$(grep -c '"ruleId"' sound.sarif)" = 2-2-0
check "one that cannot be judged is not as if it were clean" grep -q '"executionSuccessful": false' refused.sarif
check "a warning has no result, and is told" grep -q '"text": "RM-STATUS-16 was broken in' race.sarif
run 10 run --scenario plain-life --runs 100 --replays 20 --dll "$native/plain_term_nojoin.so"
run 10 report --scenario plain-life --store clusrace-out/clusrace.db --junit run.xml
check "the report of a run" sound run.xml

# Texts and names that are there to break a file.
check "hostile texts are written" "$writers" . >writers.txt
check "hostile texts" sound hostile.sarif hostile.xml
check "hostile texts are JSON" node -e 'const text = (f) => fs.readFileSync(f, "utf8");
  JSON.parse(text("hostile.json")); text("hostile.ndjson").trim().split("\n").forEach((line) => JSON.parse(line));'

# What is wrong is seen.
broken() { sed "$1" race.sarif >broken.sarif && ! cmp -s race.sarif broken.sarif && refused broken.sarif; }
check "no version" broken 's/"version": "2.1.0"/"version": "2.0"/'
check "a place without a line" broken '0,/"startLine": [0-9]*/s//"startLine": 0/'
check "another line" broken '0,/"endColumn": [0-9]*/s//"endColumn": 2/'
check "no place" broken 's/"locations": \[/"locations_": [/'
check "a file that is not there" broken 's/the%20/a%20/'
check "not relative" broken 's,"uri": ",&file:///,'
check "a blank in a reference" broken 's/%20/ /'
check "no fingerprint" broken 's/primaryLocationLineHash/other/'
check "no help" broken 's/"help"/"help_"/'
check "no category" broken 's,"clusrace/race_online.so/","x",'
sed 's/ classname="[^"]*" name="[^"]*"//' sound.xml >broken.xml; check "cases without a name" refused broken.xml
finish
