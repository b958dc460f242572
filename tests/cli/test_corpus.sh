#!/usr/bin/env bash
# The corpus from the command line: every verb, what it refuses, and the ways from store to store.
# Usage: test_corpus.sh CLUSRACE
CLUSRACE=$1
seeds=$(cd "$(dirname "$0")/../../corpus/seeds" && pwd)
. "$(dirname "$0")/lib.sh"

run 10 fuzz --scenario disk-small --mutant term-nojoin --runs 4k --store a.db
has "violates RM-TERM-04 in 14 steps (found in"
run 20 fuzz --scenario disk-small --runs 4k --seed 2 --store a.db
run 20 fuzz --scenario disk-small --runs 4k --seed 3 --store b.db

# ---- ls: one bug is one row
run 0 corpus ls --store a.db --findings; has "same"; has "RM-TERM-04"
run 0 corpus ls --store a.db --findings --clause RM-TERM-04 --json; has '"interleavings": 1'; has '"steps": 14'
check "one row" test "$(grep -c '"id"' <<<"$out")" -eq 1

# ---- bundles: whole, the same whoever made them, harmless when broken
run 0 corpus export a.zst --store a.db; has "0 replays in a.zst"
run 0 corpus import a.zst --store c.db; has "0 refused"
run 0 corpus diff c.db --store a.db; check "no differences, no lines" test -z "$out"
run 0 corpus export c.zst --store c.db; check "same bundle" cmp a.zst c.zst
run 0 corpus export a.zst --store a.db --json; has '"traces"'
check "zstd reads it" bash -c "zstdcat a.zst | grep -q '^clusrace-trace 1'"
head -c 3000 a.zst >cut.zst
run 2 corpus import cut.zst --store d.db; says "cut.zst: trace"; run 0 corpus check --store d.db
printf '\x28\xb5\x2f\xfd rubbish' >bad.zst; run 2 corpus import bad.zst --store d.db; says "cut off or damaged"
run 3 corpus export no/where.zst --store a.db; says "no/where.zst"
cat "$seeds/term-nojoin.trace" "$seeds/close-nojoin.trace" | zstd -q >hand.zst
run 0 corpus import hand.zst --store hand.db; has "2 new"

# ---- what a run with --only has kept is taken by any other store
run 10 fuzz --scenario disk-small --mutant term-nojoin --only RM-WORK-07 --runs 4k --store only.db
run 0 corpus merge only.db --store taken.db; has " 0 refused"; run 0 corpus ls --store taken.db --findings; has "RM-WORK-07"

# ---- merge: jobs' stores and bundles, in any order
run 0 corpus merge b.db c.zst --store m1.db; run 0 corpus merge a.db b.db --store m2.db
run 0 corpus diff m1.db --store m2.db
run 13 corpus diff b.db --store m1.db; has "- "
run 13 corpus diff m1.db --store b.db --json; has '"only_second"'
run 2 corpus diff none.db --store a.db; says "none.db"
run 10 corpus new b.db --store a.db; has "RM-TERM-04      disk-small       mutant term-nojoin"; run 0 corpus new b.db c.db --store a.db
run 10 corpus new --store a.db --json; has "\"clause\": \"RM-TERM-04\""; run 2 corpus new none.db --store a.db; says "none.db"
run 0 corpus export e1 --store m1.db; run 0 corpus export e2 --store m2.db; check "same bytes" diff -r e1 e2

# ---- the folders of engines: out and in again
run 2 corpus export in --inputs --store a.db; says "choose with --scenario and --subject"; check "nothing half-written" test ! -e in
run 0 corpus export in --inputs --store b.db --subject reference --scenario disk-small; has "inputs in in"
run 2 corpus import in --inputs --store i.db; says "--scenario"
run 0 corpus import in --inputs --scenario disk-small --store i.db; has "0 refused"
run 0 corpus ls --store i.db --limit 1; has "libfuzzer"
check "same interleavings" diff <("$CLUSRACE" corpus ls --store b.db | sed 1d | cut -d' ' -f1 | sort) \
  <("$CLUSRACE" corpus ls --store i.db | sed 1d | cut -d' ' -f1 | sort)
mkdir -p out/main/queue/.state out/main/crashes out/second/queue
printf '\1\2\3' >out/main/queue/id:000000,orig:seed; printf '\3\2\1\1' >out/second/queue/id:000001
printf '\1\1\1\1\1' >out/main/crashes/id:000000; echo x >out/main/crashes/README.txt
echo x | tee out/main/fuzzer_stats out/main/queue/.state/hidden >out/main/plot_data
run 0 corpus import out --inputs --scenario disk-small --mutant term-nojoin --store o.db --json
has '"new": 3'; run 0 corpus ls --store o.db; has "afl"; hasnt "libfuzzer"

# ---- a trace of a real DLL is judged on its way in: what it exercises is in no file
clean=$("$CLUSRACE" corpus ls --store b.db --subject reference --json | grep -B20 '"verdict": "conforms"' | grep -m1 -o '"id": "[0-9a-f]*"' | cut -d'"' -f4)
"$CLUSRACE" corpus show "$clean" --store b.db | sed 's/^subject .*/subject pe x.dll 0123456789abcdef/' >dll.trace
run 0 corpus import dll.trace --store dll.db; has "1 new"
run 0 corpus stats --store dll.db --json; has '"by_exercised": {'; has '"RM-'; before=$out
run 0 corpus export dll.zst --store dll.db; run 0 corpus import dll.zst --store again.db; has "1 new"
run 0 corpus stats --store again.db --json; check "same clauses by way of a bundle" test "$out" = "$before"

# ---- names are bytes, JSON is UTF-8: what is none is shown as such, and nothing is left out
sed $'s/^subject .*/subject pe caf\xe9.dll 0123456789abcdef/' dll.trace >latin.trace
odd=$'odd\xff.db'
run 0 corpus import latin.trace --store "$odd" --json; has '"from": "latin.trace"'
run 0 corpus ls --store "$odd" --json; has 'caf?.dll'; check "one row" test "$(grep -c '"id"' <<<"$out")" -eq 1
run 0 corpus stats --store "$odd" --json; has 'caf?.dll\" 0123456789abcdef": 1'
run 0 corpus merge "$odd" --store merged.db --json; has '"from": "odd?.db"'
run 0 corpus export $'odd\xff' --store "$odd" --json; has '"to": "odd?"'
run 0 corpus export $'odd\xff.zst' --store "$odd" --json; has '"to": "odd?.zst"'
run 13 corpus diff a.db --store "$odd" --json; has 'caf?'

# ---- a bug is of its scenario, also when another one has a shorter interleaving of the same form
for scenario in disk-small disk-basic; do run 10 fuzz --scenario $scenario --mutant term-nojoin --runs 4k --store $scenario.db; done
run 0 corpus merge disk-small.db disk-basic.db --store both.db
for scenario in disk-small disk-basic; do
  run 10 corpus new $scenario.db --store both.db; has "RM-TERM-04"; hasnt " $scenario "
  run 0 corpus new both.db --store $scenario.db
done
run 0 corpus ls --findings --store both.db; check "a row for each scenario" test "$(grep -c RM-TERM-04 <<<"$out")" -eq 2
run 0 corpus prune --keep findings=1 --store both.db; run 0 corpus new both.db --store disk-small.db; run 0 corpus new both.db --store disk-basic.db

# ---- a flag that a verb does not take is refused, and nothing is touched
cp m1.db kept.db
usage() { check "the messages have \"$1\"" grep -qF -- "$1" <<<"$err"; }
for flag in "--scenario disk-small" "--subject reference" "--clause RM-TERM-04" --findings "--limit 1"; do
  for verb in "show 0" "merge b.db" prune min stats check "diff b.db" gc; do
    run 1 corpus $verb $flag --store kept.db; usage "corpus ${verb%% *}\` does not take ${flag%% *}; these do: ls, export"
  done
done
check "untouched" cmp m1.db kept.db
run 1 corpus import "$seeds/term-nojoin.trace" --findings --store none.db; usage "does not take --findings"
run 1 corpus import "$seeds/term-nojoin.trace" --scenario disk-small --store none.db; usage "--inputs"
run 1 corpus ls --keep findings=1 --store kept.db; usage "these do: prune"
run 1 corpus new b.db --limit 1 --store kept.db; usage "does not take --limit"
run 1 corpus check --json --store kept.db; usage "does not take --json"
check "not made" test ! -e none.db

# ---- min, minimise: the lengths before and after
run 0 corpus import "$seeds/term-nojoin.trace" --store m1.db
run 0 corpus min --store m1.db; has "clean ones became"; run 0 corpus check --store m1.db
run 0 corpus min --store m1.db --json; cp m1.db once.db; first=$out
run 0 corpus min --store m1.db --json; run 0 corpus diff once.db --store m1.db
run 0 corpus ls --store m1.db --findings --json; check "each once" test "$(grep -c '"interleavings": 1' <<<"$out")" -eq "$(grep -c '"id"' <<<"$out")"
id=$("$CLUSRACE" corpus ls --store a.db --clause RM-TERM-04 | sed -n 2p | cut -d' ' -f1)
"$CLUSRACE" corpus show "$id" --store a.db >found.trace
run 0 minimise found.trace --out small.trace; has "14 steps became 14"; run 10 replay small.trace
run 0 minimise "$seeds/remount-window.trace" "$seeds/close-nojoin.trace" --json; has '"steps_before": 35'
run 2 minimise "$seeds/mon-late-poll.trace" small.trace nothing.trace; says "nothing.trace"
sed 's/^verdict .*/verdict conforms/' found.trace >clean.trace; run 2 minimise clean.trace; says "violates nothing"
run 1 minimise; run 1 minimise found.trace small.trace --out x.trace
check "nothing written" test ! -e x.trace

# ---- prune and gc
run 1 corpus prune extra --store m2.db
run 2 corpus prune --keep nights=3 --store m2.db; says "findings=N"
run 0 corpus prune --keep findings=1,clauses=0,sample=5 --store m2.db; has "went"
run 0 corpus prune --keep findings=1,clauses=0,sample=5 --store m2.db --json; has '"interleavings": 0'
run 0 corpus gc --store m2.db; has "bytes became"; run 0 corpus check --store m2.db; has "sound"
run 2 corpus prune --store none.db; says "none.db"; check "not made" test ! -e none.db

# ---- what goes wrong is one line
printf 'SQLite format 3\0 and then nothing of the kind, for a hundred bytes and more, so that it is long enough to be read as one' >fake.db
for verb in ls stats check prune min gc; do run 2 corpus $verb --store fake.db; says "fake.db"; done
cp a.db newer.db
check "a newer schema" bash -c "printf '\0\0\0\143' | dd of=newer.db bs=1 seek=60 conv=notrunc status=none" # user_version
for verb in ls min "merge b.db"; do run 2 corpus $verb --store newer.db; says "use a newer one"; done
run 2 corpus merge newer.db --store x.db; says "use a newer one"
run 2 corpus show 000000000000 --store a.db; says "no interleaving"
if [ "$(id -u)" -ne 0 ]; then
  chmod a-w b.db; run 3 corpus prune --store b.db; says "b.db"; chmod u+w b.db
fi
if [ -w /dev/full ]; then "$CLUSRACE" corpus ls --store a.db >/dev/full 2>err; check "status 3" test $? -eq 3; fi
finish
