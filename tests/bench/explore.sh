#!/usr/bin/env bash
# explore.sh - the explorer beside Spin and Rumur on equal models, in one run: docs/benchmarks.md says
# what is measured and what the columns mean. Usage: explore.sh BIN [FLAG...]; BIN holds clusrace,
# bench_lifecycle, bench_measure, bench_limit. Exit status: 0 done; 1 counts differ, or a run failed; 2 bad
# usage; 3 something is missing.
set -euo pipefail
shopt -s inherit_errexit
usage() {
  cat <<'TEXT'
usage: ./dev bench explore [FLAG...]

  --quick         the smallest of the lifecycle models and disk-basic only
  --huge          a fourth lifecycle model as well: over 100 million states, clusrace only
  --runs N        median of so many runs (default 3); slow ones run less often
  --cap SECONDS   leave a run out that would take longer, judged by the model before (default 150)
  --json FILE     write all figures there as well
  --help          this text
TEXT
}
bad() { printf 'explore.sh: %s\n' "$*" >&2; exit 2; }
number() { case $2 in '' | *[!0-9]* | 0*) bad "$1 takes a positive number, not \"$2\"" ;; esac; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/lifecycle" && pwd)
bench=$(dirname "$here")
peers=$(dirname "$bench")/peers
[ -d "${1:-}" ] || bad "the first argument is the folder of the programs"
bin=$(realpath "$1")
shift
quick='' huge='' runs=3 cap=150 json=''
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=yes ;;
    --huge) huge=yes ;;
    --runs | --cap | --json)
      [ $# -gt 1 ] || bad "$1 takes a value"
      case $1 in
        --runs) number "$1" "$2" && runs=$2 ;;
        --cap) number "$1" "$2" && cap=$2 ;;
        *) json=$(realpath -m "$2"); : >"$json" || bad "$2 cannot be written" ;;
      esac
      shift
      ;;
    --help) usage; exit 0 ;;
    *) usage >&2; bad "there is no flag \"$1\"" ;;
  esac
  shift
done
for tool in spin rumur gcc awk; do
  command -v $tool >/dev/null || { echo "explore.sh: $tool is missing; install what ./packages lists" >&2; exit 3; }
done
# shellcheck source=lifecycle/peers.bash
. "$here/peers.bash"
# shellcheck source=../peers/constants.bash
. "$peers/constants.bash"
clusrace=$bin/clusrace
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
memory_kib=$((12 * 1024 * 1024)) # what each program may take
enough=12                         # seconds: no further run of the same thing after so many
failed=0
threads_cli=1 threads_model=1
if "$clusrace" explore --help | grep -q -e '--threads'; then threads_cli=2; fi
if "$bin/bench_lifecycle" --threads; then threads_model=2; fi
say() { printf '%s\n' "$*" >&2; }

# rows: model|tool|threads|states|transitions|seconds|runs|peak KiB|own bytes|note, one for each.
: >rows
# What a tool needed for a state of the model before: to know which runs would take too long.
declare -A pace=()

counts_clusrace() {
  awk -F': *' '/^  "states"/ { s = $2 } /^  "transitions"/ { t = $2 } /^  "memory_bytes"/ { m = $2 } /^  "stop"/ { c = $2 }
    END { print s + 0, t + 0, c ~ /complete/ ? 0 : 1, m + 0 }' "$1"
}
counts_model() { awk '{ print $1, $2, 0, $4 }' "$1"; }
counts_spin() {
  echo "$(spin_counts "$1") $(awk '/total actual memory usage/ { m += $1 } /total (non-)?shared memory usage/ { m += $1 } END { printf "%.0f", m * 1048576 }' "$1")"
}
counts_rumur() { echo "$(rumur_counts "$1") 0"; }

# row MODEL TOOL THREADS PARSER COMPARED COMMAND...: runs it, takes the median, and holds the counts
# against those of the model's first row. COMPARED: all, states, or none (a first row that sets them: set).
row() {
  local model=$1 tool=$2 threads=$3 parser=$4 compared=$5
  shift 5
  local key="$tool/$threads" estimate=0 status counts took=() spent=0 k seconds peak peak_most=0 median
  if [ -n "${pace[$key]:-}" ] && [ "$compared" != set ]; then
    estimate=$(awk -v p="${pace[$key]}" -v s="$want_states" 'BEGIN { printf "%.0f", p * s }')
  fi
  if [ "$estimate" -gt "$cap" ]; then
    printf '%s|%s|%s|||||||left out: about %s s\n' "$model" "$tool" "$threads" "$estimate" >>rows
    return
  fi
  say "   $model: $tool, $threads thread(s)"
  for ((k = 0; k < runs; k++)); do
    # Spin's parallel search maps as much as there is and touches what it needs.
    read -r seconds peak status < <(
      case $tool in *BFS_PAR*) ;; *) ulimit -v "$memory_kib" ;; esac
      "$bin/bench_measure" $((cap * 3)) run.out "$@"
    )
    if [ "$status" = 124 ]; then
      printf '%s|%s|%s|||||||ended after %s s\n' "$model" "$tool" "$threads" $((cap * 3)) >>rows
      return
    fi
    if [ "$status" != 0 ]; then
      tail -n 5 run.out >&2
      say "explore.sh: $tool on $model ended with status $status"
      printf '%s|%s|%s|||||||failed: status %s\n' "$model" "$tool" "$threads" "$status" >>rows
      failed=1
      return
    fi
    counts=$("counts_$parser" run.out)
    if ! check_counts "$model" "$tool" "$compared" "$counts"; then
      printf '%s|%s|%s|||||||%s\n' "$model" "$tool" "$threads" "$why" >>rows
      failed=1
      return
    fi
    took+=("$seconds")
    peak_most=$((peak > peak_most ? peak : peak_most))
    spent=$(awk -v a="$spent" -v b="$seconds" 'BEGIN { print a + b }')
    if awk -v s="$spent" -v e="$enough" 'BEGIN { exit !(s > e) }'; then k=$runs; fi
  done
  median=$(printf '%s\n' "${took[@]}" | sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }')
  local states transitions own
  read -r states transitions _ own <<<"$counts"
  pace[$key]=$(awk -v t="$median" -v s="$states" 'BEGIN { print t / s }')
  printf '%s|%s|%s|%s|%s|%s|%s|%s|%s|\n' "$model" "$tool" "$threads" "$states" "$transitions" "$median" "${#took[@]}" "$peak_most" "$own" >>rows
}

# Spin prints eight digits of a large number.
same_transitions() { # TOOL TRANSITIONS
  case $1 in
    Spin*) awk -v a="$2" -v b="$want_transitions" 'BEGIN { d = a - b; exit !(d * d <= (b >= 1e8 ? 10 * 10 : 0)) }' ;;
    *) [ "$2" = "$want_transitions" ] ;;
  esac
}

# Speeds over different work are no comparison: status 1, and $why, when there is a difference.
check_counts() { # MODEL TOOL COMPARED COUNTS
  local states transitions errors
  read -r states transitions errors _ <<<"$4"
  why=''
  if [ "$errors" = cut ]; then
    why='search cut at the greatest depth (-m)'
  elif [ "$errors" != 0 ] || [ "$states" = 0 ]; then
    why="not all walked (errors: $errors, states: $states)"
  else
    case $3 in
      set) want_states=$states want_transitions=$transitions ;;
      none) ;;
      *)
        if [ "$states" != "$want_states" ] || { [ "$3" = all ] && ! same_transitions "$2" "$transitions"; }; then
          why="counts differ: $states states, $transitions transitions"
        fi
        ;;
    esac
  fi
  [ -z "$why" ] || say "explore.sh: $2 on $1: $why; it is not compared"
  [ -z "$why" ]
}

# Spin and Rumur on all.pml and all.m, for a model of want_states states.
peer_rows() { # MODEL COMPARED RUMUR-FLAGS...
  local model=$1 compared=$2 slots=1 depth
  shift 2
  while [ $((1 << slots)) -lt "$want_states" ]; do slots=$((slots + 1)); done
  depth=$((want_states / 4 > 1000000 ? want_states / 4 : 1000000))
  make_spin all.pml pan
  make_spin all.pml pan_collapse -DCOLLAPSE
  # Breadth first Spin takes no hidden variables (clusdisk.pml).
  { echo '#define BREADTH_FIRST'; cat all.pml; } >breadth.pml
  make_spin breadth.pml pan_bfs -DBFS_PAR
  make_rumur all.m rumur_one --threads 1 "$@"
  make_rumur all.m rumur_two --threads 2 "$@"
  row "$model" 'Spin, depth first' 1 spin "$compared" ./pan -E -n -m$depth -w$slots
  row "$model" 'Spin, depth first, COLLAPSE' 1 spin "$compared" ./pan_collapse -E -n -m$depth -w$slots
  row "$model" 'Spin, BFS_PAR' 2 spin "$compared" ./pan_bfs -E -n -u2 -w$slots
  row "$model" Rumur 1 rumur "$compared" ./rumur_one
  row "$model" Rumur 2 rumur "$compared" ./rumur_two
}

lifecycle_rows() { # MODEL RESOURCES CHECKS RETRIES
  local model=$1
  shift
  row "$model" clusrace 1 model set "$bin/bench_lifecycle" "$@"
  [ "$threads_model" = 1 ] || row "$model" clusrace 2 model all "$bin/bench_lifecycle" "$@" 2
  [ "$model" != lifecycle-XL ] || return 0
  row "$model" 'clusrace, state by state' 1 model all "$bin/bench_lifecycle" "$@" 1 states
  [ "$threads_model" = 1 ] ||
    row "$model" 'clusrace, state by state' 2 model all "$bin/bench_lifecycle" "$@" 2 states
  lifecycle_pml "$@" >all.pml
  lifecycle_m "$@" >all.m
  peer_rows "$model" all
}

scenario_rows() { # SCENARIO STATED-BY-PEERS
  local name
  name=$(basename "$1" .scenario)
  local flags=(explore --scenario "$1" --json)
  row "$name" clusrace 1 clusrace set "$clusrace" "${flags[@]}" --unjudged --threads 1
  [ "$threads_cli" = 1 ] || row "$name" clusrace 2 clusrace all "$clusrace" "${flags[@]}" --unjudged --threads 2
  row "$name" 'clusrace, all clauses judged' 1 clusrace none "$clusrace" "${flags[@]}" --threads 1
  [ "$threads_cli" = 1 ] ||
    row "$name" 'clusrace, all clauses judged' 2 clusrace none "$clusrace" "${flags[@]}" --threads 2
  [ "$2" = yes ] || return 0
  constants "$1" 0 0 >constants.txt
  { sed 's/^/#define /' constants.txt; cat "$peers/clusdisk.pml"; } >all.pml
  {
    echo const
    sed 's/^\([A-Z_]*\) \(.*\)/  \1: \2;/' constants.txt
    echo '  TERM_LEAVES_UP: 1; REMOUNT_WINDOW: 2; ONLINE_REPORT_FIRST: 3; M_ONLINE_NOOP: 4; MON_LATE_POLL: 5;'
    cat "$peers/clusdisk.m"
  } >all.m
  peer_rows "$name" states --deadlock-detection off
}

load=$(cut -d' ' -f1 /proc/loadavg)
say "== the machine's limit"
"$bin/bench_limit" >limit
grep -q huge limit || say "   the kernel gave no huge pages"
say "== the models"
scenario_rows disk-basic yes
lifecycle_rows lifecycle-S 3 0 1
if [ -z "$quick" ]; then
  scenario_rows "$bench/disk-large.scenario" yes
  scenario_rows disk-admin no
  scenario_rows two-disks no
  lifecycle_rows lifecycle-M 3 1 2
  lifecycle_rows lifecycle-L 3 7 2
fi
[ -z "$huge" ] || lifecycle_rows lifecycle-XL 4 0 1

cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
mem=$(awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
printf '\nmachine: %s cores, %s, %s GiB; load at the start %s\n' "$(nproc)" "$cpu" "$mem" "$load"
awk '{ printf "limit: %s thread(s), pages of %s: %s million random cache lines/s\n", $1, $2, $3 }' limit
if command -v prom2lts-mc >/dev/null; then
  echo 'LTSmin is installed, but nothing states these models for it: left out'
else
  echo 'LTSmin is not installed: left out'
fi
[ "$threads_cli$threads_model" = 22 ] || echo 'this clusrace walks with one thread: no rows for two'
echo 'disk-admin and two-disks are stated by no peer'
echo
awk -F'|' '
  FNR == NR { split($0, f, " "); if (f[3] > limit[f[1]]) limit[f[1]] = f[3]; next }
  FNR == 1 { printf "%-13s %-28s %3s %10s %11s %8s %4s %8s %8s %8s %9s %8s\n", "model", "tool", "thr", "states",
             "transitions", "seconds", "runs", "M st/s", "peak B/s", "own B/s", "of clusr.", "of limit" }
  $4 == "" { printf "%-13s %-28s %3s %s\n", $1, $2, $3, $10; next }
  { rate = $4 / $6 / 1e6
    own = ($9 > 0) ? sprintf("%.1f", $9 / $4) : "-"
    if (!($1 in base)) base[$1] = rate
    printf "%-13s %-28s %3s %10s %11s %8.2f %4s %8.3f %8.1f %8s %9.3f %6.1f %%\n", $1, $2, $3, $4, $5, $6, $7, rate,
      $8 * 1024 / $4, own, rate / base[$1], 100 * $5 / $6 / 1e6 / limit[$3] }
' limit rows
printf '\ncost of a state of the lifecycle model, by size (clusrace):\n'
awk -F'|' '$1 ~ /^lifecycle/ && $2 == "clusrace" && $4 != "" {
  ns = $6 / $4 * 1e9
  if (!($3 in first)) first[$3] = ns
  printf "%-13s %3s thread(s) %11s states %8.1f ns/state %6.2f times the smallest\n", $1, $3, $4, ns, ns / first[$3] }' rows
if [ -n "$json" ]; then
  awk -F'|' -v cores="$(nproc)" -v cpu="$cpu" -v mem="$mem" '
    FNR == NR { split($0, f, " "); limits = limits (limits == "" ? "" : ",") sprintf("\n    {\"threads\": %s, \"pages\": \"%s\", \"million_lines_per_second\": %s}", f[1], f[2], f[3]); next }
    { rows = rows (rows == "" ? "" : ",") sprintf("\n    {\"model\": \"%s\", \"tool\": \"%s\", \"threads\": %s", $1, $2, $3)
      if ($4 == "") rows = rows sprintf(", \"note\": \"%s\"}", $10)
      else rows = rows sprintf(", \"states\": %s, \"transitions\": %s, \"seconds\": %s, \"runs\": %s, \"peak_bytes\": %.0f, \"own_bytes\": %s}", $4, $5, $6, $7, $8 * 1024, ($9 > 0) ? $9 : "null") }
    END { gsub(/["\\]/, "", cpu)
      printf "{\n  \"machine\": {\"cores\": %s, \"cpu\": \"%s\", \"gibibytes\": %s},\n  \"limit\": [%s\n  ],\n  \"rows\": [%s\n  ]\n}\n", cores, cpu, mem, limits, rows }
  ' limit rows >"$json"
fi
exit $failed
