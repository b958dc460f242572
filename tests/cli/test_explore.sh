#!/usr/bin/env bash
# What `clusrace explore` prints as JSON keeps to its schema, a violation without room for its trace is told,
# and values of its flags. Usage: test_explore.sh CLUSRACE SCHEMA_CHECK
CLUSRACE=$1 schema_check=$2
schema=$(cd "$(dirname "$0")/../../docs/schemas" && pwd)/explore-1.schema.json
. "$(dirname "$0")/lib.sh"

# ---- the schema
kept() { # STATUS ARG...
  run "$@" --json
  printf '%s\n' "$out" >result.json
  check "$last: JSON keeps to the schema" "$schema_check" "$schema" result.json
}
kept 0 explore --scenario disk-small --coverage; has '"untold": false'
kept 10 explore --scenario disk-small --mutant term-nojoin --keep-going
kept 11 explore --scenario live-small --mutant lock-for-ever
kept 20 explore --scenario disk-small --hash-compact 32
kept 20 explore --scenario disk-small --max-depth 9
kept 0 explore --scenario hunt-two --partial-order

# ---- blocks see a violation where the walk that tells its trace has no room
cat >services.scenario <<'SCENARIO'
clusrace-scenario 1
name services
about Three services: states that differ in few components.
resource serv0 type "Clusrace Service"
resource serv1 type "Clusrace Service"
resource serv2 type "Clusrace Service"
option pending
budget online 3
budget offline 1
budget terminate 1
budget poll forever
budget expire 0
budget fault 0
budget progress 0
budget app 0
SCENARIO
services=(explore --scenario services.scenario --mutant offline-never-reports --threads 1)
run 10 "${services[@]}" --blocks on --max-memory 16M; has "something is violated, but its trace did not fit"
hasnt "no proof"
kept 10 "${services[@]}" --blocks on --max-memory 16M; has '"untold": true'; has '"findings": []'
has '"stop": "max-memory"'
# what it advises
kept 10 "${services[@]}" --blocks=off --spill . --max-memory 16M; has '"untold": false'; spilled=$out
kept 10 "${services[@]}" --blocks on; has '"untold": false'
check "more memory and the disk give the same findings" \
  test "$(grep '"trace"' <<<"$out")" = "$(grep '"trace"' <<<"$spilled")"

# ---- values of flags
run 1 explore --max-memory 1k; has ''; check "the least is named" grep -q 'no number from 1000000 on' <<<"$err"
run 1 explore --threads 65; check "both ends are named" grep -q 'no number from 1 to 64' <<<"$err"
run 1 explore --list --json; check "--list is text" grep -q 'text only' <<<"$err"
run 1 explore --checkpoint walk --checkpoint-every soon; check "no duration" grep -q 'no duration' <<<"$err"
run 20 explore --scenario disk-admin --max-memory 1M --checkpoint walk --checkpoint-every 0s
run 0 explore --scenario disk-admin --resume walk; has "555,448 states"

finish
