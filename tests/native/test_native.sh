#!/usr/bin/env bash
# The command on sample DLLs that are built for this machine: no Wine, no PE file.
# Usage: test_native.sh CLUSRACE NATIVE_DLLS SANITIZERS
CLUSRACE=$1 dlls=$2 sanitizers=$3
. "$(dirname "$0")/../cli/lib.sh"
asan=no
case $sanitizers in *address*) asan=yes ;; esac
hunt() { # hunt STATUS DLL SCENARIO FLAG...
  local status=$1 dll=$2 scenario=$3
  shift 3
  run "$status" hunt --dll "$dlls/$dll.so" --scenario "$scenario" --schedules 300 --out found "$@"
}

# ---- sound ones (20: not all schedules were tried), and one of each kind of fault
hunt 20 plain_worker plain-life; has "conforms"
hunt 20 plain_thread plain-life; has "conforms"
hunt 20 clusdisk hunt-life; has "conforms"
hunt 20 properties hunt-life; has "conforms" # what Open asks for is answered as documented
hunt 20 service_like plain-life; has "conforms"
# What is simulated gives documented answers: any other number names a line of the DLL.
for checks in surroundings_check kernel_check sync_check; do
  hunt 13 $checks plain-life; has "Startup fails: error 1223"
done
hunt 13 local_check hunt-life; has "Startup fails: error 1223"
hunt 10 race_online hunt-life; has "RM-TERM-04"
hunt 10 plain_term_nojoin plain-life; has "RM-TERM-04"
hunt 14 plain_lock_order plain-life; has "deadlock"
hunt 10 plain_double_free plain-life; has "frees memory twice"
hunt 14 native_recursion plain-life; has "stack overflow in native_recursion.so+0x"
hunt 14 plain_exit_process plain-life; has "crashes"

# ---- what is seen at the access itself, in a build with AddressSanitizer; else later, if at all
if [ $asan = yes ]; then
  hunt 14 plain_overrun plain-life; has "write to memory behind a block in plain_overrun.so+0x"
  hunt 14 plain_refcount plain-life; has "freed memory in plain_refcount.so+0x"
  hunt 14 native_undefined plain-life; has "signed-integer-overflow in native_undefined.c:7"
  hunt 14 crash_online hunt-life; has "crashes"
else
  hunt 14 crash_online hunt-life; has "access violation in crash_online.so+0x"
  hunt 10 plain_overrun plain-life; has "has written behind a block of memory"
  hunt 10 native_runtime plain-life; has "frees memory twice"
  hunt 20 native_undefined plain-life; has "conforms"
fi

# ---- a finding again, exactly; a hunt again: the same bytes, although the image is elsewhere
trace=found/race_online-hunt-life-RM-TERM-04.trace
run 10 replay $trace --dll "$dlls/race_online.so" --exact --times 20 --out again.trace; hasnt "differ"
check "an exact replay gives the same bytes" cmp $trace again.trace
check "the subject is native" grep -q '^subject native "race_online.so" ' $trace
cp "$dlls/race_online.so" .
cp $trace beside.trace
run 10 replay beside.trace; has "violates RM-TERM-04" # on its own DLL
for i in 1 2; do
  hunt 10 plain_use_after_free plain-life,plain-again --findings 4; has "RM-CLOSE-04"; hasnt "repeat itself"
  sed 's/ [0-9]*\.[0-9]  / /' <<<"$out" >hunt.$i
done
check "two hunts say the same" cmp hunt.1 hunt.2

# ---- what is no resource DLL
run 2 hunt --dll nowhere.so; says "nowhere.so"
cp "$dlls/clusdisk.so" cut.so && truncate -s 40 cut.so
run 2 hunt --dll cut.so; says "cut.so"
last='clusrace-native imports'
imports=$("$(dirname "$CLUSRACE")/clusrace-native" imports --dll "$dlls/plain_worker.so")
check "imports are named" grep -q '^simulated native ClusWorkerCreate$' <<<"$imports"
check "nothing is unseen" bash -c '! grep -q not-seen <<<"$1"' _ "$imports"
finish
