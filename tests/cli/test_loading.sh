#!/usr/bin/env bash
# DLLs as compilers make them, and DLLs that cannot be driven, on the host under Wine.
# Usage: test_loading.sh CLUSRACE HOST DLLS
CLUSRACE=$1 host=$2 dlls=$3/loading plain=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/lib.sh"
wine_folder
hunt() { # hunt STATUS DLL FLAG...
  local status=$1 dll=$2
  shift 2
  run "$status" hunt --scenario plain-life --dll "$dll" --host "$host" --out hunts "$@"
}
on() { # on STATUS TRACE DLL FLAG...
  local status=$1 trace=$2 dll=$3
  shift 3
  run "$status" replay "$trace" --dll "$dll" --host "$host" "$@"
}
refused() { # refused DLL TEXT: by hunt and by replay
  hunt 13 "$1"; has "$2"
  on 13 guide.trace "$1"; has "inconclusive"; has "$2"
}
run 10 explore --scenario plain-life --mutant term-nojoin --only RM-TERM-04 --trace guide.trace

# ---- what can be driven, and repeats itself
for name in crt_thread user delayed by_number; do
  hunt 0 "$dlls/$name.dll"; has "conforms"; has "exhausted"
  on 0 guide.trace "$dlls/$name.dll" --times 50; has "conforms"; hasnt "differ"
done
hunt 0 "$dlls/lookup.dll"; has "conforms"
# As Microsoft's linker makes it: the table of delayed imports has its place in the headers.
mkdir linked lonely; cp "$dlls/needed.dll" "$dlls/delayed.dll" linked
headers=$(od -An -tu4 -j60 -N4 linked/delayed.dll)
table=$(($(x86_64-w64-mingw32-nm linked/delayed.dll | awk '/ __DELAY_IMPORT_DESCRIPTOR_/ { print "0x" $1; exit }') - 0x180000000))
bytes=$(printf '%08x' "$table" | sed 's/\(..\)\(..\)\(..\)\(..\)/\\x\4\\x\3\\x\2\\x\1/')
printf "$bytes\\x20\\0\\0\\0" | dd of=linked/delayed.dll bs=1 seek=$((headers + 24 + 112 + 13 * 8)) conv=notrunc status=none
run 0 hunt --scenario plain-life --dll linked/delayed.dll --host "$host" --out hunts; has "conforms"
on 0 guide.trace linked/delayed.dll --times 50; has "conforms"; hasnt "differ"
cp linked/delayed.dll lonely; hunt 14 lonely/delayed.dll; has "delay-loads needed.dll, which is missing here"
hunt 0 "$dlls/cxx_thread.dll" --preemptions 0; has "conforms"; has "exhausted"
hunt 0 "$dlls/cxx_thread.dll"; has "conforms"; has "exhausted"
on 0 guide.trace "$dlls/cxx_thread.dll" --times 200; has "conforms"; hasnt "differ"
hunt 0 "$dlls/main_nothing.dll"; has "conforms" # an event that DllMain creates
hunt 0 "$dlls/main_starts.dll"; has "conforms"; has "DllMain starts 1 thread"
hunt 0 "$dlls/decorated.dll"; has "exports Startup only as _Startup@24"
hunt 0 "$dlls/forward.dll"; has "forwards Startup to another DLL"
hunt 13 "$dlls/both.dll"; has "error 50" # StartupEx answers, not Startup

# ---- what cannot be loaded
refused "$dlls/nothing.dll" "exports neither Startup nor StartupEx"
refused "$dlls/numbers.dll" "(1 export by number only)"
refused "$dlls/main_refuses.dll" "its DllMain answers FALSE"
refused "$dlls/main_crashes.dll" "its DllMain crashes: access violation in main_crashes.dll+0x"
refused "$dlls/main_throws.dll" "its DllMain crashes: heap corruption"
refused "$dlls/main_exits.dll" "its DllMain ends the process"
refused "$dlls/main_child_crashes.dll" "its DllMain starts a thread that crashes: access violation"
hunt 13 "$dlls/main_hangs.dll"; has "its DllMain does not return within 10 seconds"
mkdir alone other broken
cp "$dlls/user.dll" alone; refused alone/user.dll "user.dll needs needed.dll, which is missing"
cp "$dlls/user.dll" other; cp "$dlls/nothing.dll" other/needed.dll
refused other/user.dll "which needed.dll does not export"
cp "$dlls/user.dll" broken; head -c 3000 "$dlls/needed.dll" >broken/needed.dll
refused broken/user.dll "user.dll needs needed.dll, which is no whole 64-bit DLL"
cp "$dlls/delayed.dll" alone; hunt 14 alone/delayed.dll; has "crashes" # when it calls, as on Windows
head -c 5000 "$dlls/crt_thread.dll" >cut.dll; refused cut.dll "is cut short or damaged (5000 bytes)"
hunt 2 nowhere.dll; says "nowhere.dll"
printf 'MZ' >two.dll; hunt 2 two.dll; says "two.dll"
printf 'hello' >text.dll; hunt 2 text.dll; says "is no PE file"
machine() { # machine BYTES FILE: for another processor
  cp "$dlls/crt_thread.dll" "$2"
  local at=$(($(od -An -tu4 -j60 -N4 "$2") + 4))
  printf "$1" | dd of="$2" bs=1 seek="$at" conv=notrunc status=none
}
machine '\x4c\x01' x86.dll; hunt 2 x86.dll; says "is a 32-bit DLL; build it for x64"
machine '\x64\xaa' arm.dll; hunt 2 arm.dll; says "is for another machine (0xaa64)"

# ---- what Startup answers
refused "$dlls/table_no_table.dll" "answered success without a function table"
refused "$dlls/table_no_memory.dll" "a function table that cannot be read"
refused "$dlls/table_null_slot.dll" "the function table's Terminate is NULL"
refused "$dlls/table_no_code.dll" "the function table's Offline is no code"
refused "$dlls/table_short_table.dll" "TableSize is too small for its version"
refused "$dlls/table_bad_version.dll" "a version other than 1 to 4"
refused "$dlls/table_refuses_version.dll" "error 1306"
on 0 guide.trace "$dlls/table_shut_data.dll" --times 200; has "conforms"; hasnt "differ" # it is put back
hunt 0 "$dlls/table_shut_data.dll"; has "conforms"
on 13 guide.trace "$dlls/table_late_null.dll" --times 5; has "two replays differ" # it is looked at each time
hunt 14 "$dlls/table_crashes.dll"; has "crashes at 2"; has "access violation in table_crashes.dll+0x"
hunt 13 "$dlls/crt_thread.dll" --type "Another Type"; has "error 5080"

# ---- what does not repeat itself is told by where it shows: the step, and the code behind it
hunt 13 "$dlls/real_clock.dll"; has "does not repeat itself"; has "; seen behind step "; has ", now at real_clock.dll+0x"
hunt 13 "$dlls/real_clock.dll" --json; has '"outcome": "differs"'; has '"differs": "'; has "real_clock.dll+0x"
on 13 guide.trace "$dlls/real_clock.dll" --times 60; has "two replays differ from step "; has ": once disk0."; has ", once disk0."

# ---- what nobody simulates
hunt 13 "$dlls/main_starts.dll" --refuse-unseen; has "uses what nobody simulates: threads-of-DllMain"
hunt 0 "$dlls/crt_thread.dll" --refuse-unseen; has "conforms"

# ---- guard pages: the very access
hunt 0 "$dlls/freed.dll"; has "conforms"
hunt 14 "$dlls/freed.dll" --heap-guard; has "access violation (reads freed memory) in freed.dll+0x"
on 14 guide.trace "$dlls/freed.dll" --heap-guard; has "reads freed memory"
hunt 14 "$dlls/behind.dll" --heap-guard; has "access violation (reads behind a block of memory) in behind.dll"
hunt 10 "$plain/plain_overrun.dll" --heap-guard; has "has written behind a block of memory"
hunt 10 "$plain/plain_double_free.dll" --heap-guard; has "frees memory twice"
hunt 0 "$dlls/crt_thread.dll" --heap-guard; has "conforms"
hunt 20 "$dlls/cxx_thread.dll" --heap-guard --schedules 1000; has "conforms"

# ---- the host by itself
CLUSRACE=$work/alone.sh
cat >alone.sh <<TEXT
#!/bin/sh
WINEPREFIX=$XDG_CACHE_HOME/clusrace/wine WINEDEBUG=-all exec wine "\$@"
TEXT
chmod +x alone.sh
life=$here/../../model/scenarios/plain-life.scenario
run 10 "$host" hunt --dll "$plain/plain_double_free.dll" --scenario "$life" --out found.trace
has "misuses"; has "frees memory twice"
run 0 "$host" hunt --dll "$dlls/crt_thread.dll" --scenario "$life" --json
has '"verdict": "conforms"'; has '"exhausted": true'
run 20 "$host" hunt --dll "$dlls/crt_thread.dll" --scenario "$life" --strategy pct --seed 3 --schedules 20
run 2 "$host" hunt --dll "$dlls/main_refuses.dll" --scenario "$life" --json
has '"refused": "main_refuses.dll cannot be loaded: its DllMain answers FALSE"'
run 10 "$host" replay --dll "$plain/plain_double_free.dll" --trace found.trace --exact --json
has '"deterministic": true'; has '"status": 10'
run 10 "$host" replay --dll "$plain/plain_double_free.dll" --trace found.trace --exact --out again.trace </dev/null
check "the same steps" test "$(grep -v ^verdict found.trace)" = "$(grep -v ^verdict again.trace)"
run 10 "$host" replay --dll "$plain/plain_double_free.dll" --trace found.trace --exact --break-at 7 </dev/null
case $err in *"before step 7: "*"Enter goes on"*) good ;; *) bad "it does not say where it stops" ;; esac
run 1 "$host" replay --dll "$plain/plain_double_free.dll" --trace found.trace --break-at 100000
run 13 "$host" hunt --dll "$dlls/real_clock.dll" --scenario "$life"; has "does not repeat itself"; has "real_clock.dll+0x"
run 13 "$host" replay --dll "$dlls/real_clock.dll" --trace guide.trace --repeat 60 --json
has '"deterministic": false'; says "differs from the first from step "
cat guide.trace found.trace guide.trace >three.txt
run 10 "$host" replay --dll "$plain/plain_double_free.dll" --suite three.txt
has "three.txt:1 on"; has "three.txt:2 on"; has "three.txt:3 on"
run 14 "$host" replay --dll "$dlls/freed.dll" --suite three.txt --heap-guard # a new process after each
has "three.txt:1 on"; has "three.txt:2 on"; has "three.txt:3 on"
mkdir here; cp "$host" here/clusrace-host.exe; cp "$plain/plain_double_free.dll" guide.trace found.trace here
cp "$here/../../replay/host/windows/replay-here.cmd" here
run 10 cmd /c 'here\replay-here.cmd' 'here\plain_double_free.dll' </dev/null
has "guide.trace:1 on"; has "found.trace:1 on"; has "misuses"
finish
