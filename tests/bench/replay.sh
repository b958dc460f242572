#!/usr/bin/env bash
# Schedules per second of a real DLL, by what each of its threads is, in one run.
# Usage: replay.sh BIN DLLS [NATIVE_DLLS]
#   BIN   the folder with clusrace and clusrace-host.exe; NATIVE_DLLS: the .so files, if built
#
# Searches draw their schedules (--strategy random, one seed), so every row makes the same ones. A run
# of one schedule is subtracted, and with it the start of Wine and the host. Each figure is the
# median of three. "a second" is by the clock; "a CPU second" is by the processor time of the
# host, which other programs on the machine do not change (of Wine's server it holds nothing).
set -euo pipefail
bin=$1 dlls=$2 native=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

median() { sort -g | sed -n 2p; }

# taken COMMAND...: "wall cpu" in seconds.
taken() {
  { time "$@" >/dev/null 2>"$work/messages" || [ $? -eq 20 ]; } 2>"$work/time" ||
    { cat "$work/messages" >&2; exit 1; }
  awk '{ print $1, $2 + $3 }' "$work/time"
}

hunt() { # hunt DLL SCENARIO N FLAGS...
  local dll=$1 scenario=$2 n=$3
  shift 3
  taken "$bin/clusrace" hunt --dll "$dll" --scenario "$scenario" --strategy random --schedules "$n" \
    --out "$work/out" "$@"
}

# rates N TIMES-FILE START-WALL START-CPU: medians, "wall cpu".
rates() {
  local n=$1 file=$2
  for column in 1 2; do
    awk -v n="$n" -v c=$column -v s1="$3" -v s2="$4" \
      '{ t = $c - (c == 1 ? s1 : s2); printf "%.1f\n", n / (t > 0.001 ? t : 0.001) }' "$file" | median
  done | paste -sd ' '
}

row() { # row NAME WALL CPU BASE-WALL BASE-CPU
  awk -v name="$1" -v w="$2" -v c="$3" -v bw="$4" -v bc="$5" 'BEGIN {
    printf "  %-34s %12.*f %9.3f", name, w < 100 ? 1 : 0, w, w / bw
    if (c != "-") printf " %14.0f %9.3f", c, c / bc
    print "" }'
}

searched() { # searched NAME DLL SCENARIO N FLAGS...: leaves the rates in $wall and $cpu
  local name=$1 dll=$2 scenario=$3 n=$4 i start
  shift 4
  for i in 1 2 3; do hunt "$dll" "$scenario" 1 "$@"; done >"$work/start"
  for i in 1 2 3; do hunt "$dll" "$scenario" "$n" "$@"; done >"$work/whole"
  start="$(cut -d' ' -f1 "$work/start" | median) $(cut -d' ' -f2 "$work/start" | median)"
  # shellcheck disable=SC2086
  read -r wall cpu < <(rates "$((n - 1))" "$work/whole" $start)
  : "${base_wall:=$wall}" "${base_cpu:=$cpu}"
  row "$name" "$wall" "$cpu" "$base_wall" "$base_cpu"
}

one_process() { # as many as STARTS times: the host begins, follows one trace and ends
  local i
  for i in $(seq "$starts"); do
    WINEPREFIX="${XDG_CACHE_HOME:-$HOME/.cache}/clusrace/wine" WINEDEBUG=-all \
      wine "$bin/clusrace-host.exe" replay --dll "$1" --trace "$2" || [ $? -lt 20 ]
  done
}

table() { # table DLL SCENARIO GUIDE-SCENARIO
  local dll=$1 scenario=$2 guide=$work/$3.trace starts=3 i
  base_wall='' base_cpu=''
  [ -e "$guide" ] || "$bin/clusrace" explore --scenario "$3" --mutant term-nojoin --only RM-TERM-04 \
    --trace "$guide" >/dev/null 2>&1 || [ $? -eq 10 ]
  printf '%s, %s\n' "$dll" "$scenario"
  searched "a thread of the pool each" "$dlls/$dll.dll" "$scenario" 50000
  searched "a fibre each" "$dlls/$dll.dll" "$scenario" 100000 --fibres
  searched "a new thread each" "$dlls/$dll.dll" "$scenario" 1000 --fresh-threads
  for i in 1 2 3; do taken one_process "$dlls/$dll.dll" "$guide"; done >"$work/whole"
  read -r wall cpu < <(rates "$starts" "$work/whole" 0 0)
  row "a new process for each replay" "$wall" - "$base_wall" "$base_cpu"
  if [ -n "$native" ] && [ -e "$native/$dll.so" ] && [ -x "$bin/clusrace-native" ]; then
    searched "without Wine, a pooled thread each" "$native/$dll.so" "$scenario" 50000
  fi
}

printf '%-36s %12s %9s %14s %9s\n' 'schedules of' 'a second' 'ratio' 'a CPU second' 'ratio'
table plain_sync plain-life plain-life
table plain_worker plain-life plain-life
table clusdisk hunt-life disk-small
