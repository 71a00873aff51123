#!/bin/sh
# Installs the dashboard where it was built: install.sh BUILT FOLDER, below DESTDIR.
set -eu
[ -e "$1/index.html" ] || exit 0
to=${DESTDIR:-}$2
rm -rf "$to"
mkdir -p "$to/i18n"
install -m 644 "$1"/*.* "$to/"
install -m 644 "$1"/i18n/* "$to/i18n/"
