#!/usr/bin/env bash
# Runs libFuzzer against the readers of lines, segments and other systems' logs, and the search for credentials:
#   Fuzz/run.sh [TARGET…] [-- LIBFUZZER-OPTION…]      targets: lines segments secrets mappings
# Whatever it finds is kept in .build-fuzz/found/TARGET; run the file again by naming it as an option.
# What it learns grows in .build-fuzz/corpus/TARGET and stays out of the repository.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=() options=()
while [ $# -gt 0 ]; do
    case "$1" in
        --) shift; options=("$@"); break ;;
        lines | segments | secrets | mappings) targets+=("$1"); shift ;;
        *) echo "fuzz: unexpected target $1; got none of lines, segments, secrets, mappings" >&2; exit 64 ;;
    esac
done
[ ${#targets[@]} -gt 0 ] || targets=(lines segments secrets mappings)
[ ${#options[@]} -gt 0 ] || options=(-max_total_time=100)

build=.build-fuzz
echo "Building the fuzzer in $build."
# In release, because it is ten times as fast and keeps the checks that a wrong index or a sum meets.
swift build -c release --target FuzzProperties --scratch-path "$build" -Xswiftc -sanitize=fuzzer
# The name by which SwiftPM lets modules use each other's `package` declarations: the folder's.
package=$(basename "$PWD" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9_]/_/g')
objects=()
for module in Model Columns Console CYaml Yams ConfigFiles Events MappingFiles Mappings Parquet Segments \
    TestSupport FuzzProperties
do
    while IFS= read -r object; do objects+=("$object"); done < <(find "$build"/release/"$module".build -name "*.o")
done
swiftc -O -sanitize=fuzzer -parse-as-library -swift-version 6 -package-name "$package" \
    -I "$build"/release/Modules -I Sources/Base/CZlib -I "$build"/checkouts/Yams/Sources/CYaml/include \
    -module-name FuzzDriver Fuzz/Driver/*.swift "${objects[@]}" \
    -lz -o "$build"/fuzz

# The first byte of an input says which mapping reads the rest.
sample_seeds() {
    local number=0 sample
    mkdir -p "$seeds"
    for sample in Mappings/shipped/*.sample; do
        { printf "\\x$(printf %02x $number)"; cat "$sample"; } > "$seeds/$(basename "$sample")"
        number=$((number + 1))
    done
}

status=0
for target in "${targets[@]}"; do
    seeds=Fuzz/corpus/lines
    [ "$target" = segments ] && seeds=Fuzz/corpus/segments
    [ "$target" = mappings ] && seeds=$build/seeds && sample_seeds
    mkdir -p "$build/corpus/$target" "$build/found/$target"
    echo "Fuzzing $target."
    AUTHTRAIL_FUZZ=$target SWIFT_BACKTRACE=enable=no "$build"/fuzz \
        -dict=Fuzz/words.dict -timeout=20 -rss_limit_mb=1024 -artifact_prefix="$build/found/$target/" \
        -print_final_stats=1 "${options[@]}" "$build/corpus/$target" "$seeds" || status=1
done
exit $status
