#!/usr/bin/env bash
# new-findings.sh - which findings of a store are not in another one.
set -euo pipefail
if [ $# -lt 1 ] || [ "$1" = --help ]; then
  cat <<'TEXT'
usage: new-findings.sh STORE [KNOWN ...]

Prints each finding of the database STORE that none of the KNOWN databases has: scenario, subject,
verdict and clause, which are what tells one bug from another. A KNOWN that does not exist knows
nothing. CLUSRACE names the command (default: clusrace).

Exit status: 0 none is new, 10 some are, 1 wrong usage, else the command's own.
TEXT
  [ $# -ge 1 ] && exit 0
  exit 1
fi
clusrace=${CLUSRACE:-clusrace}

# findings STORE: one line each, sorted.
findings() {
  local json
  json=$("$clusrace" corpus ls --findings --json --store "$1") || return
  awk -F'"' '
    $2 == "clause" { clause = $4 }
    $2 == "scenario" { scenario = $4 }
    $2 == "subject" { subject = $4 }
    $2 == "verdict" { verdict = $4 }
    /^ *}/ { print scenario ", " subject ": " verdict " " clause }' <<<"$json" | LC_ALL=C sort -u
}

seen=$(findings "$1")
shift
known=''
for store in "$@"; do
  [ ! -e "$store" ] || known+=$(findings "$store")$'\n'
done
new=$(LC_ALL=C comm -23 <(printf '%s\n' "$seen") <(LC_ALL=C sort -u <<<"$known"))
[ -n "$new" ] || exit 0
printf '%s\n' "$new"
exit 10
