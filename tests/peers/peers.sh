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

# Each peer's program is made once for a scenario. What differs between its runs stands in the text as two
# numbers that are nowhere else, and is a variable in the program, set from the environment.
mutant_mark=90001 asserts_mark=90002
cat >chosen.h <<'TEXT'
extern char *getenv(const char *);
extern long atol(const char *);
static long chosen_mutant, chosen_asserts;
__attribute__((constructor)) static void choose(void) {
  chosen_mutant = atol(getenv("MUTANT"));
  chosen_asserts = atol(getenv("ASSERTS"));
}
TEXT
chosen() { # FILE BEFORE BEHIND REST: puts the variables in place of BEFORE, the number and BEHIND
  local mark
  for mark in "$mutant_mark chosen_mutant" "$asserts_mark chosen_asserts"; do
    grep -q "$2${mark% *}$3" "$1" || { echo "peers.sh: ${mark% *} is not in the generated $1" >&2; return 1; }
    sed -i "s/$2${mark% *}$3/${mark#* }$4/g" "$1"
  done
}

spin_make() { # CONSTANTS-FILE
  { sed 's/^/#define /' "$1"; cat "$here/clusdisk.pml"; } >all.pml
  # -o2: what is only ever written is still a part of the state
  spin -a -o2 all.pml >/dev/null
  chosen pan.m '\b' '\b' ''
  gcc -O1 -w -include chosen.h -DSAFETY -DNOREDUCE -DNOFAIR -o pan pan.c
}
spin_run() { # MUTANT-NUMBER ASSERTS: prints states and errors
  MUTANT=$1 ASSERTS=$2 ./pan -E -m1000000 >pan.out 2>&1
  echo "$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' pan.out) $(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.out)"
}

rumur_make() { # CONSTANTS-FILE
  {
    echo const
    sed 's/^\([A-Z_]*\) \(.*\)/  \1: \2;/' "$1"
    echo '  TERM_LEAVES_UP: 1; REMOUNT_WINDOW: 2; ONLINE_REPORT_FIRST: 3; M_ONLINE_NOOP: 4; MON_LATE_POLL: 5;'
    cat "$here/clusdisk.m"
  } >all.m
  rumur --deadlock-detection off --counterexample-trace off --output all.c all.m
  chosen all.c 'VALUE_C(' ') ==' ' =='
  gcc -std=c11 -O1 -w -include chosen.h -mcx16 -o all all.c -lpthread -latomic
}
rumur_run() { # MUTANT-NUMBER ASSERTS
  MUTANT=$1 ASSERTS=$2 ./all >all.out 2>&1 || true
  local errors=1
  if grep -q 'No error found' all.out; then errors=0; fi
  echo "$(sed -n 's/^[^0-9]*\([0-9]*\) states, .* rules fired.*/\1/p' all.out) $errors"
}

states_of() { sed -n 's/^  "states": \([0-9]*\),\?$/\1/p'; }
differ=0
printf '%-18s %-20s %10s %10s %10s  %s\n' scenario subject clusrace spin rumur verdict
for scenario in $scenarios; do
  constants "$scenario" $mutant_mark $asserts_mark >constants.txt
  spin_make constants.txt
  rumur_make constants.txt
  for i in "${!mutants[@]}"; do
    subject=${mutants[$i]} clause=${clauses[$i]} flags=()
    [ "$i" -eq 0 ] || flags=(--mutant "$subject")
    ours=$("$clusrace" explore --scenario "$scenario" "${flags[@]}" --unjudged --json | states_of)
    read -r spin_states _ <<<"$(spin_run "$i" 0)"
    read -r rumur_states _ <<<"$(rumur_run "$i" 0)"
    # The verdict: a violation of the clause that the assertion stands for, or none.
    read -r _ spin_errors <<<"$(spin_run "$i" 1)"
    read -r _ rumur_errors <<<"$(rumur_run "$i" 1)"
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
