#!/bin/sh
# Builds the dashboard if it can be built here: meson's way to call build.mjs.
#
#     build.sh FOLDER STAMP
#
# Without node, or before `npm ci` in web/, there is no dashboard: that is told,
# and is no error. Nothing is built again when nothing has changed.
set -eu
web=$(dirname "$0")
if ! command -v node >/dev/null 2>&1 || [ ! -d "$web/node_modules/esbuild" ]; then
    echo "the dashboard is not built: it needs node, and \`npm ci\` in web/, which ./dev build does"
    rm -rf "$1"
    echo none >"$2"
    exit 0
fi
now=$(cd "$web" && find src ./*.mjs ./*.json -type f | LC_ALL=C sort | xargs cat | cksum)
if [ -e "$1/index.html" ] && [ "$(cat "$2" 2>/dev/null)" = "$now" ]; then
    exit 0
fi
node "$web/build.mjs" "$1"
echo "$now" >"$2"
