#!/usr/bin/env bash
# All tests; what failed is said once more at the end, where a log of thousands of lines is looked at first.
# usage: Tests/run.sh [options of swift test]
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    echo
    echo "What failed:"
    # What an expectation saw follows it in lines that are marked or indented.
    awk '/^✘/ { shown = 1; left = 60 } /^(◇|✔)/ { shown = 0 } shown && left-- > 0' "$log" | cut -c1-600 | head -300
    grep -E "error: " "$log" | sort -u | head -20
fi
exit "$status"
