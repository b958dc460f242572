#!/usr/bin/env bash
# dev.sh SOURCE - the ./dev script with packages missing and with wrong words; nothing is installed
# or built, because the programs it would call are replaced by recorders.
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'dev_script: %s\n' "$*" >&2; cat "$work/out" "$work/err" >&2; exit 1; }

# A copy of the parts that ./dev needs, in a folder with a space in its name.
tree="$work/a tree"
mkdir -p "$tree" "$work/bin" "$work/real"
cp "$source/dev" "$source/packages" "$source/CMakePresets.json" "$tree"
for folder in model corpus fuzz replay reports cli tests docs; do mkdir "$tree/$folder"; done

# recorder NAME: a program that writes its name and arguments down, then does what follows.
recorder() {
  { printf '#!/bin/sh\nprintf "%%s\\n" "%s $*" >>"%s/calls"\n' "$1" "$work"; cat; } >"$work/bin/$1"
  chmod +x "$work/bin/$1"
}
recorder dpkg-query <<<'test -e "'"$work"'/installed" || { echo "cmake installed"; exit 1; }
shift 3; for p in "$@"; do echo "$p installed"; done'
recorder apt-get <<<'case "$*" in *install*) test ! -e "'"$work"'/broken" || { echo "E: no such package"; exit 100; }
touch "'"$work"'/installed" ;; esac'
recorder sudo <<<'exec "$@"'
recorder id <<<'cat "'"$work"'/uid"'
recorder cmake <<<'test ! -e "'"$work"'/interrupt" || kill -INT 0
echo "cmake is asked"; exit 1'
recorder xargs <<<'exit 0'

# Only these programs exist: without a recorder for sudo there is no sudo.
for name in bash sh env cat printf mkdir rm cp cmp mv touch tail head readlink dirname find sort grep setsid; do
  ln -s "$(command -v "$name")" "$work/real/$name"
done
# dev STATUS ARGUMENTS...: runs from another folder, in a process group of its own as on a terminal;
# the exit status must be this one.
dev() {
  local want=$1 got=0
  shift
  : >"$work/calls"
  (cd / && PATH="$work/bin:$work/real" CI='' setsid -w "$tree/dev" "$@") >"$work/out" 2>"$work/err" || got=$?
  [ "$got" -eq "$want" ] || fail "\"dev $*\" ended with $got, not $want"
}
says() { grep -qF -- "$1" "$work/out" "$work/err" || fail "nothing says \"$1\""; }
called() { grep -qE -- "$1" "$work/calls" || fail "no call of \"$1\": $(cat "$work/calls")"; }
not_called() { ! grep -qE -- "$1" "$work/calls" || fail "a call of \"$1\": $(cat "$work/calls")"; }

# Words.
dev 0 help; says "usage: ./dev VERB"
dev 1 frobnicate; says 'there is no verb "frobnicate"'; not_called apt-get
dev 1 test --sometimes; says 'not "--sometimes"'; not_called apt-get

# Neither root nor sudo: says what is missing, and changes nothing.
echo 1000 >"$work/uid"
mv "$work/bin/sudo" "$work/sudo.aside"
dev 3 fmt; says "neither root nor sudo"; says "clang-format"; not_called apt-get
mv "$work/sudo.aside" "$work/bin/sudo"

# A mirror that refuses: the reason is shown.
echo 0 >"$work/uid"
touch "$work/broken"
dev 3 fmt; says "E: no such package"; says "build/log/packages.log"
rm "$work/broken"

# Root: only what is missing and only what the verb needs; once installed, never again.
dev 0 fmt; called '^apt-get .*update'; called '^apt-get .*install .*clang-format'; not_called 'sudo|install .*afl'
dev 0 fmt; not_called apt-get
rm "$work/installed"

# With sudo: cmake is there already, the rest of the group is installed through it.
echo 1000 >"$work/uid"
dev 1 build; called '^sudo .*apt-get .*install .*ninja-build'; not_called '^apt-get .*install .* cmake( |$)'

# A failing phase is named, its log shown.
says "cmake is asked"; says "build mingw failed"; says "build/log/build-mingw.log"

# Ctrl-C ends it at once, and says so to the user rather than to the log.
touch "$work/interrupt"
dev 130 build; says "dev: interrupted"; not_called '^cmake --build'

# Every package has its reason.
while read -r name _; do
  case $name in '' | '#'*) continue ;; esac
  name=${name%%=*} # what follows is the command for which it is there
  awk -F'|' -v name="$name" '{n = split($2, words, /[ ,]+/); for (i = 1; i <= n; i++) if (words[i] == name) found = 1}
    END {exit !found}' "$source/docs/dependencies.md" || fail "docs/dependencies.md gives no reason for $name"
done <"$source/packages"
