#!/usr/bin/env bash
# peers.sh - compares clusrace with two statements of the same model that were written by hand, one for
# Spin (clusdisk.pml) and one for Rumur (clusdisk.m): equal numbers of states and equal verdicts, on the
# reference and on five mutants, in three scenarios. The states compared are those of the actors, without
# clusrace's observer (explore --unjudged); what the clauses say of the mutants stands as assertions in
# the peers' text. Usage: peers.sh CLUSRACE [SCENARIO...]
set -euo pipefail
clusrace=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
scenarios=${*:-disk-small disk-found-online disk-basic}
mutants=(reference term-leaves-up remount-window online-report-first m-online-noop mon-late-poll)
clauses=(- RM-TERM-03 VOL-OFFLINE-03 RM-ONLINE-16 VOL-ONLINE-01 RM-POLL-01)
for tool in spin rumur gcc; do
  command -v $tool >/dev/null || { echo "peers.sh: $tool is missing; install it with ./packages" >&2; exit 3; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# shellcheck source=constants.bash
. "$here/constants.bash"

spin_run() { # CONSTANTS-FILE: prints states and errors
  { sed 's/^/#define /' "$1"; cat "$here/clusdisk.pml"; } >all.pml
  # -o2: what is only ever written is still a part of the state
  spin -a -o2 all.pml >/dev/null
  gcc -O1 -w -DSAFETY -DNOREDUCE -DNOFAIR -o pan pan.c
  ./pan -E -m1000000 >pan.out 2>&1
  echo "$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' pan.out) $(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.out)"
}

rumur_run() { # CONSTANTS-FILE
  {
    echo const
    sed 's/^\([A-Z_]*\) \(.*\)/  \1: \2;/' "$1"
    echo '  TERM_LEAVES_UP: 1; REMOUNT_WINDOW: 2; ONLINE_REPORT_FIRST: 3; M_ONLINE_NOOP: 4; MON_LATE_POLL: 5;'
    cat "$here/clusdisk.m"
  } >all.m
  rumur --deadlock-detection off --counterexample-trace off --output all.c all.m
  gcc -std=c11 -O1 -w -mcx16 -o all all.c -lpthread -latomic
  ./all >all.out 2>&1 || true
  local errors=1
  if grep -q 'No error found' all.out; then errors=0; fi
  echo "$(sed -n 's/^[^0-9]*\([0-9]*\) states, .* rules fired.*/\1/p' all.out) $errors"
}

states_of() { sed -n 's/^  "states": \([0-9]*\),\?$/\1/p'; }
differ=0
printf '%-18s %-20s %10s %10s %10s  %s\n' scenario subject clusrace spin rumur verdict
for scenario in $scenarios; do
  for i in "${!mutants[@]}"; do
    subject=${mutants[$i]} clause=${clauses[$i]} flags=()
    [ "$i" -eq 0 ] || flags=(--mutant "$subject")
    ours=$("$clusrace" explore --scenario "$scenario" "${flags[@]}" --unjudged --json | states_of)
    constants "$scenario" "$i" false >count.txt
    read -r spin_states _ <<<"$(spin_run count.txt)"
    read -r rumur_states _ <<<"$(rumur_run count.txt)"
    # The verdict: a violation of the clause that the assertion stands for, or none.
    constants "$scenario" "$i" true >judge.txt
    read -r _ spin_errors <<<"$(spin_run judge.txt)"
    read -r _ rumur_errors <<<"$(rumur_run judge.txt)"
    status=0
    [ "$i" -eq 0 ] || flags+=(--only "$clause")
    "$clusrace" explore --scenario "$scenario" "${flags[@]}" >/dev/null || status=$?
    verdict="holds, all three"
    [ "$status" -eq 0 ] || verdict="violates $clause, all three"
    want=0
    [ "$status" -eq 0 ] || want=1
    if [ "$want" != "$((spin_errors > 0))" ] || [ "$want" != "$rumur_errors" ]; then
      verdict="DIFFERS: clusrace $want, spin $spin_errors, rumur $rumur_errors"
      differ=1
    fi
    [ "$ours" = "$spin_states" ] && [ "$ours" = "$rumur_states" ] || { verdict="$verdict; STATES DIFFER"; differ=1; }
    printf '%-18s %-20s %10s %10s %10s  %s\n' "$scenario" "$subject" "$ours" "$spin_states" "$rumur_states" "$verdict"
  done
done
[ "$differ" -eq 0 ]
