#!/usr/bin/env bash
# The shared library exports what comity.h declares, all of it and nothing else, under the version that goes with its
# soname. What comity.h has promised it still says, word for word: a program that was built against it goes on to work.
# The header and what describes the daemon say the version that is built.
#
#     interface.sh LIBRARY HEADER VERSION OPENAPI PROMISED
#     interface.sh print HEADER >PROMISED        # what is promised from now on
set -euo pipefail

# Constants, then declarations without their comments and attributes, a line each.
promises() {
    sed -nE 's/^(#define COMITY_[A-Z0-9_]+ [^/]*[^/ ]).*/\1/p' "$1" | grep -vE '^#define COMITY_(API|CHECKED|VERSION_[A-Z]+) '
    ${CC:-cc} -E -P "-D__attribute__(x)=" "$1" | tr -s '[:space:]' ' ' |
        awk 'BEGIN { RS = ";" }
             { whole = whole $0 ";"; depth += gsub(/{/, "{") - gsub(/}/, "}") }
             depth == 0 { sub(/^ /, "", whole); if (whole ~ /comity/) print whole; whole = "" }'
}

if [ "$1" = print ]; then
    promises "$2"
    exit 0
fi

# The version of symbols changes with the soname, which a program asks for, and with nothing else.
symbols=COMITY_$(readelf -d "$1" | sed -n 's/.*SONAME.*\.so\.\([0-9]*\)\]/\1/p')
exported=$(nm --dynamic --defined-only --format=posix "$1" | awk '$2 != "A" { print $1 }' | grep -v "^_" | sort -u || true)
declared=$(${CC:-cc} -E -P "$2" |
    tr '\n' ' ' | sed 's/[;{}]/\n/g' |
    sed -n 's/.*visibility *( *"default" *).*[ *]\(comity_[a-z0-9_]*\) *(.*/\1/p' | sort -u)

passed=0
failed=0
while read -r name; do
    [ -n "$name" ] || continue
    if grep -qx "$name@@$symbols" <<<"$exported"; then
        passed=$((passed + 1))
    else
        echo "$name is declared in comity.h, but the library does not export $name@@$symbols"
        failed=$((failed + 1))
    fi
done <<<"$declared"
while read -r name; do
    [ -n "$name" ] || continue
    if ! grep -qx "${name%@@*}" <<<"$declared"; then
        echo "$name is exported by the library, but not declared in comity.h"
        failed=$((failed + 1))
    fi
done <<<"$exported"
if told=$(diff "$5" <(promises "$2")); then
    passed=$((passed + 1))
else
    sed -n 's/^< /comity.h no longer says: /p; s/^> /comity.h says, and '"${5##*/}"' does not: /p' <<<"$told"
    echo "where that is meant: CC=cc $0 print $2 >$5"
    failed=$((failed + 1))
fi
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
