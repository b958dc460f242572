#!/usr/bin/env bash
# example.sh SOURCE PROGRAM - docs/explore-your-own-model.md against the example it is about: its pieces
# of code stand in the source, and the output that it shows is what PROGRAM prints.
set -euo pipefail
docs=$1/docs program=$2
fail() { printf 'explore_example: %s\n' "$*" >&2; exit 1; }

code=$(cat "$docs/examples/clerks.c")
block='' kind='' pieces=0 output=''
while IFS= read -r line || [ -n "$line" ]; do
  case $kind:$line in
    ':```'?*) kind=${line#'```'} block='' ;;
    ?*':```')
      if [ "$kind" = c ]; then
        [[ $code == *"$block"* ]] || fail "examples/clerks.c does not have this piece of the document:
$block"
        pieces=$((pieces + 1))
      elif [[ $block == '$ ./clerks'* ]]; then
        output=${block#*$'\n'}
      fi
      kind=''
      ;;
    ?*:*) block+=$line$'\n' ;;
  esac
done <"$docs/explore-your-own-model.md"

[ "$pieces" -ge 5 ] || fail "the document shows $pieces pieces of code; has its layout changed?"
[ -n "$output" ] || fail 'the document shows no output of "$ ./clerks"'
diff -u --label "the document" --label "the program" <(printf %s "$output") <("$program") ||
  fail "the document shows another output"
