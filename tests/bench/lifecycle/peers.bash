# peers.bash - sourced: the lifecycle model of a size as a program of Spin and of Rumur. $here is the
# folder of lifecycle.pml and lifecycle.m; the programs come to lie in the current folder.

lifecycle_pml() { # RESOURCES CHECKS RETRIES
  printf '#define RESOURCES %s\n#define CHECKS %s\n#define RETRIES %s\n' "$@" && cat "$here/lifecycle.pml"
}

lifecycle_m() { # RESOURCES CHECKS RETRIES
  printf 'const RESOURCES: %s; CHECKS: %s; RETRIES: %s;\n' "$@" && cat "$here/lifecycle.m"
}

# How the peers' programs are compiled.
peer_flags=(-O3 -march=native)

# Spin: -o2, as what is only ever written is still a part of the state.
make_spin() { # PML PROGRAM FLAGS...
  local pml=$1 program=$2
  shift 2
  spin -a -o2 "$pml" >/dev/null
  gcc "${peer_flags[@]}" -w -DSAFETY -DNOREDUCE -DNOFAIR "$@" -o "$program" pan.c -lpthread
}

make_rumur() { # M PROGRAM FLAGS...
  local m=$1 program=$2
  shift 2
  rumur "$@" --output "$program.c" "$m"
  gcc -std=c11 "${peer_flags[@]}" -w -mcx16 -o "$program" "$program.c" -lpthread -latomic
}

# What they print, as "states transitions errors". Spin counts the initial state as a transition.
spin_counts() { # OUTPUT
  awk '/states, stored/ { s = $1 } / transitions \(= stored\+matched\)/ { t = $1 - 1 }
       /errors: / { sub(/.*errors: /, ""); e = $1 }
       /max search depth too small/ { cut = 1 }
       END { print s + 0, t + 0, cut ? "cut" : e == "" ? "none" : e }' "$1"
}

rumur_counts() { # OUTPUT
  awk '/No error found/ { good = 1 }
       / states, .* rules fired/ { gsub(/,/, ""); for (i = 2; i <= NF; i++) { if ($i == "states") s = $(i - 1); if ($i == "rules") t = $(i - 1) } }
       END { print s + 0, t + 0, good ? 0 : 1 }' "$1"
}
