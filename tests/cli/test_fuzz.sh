#!/usr/bin/env bash
# A host that does not come back: the run ends all the same, and says that it has seen nothing.
# Usage: test_fuzz.sh CLUSRACE FAKE_HOST DLL.so
CLUSRACE=$1 fake=$2
. "$(dirname "$0")/lib.sh"
cp "$3" silent.so # the fake host does what this name says: it never answers

# Silence is no sign that the DLL uses no volume, and no execution is claimed.
run 3 fuzz --dll silent.so --host "$fake" --time 1s; says "no schedule came to its end"
run 3 fuzz --dll silent.so --host "$fake" --scenario plain-life --time 1s --json; says "silent.so"
check "nothing on the output" test -z "$out"

# One that dies at once is told as such.
cp "$3" stillborn.so
run 3 fuzz --dll stillborn.so --host "$fake" --time 1s; says "does not speak"
finish
