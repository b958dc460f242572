#!/usr/bin/env bash
# The command on the model: help, explore, trace files, fuzz, corpus, report. Usage: test_model.sh CLUSRACE
CLUSRACE=$1
docs=$(cd "$(dirname "$0")/../../docs" && pwd)
. "$(dirname "$0")/lib.sh"

# ---- help and usage
run 0 --version; has "contract "
run 0 --help; has "exit status"
run 1; run 1 nonsense; says 'there is no command "nonsense"'
for command in run explore fuzz replay corpus report explain mutants step suite conform show; do
  run 0 "$command" --help; has "examples"
done
run 1 explore --nonsense; run 1 explore --max-states lots; run 1 explore extra; run 1 corpus; run 1 replay
run 2 run --scenario nodes-lun; says "has the part nodes"
run 2 explore --scenario nowhere; says 'there is no scenario "nowhere"'
run 2 explore --mutant nobody; says "there is no mutant"
run 2 explain RM-NONE-99; says "there is no clause"
hasnt $'\033'

# ---- explain
run 0 explain RM-TERM-03; has "Terminate"; has "source"; has "witness:"; has "the mutant term-leaves-up"
run 0 explain RM-STATUS-02; has "not judged"
run 0 explain --list; has "VOL-OFFLINE-03"
run 0 explain remount-window; has "VOL-OFFLINE-03"
run 0 explain --list --json; has '"confidence"'

run 0 explain --markdown
check "docs/contract.md is up to date (clusrace explain --markdown > docs/contract.md)" \
  test "$out" = "$(cat "$docs/contract.md")"

# ---- explore
run 0 explore --scenario disk-small --only doc; run 0 explore --scenario disk-small --strict
run 0 explore --list; has "disk-basic"
run 0 explore --settings; has "policy."
run 0 explore --scenario disk-small; has "5,528 states, 13,142 transitions, depth 54"; has "every clause holds"
run 20 explore --scenario disk-small --max-states 1000; has "no proof"
run 20 explore --scenario disk-small --max-depth 10
run 0 explore --scenario disk-small --coverage; has "(dead)"
run 0 explore --scenario disk-small --json; has '"states": 5528'; first=$out
run 0 explore --scenario disk-small --json; check "equal JSON" test "$first" = "$out"
run 10 explore --scenario disk-small --mutant remount-window --json; has '"clause": "VOL-OFFLINE-03"'
run 10 explore --scenario disk-small --mutant term-nojoin --only RM-TERM-04 --trace t.trace; has "RM-TERM-04"
# A pipe or a device stays what it is, and gets the text.
mkfifo pipe
timeout 60 cat pipe >piped.trace &
run 10 explore --scenario disk-small --mutant term-nojoin --only RM-TERM-04 --trace pipe
wait
check "the pipe is still one" test -p pipe
check "what went through it is the trace" cmp t.trace piped.trace
run 10 explore --scenario disk-small --mutant term-nojoin --keep-going; has "verdict   violates"

# ---- states in less memory: the same results, or omissions that are said
for scenario in disk-small disk-once lun-up nodes-failover health-expiry stack-small; do
  test -e "$docs/../model/scenarios/$scenario.scenario" || continue
  "$CLUSRACE" explore --scenario $scenario --json | grep -v memory_bytes >whole.json
  "$CLUSRACE" explore --scenario $scenario --json --compress | grep -v memory_bytes >compressed.json
  check "$scenario, compressed: equal" cmp whole.json compressed.json
done
run 10 explore --scenario disk-small --mutant term-nojoin --keep-going; first=$out
run 10 explore --scenario disk-small --mutant term-nojoin --keep-going --compress
check "equal findings" test "$first" = "$out"
run 20 explore --scenario disk-small --hash-compact 64; has "5,528 states"
has "no clause is violated as far as it went (states may have been omitted, probability <= 8.3e-13)"
run 20 explore --scenario disk-small --hash-compact 16 --json; has '"probability": "1.0e+00"'; has '"complete": false'
run 20 explore --scenario disk-small --bitstate 8k; has "states may have been omitted, with any probability"
run 10 explore --scenario disk-small --mutant term-nojoin --only RM-TERM-04 --bitstate 1M --trace bits.trace
has "omissions at most "; run 10 replay bits.trace; has "violates RM-TERM-04"
run 1 explore --compress --bitstate 1M
run 2 explore --compress --checkpoint kept; says "needed whole"
run 2 explore --compress --symmetry; says "leave them out"; run 2 explore --bitstate 1M --partial-order; says "leave them out"
run 1 explore --hash-compact 15; run 2 explore --scenario live-small --compress; says "duties"

# ---- every scenario in one table, every mutant in one
run 20 explore --all --max-states 2000; has "disk-basic"; has "stopped: max-states"; has "transitions"
run 1 explore --all --scenario disk-small
run 0 mutants; has "100 %"; hasnt "MISSED"
run 0 mutants term-nojoin remount-window --json --matrix matrix.csv
check "one object a mutant" test "$(grep -c '"mutant"' <<<"$out")" -eq 2
has '"caught": true'; check "the matrix" grep -q '^term-nojoin,.*M' matrix.csv
run 2 mutants nobody; says "there is no mutant"

# ---- a trace file: replayed, shown, edited, broken
run 10 replay t.trace; has "violates RM-TERM-04"
run 10 replay t.trace --out again.trace; check "same bytes" cmp t.trace again.trace
run 10 replay t.trace --json; has '"clusrace-replay-1"'
run 0 report t.trace; has "> "; has "disk0.term"
run 0 report t.trace --svg t.svg; check "an SVG" grep -q '<svg ' t.svg
sed "s/ret disk0 Open -> 1/ret disk0 Open -> 0/" t.trace >edited.trace
run 12 replay edited.trace; has "diverges at"
head -n 20 t.trace >cut.trace; run 2 replay cut.trace; says "cut.trace:"
sed 's/^1 monitor/1 nobody/' t.trace >wrong.trace; run 2 replay wrong.trace; says '"nobody" is no actor'
printf 'MZ\0\1' >binary.trace; run 2 replay binary.trace; says "binary.trace:1:"
: >empty.trace; run 2 replay empty.trace; says "empty.trace:1: not a trace"
run 2 replay nowhere.trace; says "nowhere.trace"

sed 's/^verdict .*/verdict violates RM-OPEN-05 at 14/' t.trace >other.trace
run 10 replay other.trace; has "violates RM-TERM-04"
cp t.trace $'\xff.trace'; run 10 replay --json $'\xff.trace'; has '"verdict": "violates RM-TERM-04'
run 2 replay --json nowhere.trace; has '"error"'
run 1 report t.trace --html x.html
out=$("$CLUSRACE" explain --list 2>&1 >/dev/full); check "a full disk is no success" test $? -eq 3

# ---- liveness: a lasso, replayed, and one that does not close
run 0 explore --scenario live-small; has "every clause holds"
run 11 explore --scenario live-small --mutant lock-for-ever --only RM-OFFLINE-10 --trace lasso.trace
has "violates RM-OFFLINE-10 at 28 loop 26"
run 11 replay lasso.trace; has "loop 26"
run 11 replay lasso.trace --out again.trace; check "the same lasso" cmp lasso.trace again.trace
sed 's/loop 26/loop 25/' lasso.trace >open.trace; run 12 replay open.trace; has "does not happen"
sed 's/loop 26/loop 30/' lasso.trace >beyond.trace; run 2 replay beyond.trace; says "beyond.trace:"

# ---- a scenario file of one's own
printf 'clusrace-scenario 1\nname own\nresource r0\noption sync\nbudget onlin 1\n' >own.scenario
run 2 explore --scenario own.scenario; says "own.scenario:5:"
sed -i 's/onlin /online /' own.scenario; run 0 explore --scenario own.scenario

# ---- Ctrl-C ends a long run cleanly, with what is known
{
  printf 'clusrace-scenario 1\nname long\nvolume v0 letter V\nvolume v1 letter W\n'
  printf 'resource r0 volume v0\nresource r1 volume v1\napp a0 volume v0\noption sync pending app-file\n'
  for budget in online offline terminate poll expire fault app; do printf 'budget %s 9\n' $budget; done
} >long.scenario
last="explore, interrupted"
out=$(timeout --preserve-status -s INT 1 "$CLUSRACE" explore --scenario long.scenario 2>/dev/null)
check "status 20 after Ctrl-C" test $? -eq 20
has "interrupted"; has "no proof"

# ---- fuzz and the store
run 20 fuzz --scenario disk-small --runs 5000 --store a.db; has "5,000 executions"; has "no proof"
run 20 fuzz --scenario disk-small --runs 5000 --store b.db
run 0 corpus export ea --store a.db; run 0 corpus export eb --store b.db
check "same seed, same bytes" diff -r ea eb
run 10 fuzz --scenario disk-small --mutant term-nojoin --runs 3000 --store a.db --json; has '"RM-TERM-04"'
run 0 corpus check --store a.db; has "sound"
run 0 corpus stats --store a.db; has "interleavings"
run 0 corpus stats --store a.db --json; has '"by_violated"'
run 0 corpus ls --store a.db --findings; has "RM-TERM-04"; id=$(grep RM-TERM-04 <<<"$out" | head -n 1 | cut -d' ' -f1)
run 0 corpus show "$id" --store a.db; printf '%s\n' "$out" >shown.trace
run 10 replay shown.trace
run 0 corpus import shown.trace t.trace --store new.db; run 0 corpus ls --store new.db; has "$id"
sed 's/^verdict .*/verdict conforms/' t.trace >lies.trace
run 2 corpus import lies.trace --store new.db; has "1 refused"
run 0 corpus merge a.db b.db --store all.db
run 2 corpus ls --store a.db --clause BOGUS; says "there is no clause"
run 0 corpus stats --store a.db; hasnt " 0  runs"
run 2 corpus ls --store none.db; says "none.db"
printf 'not a database, but long enough to look like a file of some kind' >fake.db; cp fake.db kept.db
run 2 corpus ls --store fake.db; says "fake.db"; check "left untouched" cmp fake.db kept.db
run 1 corpus show; run 2 corpus show zzzz --store a.db
run 2 fuzz --engine nonsense --runs 5; says "there is no engine"
run 20 fuzz --runs 500 --scenario two-disks

# ---- the seeds: one for each mutant, each still what it says, to the byte
seeds=$docs/../corpus/seeds
run 0 explain --mutants
while read -r mutant clause _; do
  [ -n "$mutant" ] || continue
  check "corpus/seeds/$mutant.trace exists (corpus/seeds/make)" test -e "$seeds/$mutant.trace"
  "$CLUSRACE" replay "$seeds/$mutant.trace" --out seed.trace >seed.out
  check "$mutant: status 10 or 11" test $(($? / 2)) -eq 5
  check "$mutant: $clause" grep -q "violates $clause " seed.out
  check "$mutant: same bytes" cmp "$seeds/$mutant.trace" seed.trace
done <<<"$out"
run 0 corpus import "$seeds" --store seeds.db; has "0 refused"
finish
