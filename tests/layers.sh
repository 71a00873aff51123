#!/usr/bin/env bash
# What includes what, and that all states are alike:
#
#   - a folder of src/ includes only folders of lower rank, never a neighbour of
#     its own; the reader of the law does not include the compiler;
#   - a plug-in under gates/ sees include/comity.h and nothing else of ours;
#   - no C source under src/ holds the code of a state, a part or a union.
#
#     layers.sh [ROOT]
#
# First it shows on made-up sources that it finds what it should.
set -euo pipefail

declare -A ranks=(
    [base]=0 [note]=1 [gate]=2 [law]=2 [inspect]=2 [paper]=2 [record]=2 [ledger]=2 [act]=3 [judge]=4
    [prove]=5 [request]=5 [watch]=5 [product]=5 [api]=6 [serve]=7 [cli]=7
)

# Prints every `FILE:LINE: PATH` that C files below a folder include.
includes() {
    find "$1" -name '*.[ch]' -exec grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' {} + |
        sed 's/^\([^:]*:[0-9]*\):[^"<]*["<]\([^">]*\)[">].*/\1: \2/'
}

check_ranks() {
    local root=$1 place path file own target
    for file in "$root"/src/*/; do
        own=$(basename "$file")
        [ -n "${ranks[$own]:-}" ] || echo "src/$own/ has no rank"
    done
    while read -r place path; do
        file=${place%%:*}
        file=${file#"$root"/src/}
        own=${file%%/*}
        target=${path%%/*}
        case $path in
            *..*) echo "src/$file includes $path: a path goes from src/, without '..'" ;;
            comity.h) ;;
            */*)
                [ -d "$root/src/$target" ] || continue
                if [ "$target" = "$own" ]; then
                    if [[ $path == law/compile/* && $file != law/compile/* ]]; then
                        echo "src/$file includes $path: the reader of the law does not need the compiler"
                    fi
                elif [ "${ranks[$target]:-9}" -ge "${ranks[$own]:-0}" ]; then
                    echo "src/$file includes $path: $own has rank ${ranks[$own]:-none}, $target ${ranks[$target]:-none}"
                fi
                ;;
        esac
    done < <(includes "$root/src")
}

check_gates() {
    local root=$1 place path
    [ -d "$root/gates" ] || return 0
    while read -r place path; do
        case $path in
            *..* | */src/*) ;;
            *) [ -e "$root/src/$path" ] || continue ;;
        esac
        echo "${place#"$root"/} includes $path: a plug-in sees include/comity.h only"
    done < <(includes "$root/gates" | sed 's/:[0-9]*: /: /')
}

# The codes that the law declares, with `|` between them.
codes() {
    find "$1/law" -name '*.law' -exec sed -n 's/^\(place\|state\|part\|union\) \([A-Z][A-Z0-9-]*\) .*/\2/p' {} + |
        sort -u | paste -sd '|'
}

# Looks for a code as a string, as the beginning of one ("XA.DPA.10", "XA-Q"), or
# as an identifier, in what is left when comments are gone. A word within a
# longer text, such as an example in the help, decides nothing.
check_codes() {
    local root=$1 file pattern text
    pattern=$(codes "$root")
    if [ -z "$pattern" ]; then
        echo "the law declares no state"
        return 0
    fi
    while read -r file; do
        text=$(${CC:-cc} -fpreprocessed -dD -E -P "$file" 2>/dev/null)
        {
            grep -oE "\"($pattern)[\".-]" <<<"$text" || true
            printf '%s\n' "$text" | sed 's/"\([^"\\]\|\\.\)*"/""/g' | grep -owE "$pattern" || true
        } | sed "s|^|${file#"$root"/} holds the code of a state: |"
    done < <(find "$root/src" -name '*.[ch]' | sort)
}

check() {
    check_ranks "$1"
    check_gates "$1"
    check_codes "$1"
}

# Makes a small source with one mistake (or none) and looks whether it is found.
try() {
    local expected=$1 path=$2 text=$3 root found
    root=$(mktemp -d)
    mkdir -p "$root/law" "$root/src/base" "$root/src/law/compile" "$root/src/inspect" "$root/src/act" "$root/src/judge" \
        "$root/src/api" "$root/src/cli" "$root/gates/nginx"
    printf 'place XA "Examplia"\nplace XB "Exampolis"\n' >"$root/law/places.law"
    printf 'part XA-Q of XA "Quarter"\n' >"$root/law/XA-Q.law"
    : >"$root/src/base/date.h"
    : >"$root/src/law/image.h"
    : >"$root/src/law/compile/lexer.h"
    mkdir -p "$(dirname "$root/$path")"
    printf '%s\n' "$text" >"$root/$path"
    found=$(check "$root")
    rm -r "$root"
    if [ "$expected" = "${found:+bad}" ] || [ "$expected" = "${found:-good}" ]; then
        passed=$((passed + 1))
    else
        echo "layers.sh: $path with $text should be $expected; found: ${found:-nothing}"
        failed=$((failed + 1))
    fi
}

passed=0
failed=0

try good src/judge/judge.c '#include "law/image.h"'
try good src/law/compile/compile.c '#include "law/image.h"'
try good src/law/image.c '#include "base/date.h"'
try good src/base/date.h '#include "comity.h"'
try good src/base/date.c '#include <string.h>'
try bad src/base/date.c '#include "law/image.h"'
try bad src/inspect/find.c '#include "law/image.h"'
try bad src/inspect/find.c '#  include <law/image.h>'
try bad src/law/image.c '#include "law/compile/lexer.h"'
try bad src/act/act.c '#include "../law/image.h"'
try bad src/other/other.c 'int other;'
try good gates/nginx/module.c '#include <comity.h>'
try good gates/nginx/module.c '#include <ngx_core.h>'
try bad gates/nginx/module.c '#include "base/date.h"'
try bad gates/nginx/module.c '#include "../../src/base/date.h"'
try bad src/judge/judge.c 'static const char *home = "XA";'
try bad src/judge/judge.c 'static const char *rule = "XB.DPA.10";'
try bad src/judge/judge.c 'static const char *quarter = "XA-Q";'
try bad src/judge/judge.c 'enum { XB = 3 };'
try good src/judge/judge.c 'static const char *help = "ask --from XA --to XB";'
try good src/judge/judge.c '/* such as "XA" */ // or XB'
try good src/judge/judge.c 'static const char *other = "XAX"; enum { XBOX, AXA };'

root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
for what in ranks gates codes; do
    found=$("check_$what" "$root")
    if [ -z "$found" ]; then
        passed=$((passed + 1))
    else
        printf '%s\n' "$found"
        failed=$((failed + 1))
    fi
done
echo "layers: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
