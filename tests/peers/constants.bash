# constants.bash - sourced: what a scenario says, for the statements beside this file. $clusrace is the
# command; a trace is left in the current folder.

# The constants of a scenario as NAME VALUE lines; the scenario is taken from a trace, which has all
# defaults written out.
constants() { # SCENARIO MUTANT-NUMBER ASSERTS (1: on, 0: off)
  "$clusrace" explore --scenario "$1" --mutant pending-no-worker --only RM-ONLINE-08 --trace s.trace >/dev/null || true
  local option budget
  echo "MUTANT $2"
  echo "ASSERTS $3"
  if grep -q '^  volume .* state offline' s.trace; then echo 'STARTS_OFFLINE true'; else echo 'STARTS_OFFLINE false'; fi
  for option in sync pending close-any open-fails app-write; do
    if grep -q "^  option $option\$" s.trace; then echo "$option true"; else echo "$option false"; fi
  done | tr 'a-z-' 'A-Z_' | sed 's/TRUE/true/; s/FALSE/false/'
  for budget in online offline terminate poll expire fault progress app; do
    sed -n "s/^  budget $budget \([0-9]*\)\$/$budget \1/p" s.trace
  done | tr a-z A-Z
}
