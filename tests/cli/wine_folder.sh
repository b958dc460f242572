#!/usr/bin/env bash
# Wine's folder for the tests that only use one (CLUSRACE_WINE): set up once, as by a user's first hunt.
# test_hunt.sh begins without. Usage: wine_folder.sh make FOLDER CLUSRACE HOST DLL | end FOLDER
set -eu
export XDG_CACHE_HOME=$2 WINEPREFIX=$2/clusrace/wine WINEDEBUG=-all DISPLAY=
end() {
  [ ! -e "$WINEPREFIX/clusrace.ready" ] || wine wineboot -k >/dev/null 2>&1 || true
  # what ends may still write into it for a moment
  for _ in 1 2 3 4 5; do rm -rf "$XDG_CACHE_HOME" 2>/dev/null && return || sleep 1; done
}
end
[ "$1" = make ] || exit 0
mkdir -p "$2"
status=0
"$3" hunt --dll "$5" --host "$4" --scenario plain-life --schedules 1 --out "$2/hunt" || status=$?
[ "$status" -eq 20 ] && [ -e "$WINEPREFIX/clusrace.ready" ]
