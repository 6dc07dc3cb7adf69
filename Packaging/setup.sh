#!/usr/bin/env bash
# Installs the system packages that authtrail is built and tested with, where they are missing.
# Debian and Ubuntu: through apt. macOS: the system's SQLite and zlib are used; only Swift and Python must be there.
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }

if ! command -v swift >/dev/null; then
    say "Swift 6.2 or newer is missing; see https://www.swift.org/install, then run this again"
    exit 1
fi

if [ "$(uname)" = Darwin ]; then
    command -v python3 >/dev/null || { say "python3 is missing; run: brew install python"; exit 1; }
    exit 0
fi

if ! command -v dpkg-query >/dev/null; then
    say "this is no Debian; install the headers of SQLite 3 and zlib, pkg-config, and Python 3 with venv by hand"
    exit 0
fi

wanted=(libsqlite3-dev zlib1g-dev pkg-config)
# Any Python 3 that can make virtual environments will do; only where there is none, Debian's is installed.
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then wanted+=(python3 python3-venv); fi
missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

run=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "run as root: apt-get install ${missing[*]}"; exit 1; }
    run=(sudo)
fi
say "installing ${missing[*]}"
"${run[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
