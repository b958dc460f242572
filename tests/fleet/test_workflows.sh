#!/usr/bin/env bash
# The workflows and the files for OSS-Fuzz are sound, and what they call is there.
# Usage: test_workflows.sh SOURCE CLUSRACE
source=$1 CLUSRACE=$2
. "$(dirname "$0")/../cli/lib.sh"
files=("$source"/.github/workflows/*.yml "$source/fuzz/oss-fuzz/project.yaml" "$source/.clusterfuzzlite/project.yaml")

check "yamllint" yamllint -d '{extends: default, rules: {line-length: disable, document-start: disable, truthy: disable, comments: disable}}' "${files[@]}"

# calls: each call of the command, of ./dev and of a script in the workflows, one a line.
calls() { grep -hoE '(build/bin/clusrace|\./dev|fuzz/fleet/[a-z-]+\.sh)( .*)?$' "$source"/.github/workflows/*.yml | sed 's/ |[|] .*//; s/||.*//' | sort -u; }

# takes HELP CALL...: has the help each of the flags?
takes() {
  local help=$1 word
  shift
  for word; do
    case $word in
      --*) [[ $help == *"$word"* ]] || { echo "there is no $word"; return 1; } ;;
    esac
  done
}
count=0
while read -r program rest; do
  read -ra words <<<"$rest"
  case $program in
    build/bin/clusrace)
      help=$("$CLUSRACE" "${words[0]}" --help) || help=
      check "clusrace ${words[0]} is a command" test -n "$help"
      [ "${words[0]}" != corpus ] || check "clusrace corpus ${words[1]}" grep -qw -- "${words[1]}" <<<"$help"
      ;;
    ./dev)
      help=$("$source/dev" help)
      check "./dev ${words[0]} is a verb" grep -q "^  ${words[0]} " <<<"$help"
      [ "${words[0]}" != fuzz ] || help=$("$source/fuzz/fleet/targets.sh" --help)
      ;;
    *)
      check "$program is a script" test -x "$source/$program"
      help=$("$source/$program" --help)
      ;;
  esac
  check "$program $rest" takes "$help" "${words[@]}"
  count=$((count + 1))
done < <(calls)
check "all calls were looked at" test "$count" -ge 10

# Scenarios and engines that are named are there.
scenarios=$(sed -n 's/.*scenario: \[\(.*\)\]/\1/p; s/.*for scenario in \(.*\); do/\1/p' "$source"/.github/workflows/*.yml | tr ',' ' ')
for scenario in $scenarios; do check "scenario $scenario" test -e "$source/model/scenarios/$scenario.scenario"; done
for file in "$source/fuzz/oss-fuzz/build.sh" "$source/.clusterfuzzlite/build.sh" "$source"/fuzz/fleet/*.sh; do
  check "${file##*/} can be read by a shell" bash -n "$file"
  check "${file##*/} can be run" test -x "$file"
done
finish
