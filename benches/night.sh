#!/bin/sh
# The whole night at two sizes: raw dumps to published set. Prints CPU and wall seconds and peak memory, each the median
# of RUNS runs, and CPU seconds by stage of the last run.
#
#   benches/night.sh [FOLDER]          cities are made below FOLDER (default: target/night) and kept for the next time
#   SIZES="20000 200000" RUNS=5 THREADS=2 GRIDLINK=target/release/gridlink benches/night.sh
set -eu
cd "$(dirname "$0")/.."
folder=${1:-target/night}
sizes=${SIZES:-"20000 200000"}
runs=${RUNS:-5}
threads=${THREADS:-2}
gridlink=${GRIDLINK:-${CARGO_TARGET_DIR:-target}/release/gridlink}
[ -x "$gridlink" ] || cargo build --release --locked
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
printf '%10s %8s %8s %8s %9s\n' persons cpu_s wall_s peak_mib 'us/record'
for size in $sizes; do
    city=$folder/city-$size
    [ -f "$city/pipeline.toml" ] || "$gridlink" synth "$city" --persons "$size" >/dev/null 2>&1
    : >"$folder/times"
    run=0
    while [ "$run" -lt "$runs" ]; do
        rm -rf "$folder/out" "$folder/store"
        /usr/bin/time -a -o "$folder/times" -f '%U %S %e %M' "$gridlink" run "$city/pipeline.toml" \
            --threads "$threads" --set "run.output=$folder/out" --set "run.store=$folder/store" >/dev/null 2>&1
        run=$((run + 1))
    done
    manifest=$(find "$folder/out/runs" -name manifest.json | head -n 1)
    records=$(sed -n 's/^ *"records": \([0-9]*\),*$/\1/p' "$manifest" | sort -n | tail -n 1)
    cpu=$(awk '{ print $1 + $2 }' "$folder/times" | median)
    wall=$(awk '{ print $3 }' "$folder/times" | median)
    peak=$(awk '{ print int($4 / 1024) }' "$folder/times" | median)
    each=$(echo "$cpu $records" | awk '{ printf "%.1f", $1 * 1e6 / $2 }')
    printf '%10s %8s %8s %8s %9s\n' "$size" "$cpu" "$wall" "$peak" "$each"
    awk -F'[:,"]+' '/"step":/ { step = $3 } /"cpu_ms":/ { gsub(/ /, "", $3); printf "%14s %8.2f\n", step, $3 / 1000 }' "$manifest"
done
rm -rf "$folder/out" "$folder/store"
