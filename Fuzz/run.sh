#!/usr/bin/env bash
# Runs libFuzzer against the readers of lines and segments and the search for credentials:
#   Fuzz/run.sh [TARGET…] [-- LIBFUZZER-OPTION…]      targets: lines segments secrets
# Whatever it finds is kept in .build-fuzz/found/TARGET; run the file again by naming it as an option.
# What it learns grows in .build-fuzz/corpus/TARGET and stays out of the repository.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=() options=()
while [ $# -gt 0 ]; do
    case "$1" in
        --) shift; options=("$@"); break ;;
        lines | segments | secrets) targets+=("$1"); shift ;;
        *) echo "fuzz: unexpected target $1; got none of lines, segments, secrets" >&2; exit 64 ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || targets=(lines segments secrets)
[ ${#options[@]} -gt 0 ] || options=(-max_total_time=100)

build=.build-fuzz
echo "Building the fuzzer in $build."
# In release, because it is ten times as fast and keeps the checks that a wrong index or a sum meets.
swift build -c release --target FuzzProperties --scratch-path "$build" -Xswiftc -sanitize=fuzzer
# The name by which SwiftPM lets modules use each other's `package` declarations: the folder's.
package=$(basename "$PWD" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9_]/_/g')
objects=()
for module in Model Columns Events Parquet Segments TestSupport FuzzProperties; do
    objects+=("$build"/release/"$module".build/*.o)
done
swiftc -O -sanitize=fuzzer -parse-as-library -swift-version 6 -package-name "$package" \
    -I "$build"/release/Modules -I Sources/Base/CZlib -module-name FuzzDriver Fuzz/Driver/*.swift "${objects[@]}" \
    -lz -o "$build"/fuzz

status=0
for target in "${targets[@]}"; do
    seeds=Fuzz/corpus/lines
    [ "$target" = segments ] && seeds=Fuzz/corpus/segments
    mkdir -p "$build/corpus/$target" "$build/found/$target"
    echo "Fuzzing $target."
    AUTHTRAIL_FUZZ=$target SWIFT_BACKTRACE=enable=no "$build"/fuzz \
        -dict=Fuzz/words.dict -timeout=20 -rss_limit_mb=1024 -artifact_prefix="$build/found/$target/" \
        -print_final_stats=1 "${options[@]}" "$build/corpus/$target" "$seeds" || status=1
done
exit $status
