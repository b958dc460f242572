#!/usr/bin/env bash
# conform on every sample DLL that is built for this machine: the table of its verdicts, line by line, is that
# of samples.expected, and agrees with what samples.list says is wrong with it.
# Usage: test_samples.sh CLUSRACE SAMPLES_LIST NATIVE_DLLS
CLUSRACE=$1 list=$2 native=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# How far the hunt has to go, and where the fault of a sample shows; those that need two resources, a failure or a control code say so.
schedules_of() { case $1 in disk_gone@*) echo 3000 ;; plain_lock_kept@*) echo 5000 ;; *) echo 300 ;; esac; }
scenario_of() {
  case $1 in
    *@*) echo "${1#*@}" ;;
    plain_other_handle | plain_open_guard) echo plain-two ;;
    control_*) echo plain-codes,plain-control ;;
    clusdisk* | race_* | close_* | bad_* | crash_* | hang_* | disk_* | properties) echo hunt-life ;;
    *) echo plain-life ;;
  esac
}
ids() { # ids VERDICT FILE: the clauses of that verdict
  sed -n 's/.*"event":"clause".*"id":"\([^"]*\)".*"verdict":"'"$1"'".*/\1/p' "$2" | paste -sd ' '
}
one() { # one NAME: its line
  local name=$1 dll=${1%@*} status=0
  "$CLUSRACE" conform --dll "$native/$dll.so" --scenario "$(scenario_of "$name")" --schedules "$(schedules_of "$name")" \
    --out "out-$name" --ndjson "$name.ndjson" >"$name.txt" 2>"$name.err" || status=$?
  [ ! -s "$name.err" ] || sed "s/^/$name: /" "$name.err"
  if [ "$status" -eq 13 ]; then echo "$name 13 cannot be judged" && return; fi
  printf '%s %s violated: %s; inconclusive: %s\n' "$name" "$status" "$(ids violated "$name.ndjson")" \
    "$(ids inconclusive "$name.ndjson")" | sed -e 's/: ;/: -;/' -e 's/: $/: -/'
}
# What samples.list allows: nothing for a sound one, else one of its outcomes.
agrees() { # agrees NAME EXPECTED
  local violated
  case $2 in
    conforms) grep -qE "^$1 (0|20) " all.txt ;;
    *refused*) grep -qE "^$1 (13|1[0-4]) " all.txt ;;
    *)
      violated=" $(ids violated "$1.ndjson") "
      for id in ${2//|/ }; do case $violated in *" $id "*) return 0 ;; esac; done
      return 1
      ;;
  esac
}

grep -vE '^(#|$)' "$list" | while read -r name expected rest; do
  [ ! -e "$native/${name%@*}.so" ] || echo "$name $expected"
done >samples.txt
while read -r name expected; do one "$name"; done <samples.txt >all.txt
if [ -n "${CLUSRACE_GOLDEN:-}" ]; then cp all.txt "$here/samples.expected"; fi
last="conform of every sample"
check "the verdicts are those of samples.expected" diff "$here/samples.expected" all.txt
while read -r name expected; do check "$name: $expected" agrees "$name" "$expected"; done <samples.txt
check "most samples were there" test "$(wc -l <samples.txt)" -ge 80
finish
