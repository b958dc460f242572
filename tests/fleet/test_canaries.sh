#!/usr/bin/env bash
# Targets that must fail. One that does not means that what finds nothing elsewhere may be broken.
# Usage: test_canaries.sh SOURCE WORK CLUSRACE BIN
source=$1 place=$2/libfuzzer/out CLUSRACE=$3 bin=$4
. "$(dirname "$0")/../cli/lib.sh"

# must STATUSES TEXT TARGET FLAG...: ends with one of these statuses and says this, and leaves the input, which alone
# is enough to make it fail once more.
must() {
  local want=$1 text=$2 target=$3 status=0 file word flags=()
  shift 3
  for word; do case $word in -*) flags+=("$word") ;; esac; done
  timeout -k 5 120 "$place/$target" -seed=1 -runs=300000 -artifact_prefix="$work/$target-" "$@" >"$work/log" 2>&1 || status=$?
  file=$(find "$work" -name "$target-*" | head -n 1)
  [[ " $want " == *" $status "* ]] && grep -aq "$text" "$work/log" && [ -n "$file" ] || { echo "status $status"; tail -n 5 "$work/log"; return 1; }
  timeout -k 5 60 "$place/$target" "${flags[@]}" "$file" >"$work/log" 2>&1 && return 1
  grep -aq "$text" "$work/log"
}
check "a byte too far is seen" must 1 "heap-buffer-overflow" canary_crash
check "a loop without end is seen" must 70 "libFuzzer: timeout" canary_hang -timeout=2
check "a block that nobody frees is seen" must 77 "detected memory leaks" canary_leak
check "memory without bound is seen" must 71 "out-of-memory" canary_memory -malloc_limit_mb=256
check "a clause that is violated is seen" must 77 "FINDING: violates RM-TERM-04" canary_violation
mkdir seeds && (cd seeds && cmake -E tar xf "$place/canary_dll_seed_corpus.zip")
rm -f seeds/set-count-beyond seeds/set-length-beyond seeds/set-cut seeds/set-no-end
# Far enough beyond its end there is no memory at all.
check "a DLL that believes a list is seen" must "1 77" "heap-buffer-overflow\|the DLL crashes" canary_dll -dict="$place/control.dict" seeds
check "a DLL that writes beyond its room is seen" must 77 "FINDING: the DLL violates RM-CTL-05" canary_clause seeds

# The same through the scripts that a fleet runs.
run_script() {
  "$source/fuzz/fleet/targets.sh" --programs "$place" --corpus "$work/corpus" --found "$work/found" --time 60 "$@" >"$work/told" 2>&1
}
run_script canary_crash
check "targets.sh ends with 14" test $? -eq 14
check "targets.sh says what, and how to see it again" grep -q 'heap-buffer-overflow' "$work/told"
check "the way to see it again is right" bash -c "! \$(sed -n 's/ *again: //p' '$work/told') >/dev/null 2>&1"

# What is known is told and does not count, whatever the input that shows it; what is new does, and is known then.
run_script --known known --seed 1 canary_crash
check "targets.sh --known: new" test $? -eq 14
check "one line says what" test "$(grep -c '^canary_crash: ' known)" -eq 1
run_script --known known --seed 2 canary_crash
check "targets.sh --known: known" test $? -eq 20
check "it is told all the same" grep -q 'canary_crash *KNOWN' "$work/told"
check "and stands there once" test "$(wc -l <known)" -eq 1
run_script --known known --seed 1 canary_crash canary_leak
check "targets.sh --known: another one is new" test $? -eq 14

# The hunt for interleavings, in each engine: what is planted is found, and is new.
for engine in random libfuzzer afl; do
  CLUSRACE=$bin/clusrace
  run 10 fuzz --engine $engine --scenario disk-small --mutant term-nojoin --time 15s --store "$engine.db"
  has "violates RM-TERM-04"
  run 10 corpus new --store "$engine.db"
  has "violates     RM-TERM-04      disk-small       mutant term-nojoin"
  run 0 corpus new "$engine.db" --store "$engine.db"
done
finish
