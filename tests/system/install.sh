#!/usr/bin/env bash
# What is installed is all that others need: they build with it, in C and in C++, against the shared and the static library,
# without the source, and their manual pages, completions and law are there.
#
#     install.sh BUILD_FOLDER EXAMPLES
set -euo pipefail

build=$1
interface=$(realpath "$(dirname "$0")/../interface.sh")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
meson install -C "$build" --no-rebuild --destdir "$folder/root" >"$folder/log" 2>&1 || {
    cat "$folder/log" >&2
    echo "install: 0 passed, 1 failed"
    exit 1
}
cp "$2/embed.c" "$2/inspect.c" "$2/customers.csv" "$folder"
cp "$2/embed.c" "$folder/embed.cc"
cd "$folder"

PKG_CONFIG_LIBDIR=$(dirname "$(find root -name comity.pc)"):$(pkg-config --variable pc_path pkg-config)
export PKG_CONFIG_LIBDIR
pkg_config() { pkg-config --define-variable=prefix="$folder/root$prefix" "$@"; }
prefix=$(pkg-config --variable=prefix comity)
image=$folder/root$(pkg-config --variable=lawimage comity)
libraries=$(pkg_config --variable=libdir comity)
read -ra shared < <(pkg_config --cflags --libs comity)
read -ra static < <(pkg_config --static --cflags --libs comity | sed "s#-lcomity#$libraries/libcomity.a#")

passed=0
failed=0
runs_not() { ! env -u LD_LIBRARY_PATH "$@"; }
holds() {
    local what=$1
    shift
    if "$@" >out 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what:"
        cat out
    fi
}

holds "in C" "${CC:-cc}" -std=c17 -Wall -Wextra -Wpedantic -Werror embed.c "${shared[@]}" -o in-c
holds "in C++" "${CXX:-c++}" -std=c++11 -Wall -Wextra -Wpedantic -Werror embed.cc "${shared[@]}" -o in-cpp
holds "with the static library" "${CC:-cc}" -std=c17 embed.c "${static[@]}" -o in-static
for program in in-c in-cpp; do
    holds "$program judges" env LD_LIBRARY_PATH="$libraries" "./$program" "$image"
done
holds "in-static judges" ./in-static "$image"
holds "the example that inspects, in C" "${CC:-cc}" -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Werror inspect.c "${shared[@]}" -o inspect
# shellcheck disable=SC2016 # words of another shell
holds "inspect tells" env LD_LIBRARY_PATH="$libraries" bash -c './inspect <customers.csv >masked 2>told && grep -qx "2 persons" told && grep -q "E-mail" told'
holds "no value" runs_not grep -qE 'Miller|@example' told
holds "nor passes one on" runs_not grep -qE 'Miller|@example' masked
holds "the shared library is what in-c asks for" runs_not ./in-c "$image"
holds "the command is there" env COMITY_LAW="$image" "root$prefix/bin/comity" law list --unverified
for page in comity.1 comity-ask.1 comity-judge.1 comity-law.1 comity-law-language.5 libcomity.3 comity-serve.1 comity-unmask.1; do
    holds "the manual page $page" test -s "root$prefix/share/man/man${page##*.}/$page"
done
while read -r name; do
    holds "what the header names, $name" test -s "root$prefix/share/doc/comity/$name"
done < <(grep -oE 'docs/[a-z/-]+\.md' "root$prefix/include/comity.h" | sort -u)
echo '#include <comity.h>
int main(void) { comity_inspect_finish(0, 0); return 0; }' >unseen.c
holds "a status that is not looked at is warned of" runs_not "${CC:-cc}" -Werror -c unseen.c "${shared[@]}" -o unseen.o
holds "completion for bash" bash -n "root$prefix/share/bash-completion/completions/comity"
holds "completion for zsh" test -s "root$prefix/share/zsh/site-functions/_comity"
holds "the text of law" test -s "root$prefix/share/comity/law/taxonomy.law"
[ ! -e "$build/web/index.html" ] || for file in index.html app.js app.css world.json i18n/en.json i18n/zh.json i18n/ar.json; do
    holds "the dashboard's $file" test -s "root$prefix/share/comity/dashboard/$file"
done
while read -r name; do
    holds "a manual page tells of $name" grep -qrxE "\.Nm $name( ,)?" "root$prefix/share/man/man3"
done < <("$interface" print "root$prefix/include/comity.h" | sed -nE '/^typedef/d; s/^[^#{]*[ *](comity_[a-z0-9_]+)\(.*/\1/p')
for file in embed.c inspect.c acts.ndjson gate/nginx.conf serve/comityd.conf serve/envoy.yaml serve/nginx.conf serve/archive.json; do
    holds "the sample $file" test -s "root$prefix/share/doc/comity/examples/$file"
done
[ ! -e "$build/nginx/objs/ngx_http_comity_module.so" ] ||
    holds "the nginx module" cmp "$build/nginx/objs/ngx_http_comity_module.so" "root$prefix/lib/nginx/modules/ngx_http_comity_module.so"
for file in "root$prefix/bin/comity" "root$prefix/bin/comityd" "$libraries/libcomity.so"; do
    readelf -dlW "$file" >about
    holds "$(basename "$file") is bound before it runs" grep -q BIND_NOW about
    holds "$(basename "$file") is made read-only then" grep -q GNU_RELRO about
    holds "$(basename "$file") has no stack that runs" grep -qE 'GNU_STACK.* RW ' about
    holds "$(basename "$file") looks for libraries where the system says" runs_not grep -qE 'R(UN)?PATH' about
done
for program in comity comityd; do
    holds "$program lies anywhere in memory" grep -q PIE <(readelf -dW "root$prefix/bin/$program")
done
[ "$(meson introspect --buildoptions "$build" | python3 -c 'import json, sys; print({o["name"]: o["value"] for o in json.load(sys.stdin)}["optimization"])')" = 0 ] ||
    holds "sizes are checked" grep -qE '__[a-z]+_chk' <(nm -D "root$prefix/bin/comityd")
! command -v man >/dev/null || for page in "root$prefix"/share/man/man?/*; do
    holds "$(basename "$page") is laid out without a warning" runs_not grep -q . <(MANPATH="root$prefix/share/man" MANWIDTH=80 man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)
done
holds "no text speaks of where it was built" runs_not grep -rIF "$build" root
echo "install: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
