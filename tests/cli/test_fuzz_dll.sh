#!/usr/bin/env bash
# A PE DLL under every engine by the same command: coverage and breadcrumbs come back through memory
# that is shared with the persistent host. Usage: test_fuzz_dll.sh CLUSRACE DLLS
CLUSRACE=$1 dlls=$2
. "$(dirname "$0")/lib.sh"
for name in random libfuzzer afl; do
  run 10 fuzz --dll "$dlls/race_online.dll" --engine "$name" --runs 600 --seed 1 --store pe.db
  has "scenario  hunt-life"; has "pe \"race_online.dll\""; has "engine    $name"
  has "violates RM-TERM-0"; hasnt " 0 of them novel"
done
run 0 corpus ls --store pe.db --findings; has "RM-TERM-04"
run 0 corpus stats --store pe.db; for name in random libfuzzer afl; do has "  $name"; done
run 0 corpus check --store pe.db; has "sound"
id=$("$CLUSRACE" corpus ls --store pe.db --clause RM-TERM-04 | sed -n 2p | cut -d' ' -f1)
"$CLUSRACE" corpus show "$id" --store pe.db >found.trace
run 10 replay found.trace --dll "$dlls/race_online.dll"; has "violates RM-TERM-04"
# One without a volume, and one that is in order: nothing is made up.
run 20 fuzz --dll "$dlls/plain_sync.dll" --engine afl --runs 300; has "scenario  plain-life"
run 20 fuzz --dll "$dlls/clusdisk.dll" --engine libfuzzer --runs 300; has "scenario  hunt-life"
finish
