#!/bin/sh
# Installs the nginx module where `./dev gate` built it: install.sh MODULE FOLDER, below DESTDIR.
set -eu
[ -e "$1" ] || exit 0
mkdir -p "${DESTDIR:-}$2"
install -m 644 "$1" "${DESTDIR:-}$2/"
