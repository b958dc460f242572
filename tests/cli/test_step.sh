#!/usr/bin/env bash
# Walks by hand, graphs and coverage. Usage: test_step.sh CLUSRACE
CLUSRACE=$1
. "$(dirname "$0")/lib.sh"

# ---- a piped session, to the byte
run 0 step --scenario disk-small <<<$'monitor\nu\n'
check "the session's text" test "$out" = "at the start
    1  monitor: call Startup of disk0
    2  app0: openf file
step 1  monitor call disk0 Startup
   exercised RM-LOAD-02 RM-LOAD-15
   changed   monitor0.inflight=1 ep0.job=1 ep0.pc=1 observer0.load=1
    1  disk0.ep: next step
    2  app0: openf file
at the start
    1  monitor: call Startup of disk0
    2  app0: openf file"
run 0 step --scenario disk-small </dev/null; hasnt $'\033'; hasnt "0>"

# ---- commands that cannot be obeyed: one line, and the rest is obeyed
run 1 step --scenario disk-small <<<$'bogus\n1'; says "standard input:1: "; has "step 1"
for bad in 9 u r "g 1" n w "random 0" "s x"; do
  run 1 step --scenario disk-small <<<"$bad"; says "standard input:1: "
done
run 3 step --scenario disk-small <<<"w nowhere/t.trace"; says "nowhere"
run 1 step --trace t.trace --scenario disk-small; run 2 step --trace missing.trace; says "missing.trace"

# ---- random walks repeat, and what is written replays
run 0 step --scenario disk-small --seed 7 <<<$'random 30\nu 5\nr 2\ng 8\nw a.trace'; first=$out
run 0 step --scenario disk-small --seed 7 <<<$'random 30\nu 5\nr 2\ng 8\nw a.trace'
check "equal walks" test "$first" = "$out"
run 0 replay a.trace; has "conforms"

# ---- along a counterexample, to the same bytes
run 10 explore --scenario disk-small --mutant remount-window --only VOL-OFFLINE-03 --trace v.trace
run 0 step --trace v.trace <<<$'n 20\nw again.trace'; has "violated  VOL-OFFLINE-03"
check "the same trace" cmp v.trace again.trace

# ---- graphs
run 10 explore --scenario disk-small --mutant remount-window --graph a.dot
run 10 explore --scenario disk-small --mutant remount-window --graph b.dot
check "equal graphs" cmp a.dot b.dot
check "a violating state" grep -q 'violates VOL-' a.dot
if command -v dot >/dev/null; then
  check "DOT that Graphviz reads" dot -Tcanon -o canon.dot a.dot
  run 0 explore --scenario policy-restarts --graph p.svg; check "an SVG" grep -q '<svg ' p.svg
fi
run 2 explore --scenario disk-small --graph big.dot; says "more than 2000 states"
run 1 explore --graph a.png; run 1 explore --graph-max 5
check "without dot: status 3" test "$(PATH=/nowhere "$CLUSRACE" explore --scenario policy-restarts --graph q.svg >/dev/null 2>&1; echo $?)" = 3

# ---- coverage
run 0 explore --scenario disk-small --coverage --depths; has "action (dead)"; has "  RM-TERM-04"; has "   54       1  #"
run 0 explore --scenario disk-small --coverage --json; has '"clauses_complete": true'
finish
