#!/usr/bin/env bash
# Measures authtrail beside DuckDB and ClickHouse: run.sh PATH/TO/authtrail [--events 1000000,10000000] [--runs 3] ...
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$root/.venv-bench"
requirements="$root/Benchmarks/requirements.txt"

# The stamp is a copy of the requirements, so a changed pin installs anew.
if ! cmp -s "$requirements" "$venv/installed"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$venv/installed"
fi

exec "$venv/bin/python" "$root/Benchmarks/main.py" "$@"
