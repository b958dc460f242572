#!/usr/bin/env bash
# Puts what runs on Windows by itself into a zip: the host, the scenarios and suites that it plays, the
# scripts. Usage: package.sh CLUSRACE CLUSRACE-HOST.EXE NAME FOLDER; writes FOLDER/NAME.zip
set -euo pipefail
clusrace=$(readlink -f "$1") host=$(readlink -f "$2") name=$3
mkdir -p "$4"
folder=$(readlink -f "$4")
own=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/scenarios" "$work/$name/suites"
cp "$host" "$work/$name/clusrace-host.exe"
for file in README.txt replay-here.cmd conform-here.cmd; do # a Windows editor wants its line ends
  sed 's/$/\r/' "$own/$file" >"$work/$name/$file"
done
for scenario in "$own"/../../../model/scenarios/*.scenario; do
  grep -q '^part' "$scenario" || cp "$scenario" "$work/$name/scenarios"
done
for scenario in $(sed -n 's/^for %%S in (\(.*\)) do .*/\1/p' "$own/conform-here.cmd"); do
  "$clusrace" suite --scenario "$scenario" --pairs --out "$work/$name/suites/$scenario.suite" >/dev/null
done
find "$work/$name" -exec touch -d '2000-01-01 00:00:00 UTC' {} + # the same bytes every time
(cd "$work" && find "$name" -type f | LC_ALL=C sort | TZ=UTC zip -q -X -@ "$name.zip")
mv "$work/$name.zip" "$folder/$name.zip"
