#!/usr/bin/env bash
# build.sh under the environment that OSS-Fuzz documents, without containers; then every target on its
# seeds. The programs stay in WORK for the tests behind this one. Usage: test_oss_fuzz.sh SOURCE WORK
source=$1 place=$2
CLUSRACE=:
. "$(dirname "$0")/../cli/lib.sh"
targets="trace scenario properties frames store resutil control"
canaries="canary_crash canary_hang canary_leak canary_memory canary_violation canary_dll canary_clause"
plain="-O1 -fno-omit-frame-pointer -gline-tables-only"
address="-fsanitize=address -fsanitize-address-use-after-scope"

# build ENGINE CC CXX LIB CFLAGS TARGETS: with nothing in the environment but what is documented.
build() {
  local at=$place/$1
  mkdir -p "$at/src" "$at/work" "$at/out"
  ln -sfn "$source" "$at/src/clusrace"
  env -i PATH="$PATH" HOME="$work" AFL_QUIET=1 SRC="$at/src" WORK="$at/work" OUT="$at/out" FUZZING_ENGINE="$1" CC="$2" CXX="$3" \
    LIB_FUZZING_ENGINE="$4" CFLAGS="$5" CXXFLAGS="$5" SANITIZER=address ARCHITECTURE=x86_64 FUZZING_LANGUAGE=c \
    CLUSRACE_TARGETS="$6" bash "$at/src/clusrace/.clusterfuzzlite/build.sh" >"$at/log" 2>&1
}
built() { build "$@" || { tail -n 20 "$place/$1/log"; return 1; }; }

check "build.sh with libFuzzer" built libfuzzer clang clang++ -fsanitize=fuzzer \
  "$plain $address -fsanitize=undefined -fno-sanitize-recover=all -fsanitize=fuzzer-no-link" "$targets $canaries"
driver=$(find /usr/lib/afl /usr/local/lib/afl -name libAFLDriver.a 2>/dev/null | head -n 1)
check "build.sh with AFL++" built afl afl-clang-fast afl-clang-fast++ "$driver" "$plain" \
  "frames control canary_crash canary_hang"

# No sanitizer is of our own making, and each program has what is expected beside it.
sanitizes() { grep -n 'fsanitize' "$source/fuzz/oss-fuzz/build.sh" "$source/.clusterfuzzlite/build.sh" "$source/fuzz/targets/CMakeLists.txt"; }
check "no sanitizer is added" test -z "$(sanitizes)"
out=$place/libfuzzer/out
for target in $targets; do
  check "$target is a program" test -x "$out/$target"
  check "$target has seeds" test -s "$out/${target}_seed_corpus.zip"
  check "$target has words" grep -q '="\|^"' "$out/$target.dict"
  check "$target has options" grep -q '^\[libfuzzer\]' "$out/$target.options"
  check "$target needs no library of its own" bash -c "! ldd '$out/$target' | grep -Ev 'linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\\+\\+)\\.so'"
done

# Each target begins with its seeds, sees coverage, and finds nothing in a few hundred executions.
run_briefly() {
  "$source/fuzz/fleet/targets.sh" --programs "$out" --corpus "$work/corpus" --found "$work/found" --seed 1 --runs "$2" "$1" >"$work/brief" 2>&1
  [ $? -eq 20 ] && grep -q 'nothing found' "$work/brief" || { cat "$work/brief"; return 1; }
  grep -q 'Loaded [1-9][0-9]* modules' "$work/found/$1.log" && grep -q 'INITED cov: [1-9]' "$work/found/$1.log" &&
    ! grep -q 'no interesting inputs' "$work/found/$1.log"
}
for target in trace scenario properties frames resutil control; do check "$target runs" run_briefly "$target" 800; done
check "store runs" run_briefly store 60
"$source/fuzz/fleet/targets.sh" --programs "$place/nowhere" >/dev/null 2>"$work/said"
check "a missing folder is said" test $? -eq 3
finish
