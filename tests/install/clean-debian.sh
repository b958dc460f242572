#!/usr/bin/env bash
# clean-debian.sh DIR [VERB [ARG ...]] - what a newcomer sees: a minimal Debian 12 in DIR, a copy of the
# repository's HEAD in it, and there ./dev VERB (by default: build, test and run, each timed).
#
# For use by hand: needs root, debootstrap, a package mirror in this machine's apt configuration, and
# about 4 GB. A DIR that holds a Debian already is used again, with a fresh copy of HEAD. Mounts and
# processes live in name spaces of their own and end with this script, also on Ctrl-C.
set -euo pipefail
die() { printf 'clean-debian: %s\n' "$*" >&2; exit 3; }
[ $# -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 1; }

source=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(realpath -m "$1")
shift
[ "$(id -u)" -eq 0 ] || die "needs root"
for program in debootstrap unshare chroot git; do
  command -v "$program" >/dev/null || die "$program is missing"
done

if [ ! -e "$dir/etc/debian_version" ]; then
  [ -z "$(ls -A "$dir" 2>/dev/null)" ] || die "$dir is neither empty nor a Debian"
  mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' |
    awk '$2 == "bookworm" {print $1; exit}')
  [ -n "$mirror" ] || die "this machine's apt configuration names no mirror of bookworm"
  printf '== debootstrap from %s\n' "$mirror"
  mkdir -p "$dir"
  debootstrap --variant=minbase bookworm "$dir" "$mirror" >"$dir.log" 2>&1 ||
    { tail "$dir.log" >&2; die "debootstrap failed; the log is $dir.log"; }
  rm -f "$dir/etc/apt/sources.list"
  for part in sources.list sources.list.d apt.conf apt.conf.d preferences.d auth.conf.d trusted.gpg.d keyrings; do
    [ ! -e "/etc/apt/$part" ] || cp -a "/etc/apt/$part" "$dir/etc/apt/"
  done
  cp -L /etc/resolv.conf /etc/hosts "$dir/etc/"
fi

# Nothing but the tree of HEAD: what is not committed is not tested.
rm -rf "$dir/root/clusrace"
mkdir -p "$dir/root/clusrace"
git -C "$source" archive HEAD | tar -x -C "$dir/root/clusrace"
printf '== %s packages are installed; HEAD is %s\n' \
  "$(chroot "$dir" dpkg-query -W | wc -l)" "$(git -C "$source" rev-parse --short HEAD)"

# inside ARGUMENTS...: runs ./dev in there.
inside() {
  printf '== ./dev %s\n' "$*"
  local begin=$SECONDS status=0
  unshare --mount --pid --fork --kill-child -- bash -euc '
    dir=$1; shift
    mount --make-rprivate /
    mount -t proc proc "$dir/proc"
    mount --rbind /sys "$dir/sys"
    mount --rbind /dev "$dir/dev"
    exec chroot "$dir" env -i HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 CI="${CI:-}" \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      sh -c '\''cd /root/clusrace && exec ./dev "$@"'\'' dev "$@"' inside "$dir" "$@" || status=$?
  printf '== ./dev %s: exit status %d, %d s\n' "$*" "$status" $((SECONDS - begin))
  return "$status"
}

if [ $# -gt 0 ]; then
  inside "$@"
else
  failed=0
  inside build || failed=1
  inside test || failed=1
  # Findings are what the run is for: its status says which, and 10 to 20 are no failure of the tool.
  run=0
  inside run || run=$?
  [ "$run" -eq 0 ] || { [ "$run" -ge 10 ] && [ "$run" -le 20 ]; } || failed=1
  exit "$failed"
fi
