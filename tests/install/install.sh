#!/usr/bin/env bash
# install.sh CMAKE RELEASE-BUILD VERSION - installs, packs, unpacks and uses what is in the package.
set -euo pipefail
cmake=$1 build=$2 version=$3
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

[ -x "$build/bin/clusrace" ] || fail "$build/bin/clusrace is missing: run ./dev build first"

# What every form of the package holds, below its prefix.
wanted=(bin/clusrace lib/clusrace/clusrace-host.exe lib/clusrace/clusrace-native
  share/clusrace/include/windows.h lib/clusrace/clusrace-libfuzzer
  lib/clusrace/clusrace-afl share/doc/clusrace/LICENSE share/doc/clusrace/README.md
  include/clusrace/explore.h include/clusrace/base.h lib/libcr_explore.a lib/libcr_base.a
  lib/pkgconfig/clusrace-explore.pc share/doc/clusrace/examples/clerks.c
  share/doc/clusrace/examples/table.c)
for file in "$source"/model/scenarios/*.scenario; do
  wanted+=("share/clusrace/scenarios/${file##*/}")
done
for file in "$source"/tests/dlls/CMakeLists.txt; do
  while read -r name; do wanted+=("share/clusrace/dlls/$name.dll"); done < <(
    sed -n '/set(CLUSRACE_SAMPLE_DLLS/,/)/p' "$file" | sed '1d' | tr -d ' )')
done

# holds WHAT FOLDER: every wanted file is there and is not empty, and no path of this machine is in it.
holds() {
  local file
  for file in "${wanted[@]}"; do
    [ -s "$2/$file" ] || fail "$1: $file is missing"
  done
  if grep -rlF -e "$source" -e "$build" "$2/bin" "$2/lib" "$2/share" "$2/include"; then
    fail "$1: the files above name a folder of the building machine"
  fi
}

# uses WHAT FOLDER: the program runs from there, and finds its own scenarios and not the source's.
uses() {
  local shown
  shown=$("$2/bin/clusrace" --version)
  case $shown in *"$version"*) ;; *) fail "$1: --version says \"$shown\", not $version" ;; esac
  (cd / && "$2/bin/clusrace" explore --list) >"$work/list" || fail "$1: explore --list failed"
  for file in "$source"/model/scenarios/*.scenario; do
    file=${file##*/}
    grep -qF "${file%.scenario}" "$work/list" || fail "$1: explore --list does not name $file"
  done
}

# builds WHAT FOLDER: the example of the documents is built there by the command that they name, and
# prints what they show.
builds() {
  local docs=$2/share/doc/clusrace command
  command=$(sed -n 's/^\$ \(cc .*pkg-config .*\)$/\1/p' "$docs/explore-your-own-model.md")
  [ -n "$command" ] || fail "$1: explore-your-own-model.md names no command that builds the example"
  mkdir "$work/example"
  cp "$docs/examples/clerks.c" "$work/example"
  # In a path with a space pkg-config escapes it, so its words are the shell's once more.
  (cd "$work/example" && PKG_CONFIG_PATH=$2/lib/pkgconfig bash -c "eval \"$command\"") ||
    fail "$1: the example cannot be built"
  mkdir "$work/example/docs"
  cp -r "$docs/examples" "$docs/explore-your-own-model.md" "$work/example/docs"
  "$source/tests/explore/example.sh" "$work/example" "$work/example/clerks" ||
    fail "$1: the example does something else"
  rm -r "$work/example"
}

# 1. Into a folder, with a space in its name.
"$cmake" --install "$build" --prefix "$work/a prefix" >"$work/log" || { cat "$work/log"; fail "cmake --install failed"; }
holds "installation" "$work/a prefix"
uses "installation" "$work/a prefix"
builds "installation" "$work/a prefix"

# 2. The packages.
(cd "$work" && "${cmake%/*}/cpack" --config "$build/CPackConfig.cmake" -B "$work/packages") >"$work/log" 2>&1 ||
  { cat "$work/log"; fail "cpack failed"; }
deb=$(echo "$work"/packages/*.deb) tgz=$(echo "$work"/packages/*.tar.gz)
dpkg-deb -x "$deb" "$work/deb"
holds ".deb" "$work/deb/usr"
uses ".deb" "$work/deb/usr"
builds ".deb" "$work/deb/usr"
[ "$(dpkg-deb -f "$deb" Package)" = clusrace ] || fail ".deb: wrong package name"
case $(dpkg-deb -f "$deb" Version) in "$version"*) ;; *) fail ".deb: wrong version" ;; esac
depends=$(dpkg-deb -f "$deb" Depends)
for name in libc6 libsqlite3-0 libjansson4 libxml2; do
  case $depends in *"$name"*) ;; *) fail ".deb: does not depend on $name, only on $depends" ;; esac
done
case $(dpkg-deb -f "$deb" Recommends) in *wine64*) ;; *) fail ".deb: does not recommend wine64" ;; esac
# Everything belongs to root and to the three folders of a package.
if dpkg-deb -c "$deb" | awk '{print $2}' | grep -v '^root/root$'; then fail ".deb: foreign owner"; fi
if dpkg-deb -c "$deb" | awk '{print $6}' | grep -vE '^\./(usr/((bin|include|lib|share)/.*)?)?$'; then
  fail ".deb: the files above are outside of /usr"
fi

mkdir "$work/tgz"
tar -xzf "$tgz" -C "$work/tgz" --strip-components=1
holds ".tar.gz" "$work/tgz"
uses ".tar.gz" "$work/tgz"
builds ".tar.gz" "$work/tgz"
