#!/usr/bin/env bash
# example.sh SOURCE PROGRAM... - docs/explore-your-own-model.md against the examples it is about: its pieces of
# code stand in their sources, and the output that it shows of each PROGRAM is what that prints.
set -euo pipefail
docs=$1/docs
shift
fail() { printf 'explore_example: %s\n' "$*" >&2; exit 1; }

code=$(cat "$docs"/examples/*.c)
block='' kind='' pieces=0
declare -A output
while IFS= read -r line || [ -n "$line" ]; do
  case $kind:$line in
    ':```'?*) kind=${line#'```'} block='' ;;
    ?*':```')
      if [ "$kind" = c ]; then
        [[ $code == *"$block"* ]] || fail "no source in docs/examples has this piece of the document:
$block"
        pieces=$((pieces + 1))
      elif [[ $block == '$ ./'* ]]; then
        name=${block%%$'\n'*}
        output[${name#'$ ./'}]=${block#*$'\n'}
      fi
      kind=''
      ;;
    ?*:*) block+=$line$'\n' ;;
  esac
done <"$docs/explore-your-own-model.md"

[ "$pieces" -ge 9 ] || fail "the document shows $pieces pieces of code; has its layout changed?"
for program; do
  name=$(basename "$program")
  name=${name#example_}
  [ -n "${output[$name]:-}" ] || fail "the document shows no output of \"\$ ./$name\""
  diff -u --label "the document" --label "the program" <(printf %s "${output[$name]}") <("$program") ||
    fail "the document shows another output of $name"
done
