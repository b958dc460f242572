# lib.sh - assertions for the end-to-end tests. CLUSRACE names the command under test.
#
#   run STATUS ARG...      runs the command, demands its exit status; output in $out, messages in $err
#   has TEXT, hasnt TEXT   the output holds (does not hold) the text
#   says TEXT              the messages are one line that holds the text
#   check NAME COMMAND...  any other command that must succeed
#   wine_folder            Wine keeps its state in the folder that all tests share, or in one of this test
set -u
work=$(mktemp -d)
# What runs under Wine may still write into its folder for a moment.
leave() { for _ in 1 2 3 4 5; do rm -rf "$work" 2>/dev/null && break || sleep 1; done; }
trap leave EXIT
cd "$work" || exit 1
passed=0 failed=0 out='' err='' last=''

good() { passed=$((passed + 1)); }
bad() {
  failed=$((failed + 1))
  printf 'FAILED: %s\n  after: clusrace %s\n  output: %s\n  messages: %s\n' "$1" "$last" \
    "$(head -c 1500 <<<"$out")" "$(head -c 600 <<<"$err")"
}
run() {
  local want=$1 status=0
  shift
  last=$*
  out=$("$CLUSRACE" "$@" 2>"$work/.err") || status=$?
  err=$(cat "$work/.err")
  if [ "$status" -eq "$want" ]; then good; else bad "exit status $status, not $want"; fi
}
has() { case $out in *"$1"*) good ;; *) bad "the output has no \"$1\"" ;; esac; }
hasnt() { case $out in *"$1"*) bad "the output has \"$1\"" ;; *) good ;; esac; }
says() {
  case $err in *"$1"*) good ;; *) bad "the messages have no \"$1\"" ;; esac
  if [ "$(wc -l <<<"$err")" -eq 1 ]; then good; else bad "more than one line of messages"; fi
}
check() {
  local name=$1
  shift
  if "$@"; then good; else last=$*; bad "$name"; fi
}
wine_folder() {
  export XDG_CACHE_HOME=${CLUSRACE_WINE:-$work/cache}
  [ -n "${CLUSRACE_WINE:-}" ] || trap end_wine EXIT
}
end_wine() { # nothing of it writes to the folder any more
  WINEPREFIX=$XDG_CACHE_HOME/clusrace/wine WINEDEBUG=-all wine wineboot -k >/dev/null 2>&1
  leave
}
finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
