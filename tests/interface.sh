#!/usr/bin/env bash
# The shared library exports what comity.h declares, all of it and nothing else; the header
# and what describes the daemon say the version that is built.
#
#     interface.sh LIBRARY HEADER VERSION OPENAPI
set -euo pipefail

exported=$(nm --dynamic --defined-only --format=posix "$1" | awk '$2 != "A" { print $1 }' | grep -v "^_" | sort -u || true)
declared=$(${CC:-cc} -E -P "$2" |
    tr '\n' ' ' | sed 's/[;{}]/\n/g' |
    sed -n 's/.*visibility *( *"default" *).*[ *]\(comity_[a-z0-9_]*\) *(.*/\1/p' | sort -u)

passed=0
failed=0
while read -r name; do
    [ -n "$name" ] || continue
    if grep -qx "$name" <<<"$exported"; then
        passed=$((passed + 1))
    else
        echo "$name is declared in comity.h, but the library does not export it"
        failed=$((failed + 1))
    fi
done <<<"$declared"
while read -r name; do
    [ -n "$name" ] || continue
    if ! grep -qx "$name" <<<"$declared"; then
        echo "$name is exported by the library, but not declared in comity.h"
        failed=$((failed + 1))
    fi
done <<<"$exported"
for said in "#define COMITY_VERSION_TEXT \"$3\":$2" "\"version\": \"$3\",:$4"; do
    if grep -qF "${said%:*}" "${said##*:}"; then
        passed=$((passed + 1))
    else
        echo "${said##*:} does not say version $3"
        failed=$((failed + 1))
    fi
done
echo "interface: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
