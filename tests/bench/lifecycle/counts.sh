#!/usr/bin/env bash
# counts.sh - the lifecycle model in C, Promela and Murphi: equal numbers of states and of rules fired,
# and those that are pinned here; no condition is broken in any. Usage: counts.sh BENCH_LIFECYCLE
set -euo pipefail
walk=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
for tool in spin rumur gcc; do
  command -v $tool >/dev/null || { echo "counts.sh: $tool is missing; install it with ./packages" >&2; exit 3; }
done
# shellcheck source=peers.bash
. "$here/peers.bash"
peer_flags=(-O1) # little to walk, much to compile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
differ=0
while read -r resources checks retries states transitions; do
  size=("$resources" "$checks" "$retries")
  "$walk" "${size[@]}" >walk.out
  read -r our_states our_transitions _ <walk.out
  lifecycle_pml "${size[@]}" >all.pml
  lifecycle_m "${size[@]}" >all.m
  make_spin all.pml pan
  make_rumur all.m rum
  ./pan -E -m1000000 >pan.out 2>&1
  ./rum >rum.out 2>&1 || true
  ours="$our_states $our_transitions 0" spin=$(spin_counts pan.out) rumur=$(rumur_counts rum.out)
  verdict=equal
  if [ "$ours" != "$states $transitions 0" ] || [ "$spin" != "$ours" ] || [ "$rumur" != "$ours" ]; then
    verdict=DIFFERS differ=1
  fi
  printf '%s: pinned %s %s 0; clusrace %s; spin %s; rumur %s: %s\n' "${size[*]}" "$states" "$transitions" \
    "$ours" "$spin" "$rumur" "$verdict"
done <<'SIZES'
1 0 0 110 277
1 2 1 274 709
1 7 3 826 2197
2 0 0 2610 11192
2 2 1 30058 145968
3 0 0 115800 739808
3 2 0 174784 1135872
SIZES
[ "$differ" -eq 0 ]
