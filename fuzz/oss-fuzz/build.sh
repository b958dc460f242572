#!/bin/bash -eu
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite ask for it: compilers, flags and engine come
# out of the environment ($CC $CXX $CFLAGS $CXXFLAGS $LIB_FUZZING_ENGINE, $FUZZING_ENGINE), $WORK is
# for what lies between, and each target X goes to $OUT as X, X_seed_corpus.zip, X.dict, X.options.
# No sanitizer is added here. CLUSRACE_TARGETS names the targets (default: all but the canaries).
source=${CLUSRACE_SOURCE:-$SRC/clusrace}
here=$source/fuzz/targets
build=$WORK/clusrace
targets=${CLUSRACE_TARGETS:-trace scenario properties frames store resutil control}

# The runner has neither library: into the program, with what the archives need behind them.
static=()
for library in SQLITE_sqlite3 ZSTD_zstd; do
  archive=$(find /usr/lib -name "lib${library#*_}.a" 2>/dev/null | head -n 1)
  [ -z "$archive" ] || static+=("-Dpkgcfg_lib_$library=$archive")
done
behind="-lm -ldl -lpthread"
static+=(-DCMAKE_C_STANDARD_LIBRARIES="$behind" -DCMAKE_CXX_STANDARD_LIBRARIES="$behind")
names=()
for target in $targets; do names+=("target-$target"); done

generator=()
command -v ninja >/dev/null && generator=(-G Ninja)
cmake -S "$source" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=None -DCLUSRACE_WERROR=OFF \
  -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_ASM_COMPILER="$CC" \
  -DCMAKE_C_FLAGS="$CFLAGS" -DCMAKE_CXX_FLAGS="$CXXFLAGS" \
  -DCLUSRACE_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" "${static[@]}" >"$WORK/configure.log"
cmake --build "$build" --target "${names[@]}" -- -j"${CLUSRACE_JOBS:-$(nproc)}"

# seeds TARGET: the folders and files that it begins with.
seeds() {
  case $1 in
    trace) find "$source/corpus/seeds" -name '*.trace' ;;
    scenario) find "$source/model/scenarios" -name '*.scenario' ;;
    canary_dll | canary_clause) find "$here/seeds/control" -type f ;;
  esac
  [ ! -d "$here/seeds/$1" ] || find "$here/seeds/$1" -type f
}

pack() { # its seeds, in one archive without folders
  rm -rf "$WORK/seeds" "$OUT/${1}_seed_corpus.zip"
  mkdir "$WORK/seeds"
  seeds "$1" | xargs -r cp -t "$WORK/seeds"
  [ -z "$(ls "$WORK/seeds")" ] ||
    (cd "$WORK/seeds" && cmake -E tar cf "$OUT/${1}_seed_corpus.zip" --format=zip -- *)
}

# words FILE...: a dictionary of the quoted words in the sources, so that it cannot grow old.
words() {
  grep -oh '"[A-Za-z][A-Za-z0-9-]*"' "$@" | LC_ALL=C sort -u
}
model=$source/model/include/clusrace
words "$model"/*.def "$model"/parts/*/*.def "$model"/scenario.h "$source"/model/scenario.c \
  "$source"/model/trace_text.c "$source"/model/trace.c >"$WORK/format.dict"

for target in $targets; do
  cp "$build/targets/$target" "$OUT/$target"
  pack "$target"
  for extra in dict options; do
    [ ! -e "$here/$extra/$target.$extra" ] || cp "$here/$extra/$target.$extra" "$OUT/"
  done
  case $target in
    trace | scenario) cp "$WORK/format.dict" "$OUT/$target.dict" ;;
    frames) { words "$source"/replay/frames/*.c; cat "$WORK/format.dict"; } | LC_ALL=C sort -u >"$OUT/frames.dict" ;;
  esac
done
find "$build/targets" -name '*.so' -exec cp {} "$OUT/" \;
