#!/bin/sh
# The whole night at several sizes: raw dumps to published set. Prints CPU and wall seconds and peak memory, each the
# median of RUNS runs, on THREADS threads; CPU seconds by stage of the last run; how much faster THREADS threads are than
# one; and how the cost of a record grows with the city. Beside today's figures stand those of the last release
# (benches/last-release.tsv), taken on another day: where they differ by less than a third, compare the programs themselves.
#
#   benches/night.sh [FOLDER]          cities are made below FOLDER (default: target/night) and kept for the next time
#   SIZES="20000 200000" RUNS=5 THREADS=2 GRIDLINK=target/release/gridlink benches/night.sh
#   BEFORE=other/gridlink benches/night.sh     runs another build in turns with this one instead of reading its figures
#   ONE=0                              leaves out the runs on one thread
#   RECORD=1                           keeps today's figures as those of the last release
set -eu
cd "$(dirname "$0")/.."
folder=${1:-target/night}
sizes=${SIZES:-"20000 200000"}
runs=${RUNS:-5}
threads=${THREADS:-2}
one=${ONE:-1}
before=${BEFORE:-}
record=${RECORD:-}
gridlink=${GRIDLINK:-${CARGO_TARGET_DIR:-target}/release/gridlink}
[ -x "$gridlink" ] || cargo build --release --locked
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# A night of program $1 on $2 threads for the city in $3; its times go to file $4. What the night before left is moved away
# and removed in the end: a file system passes over what was deleted a moment ago while it makes new files, and no night begins
# with a deletion.
night() {
    mkdir -p "$folder/done"
    for made in out store; do
        [ ! -e "$folder/$made" ] || mv "$folder/$made" "$(mktemp -d "$folder/done/XXXXXX")/"
    done
    /usr/bin/time -a -o "$4" -f '%U %S %e %M' "$1" run "$3/pipeline.toml" \
        --threads "$2" --set "run.output=$folder/out" --set "run.store=$folder/store" >/dev/null 2>&1
}
# The median of an expression over the lines of a file of times.
median() { awk "{ print $2 }" "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
cpu='$1 + $2' wall='$3' peak='int($4 / 1024)'
# A figure of the last release; empty if there is none.
last() { awk -F'\t' -v what="night $1 $2" '$1 == what { print $2 }' benches/last-release.tsv; }
# Keeps $3 as figure $2 of size $1.
keep() {
    awk -F'\t' -v what="night $1 $2" '$1 != what' benches/last-release.tsv >"$folder/kept"
    printf 'night %s %s\t%s\n' "$1" "$2" "$3" >>"$folder/kept"
    cat "$folder/kept" >benches/last-release.tsv
}
# $1 as a share of $2, as +12 %; empty without $2.
change() { [ -z "$2" ] || echo "$1 $2" | awk '{ printf "%+.0f %%", ($1 / $2 - 1) * 100 }'; }

first=''
rm -rf "$folder/out" "$folder/store" "$folder/done"
for size in $sizes; do
    city=$folder/city-$size
    [ -f "$city/pipeline.toml" ] || "$gridlink" synth "$city" --persons "$size" >/dev/null 2>&1
    : >"$folder/times"
    : >"$folder/times-one"
    : >"$folder/times-before"
    run=0
    while [ "$run" -lt "$runs" ]; do
        [ -z "$before" ] || night "$before" "$threads" "$city" "$folder/times-before"
        [ "$one" = 0 ] || night "$gridlink" 1 "$city" "$folder/times-one"
        night "$gridlink" "$threads" "$city" "$folder/times"
        run=$((run + 1))
    done
    manifest=$(find "$folder/out/runs" -name manifest.json | head -n 1)
    records=$(sed -n 's/^ *"records": \([0-9]*\),*$/\1/p' "$manifest" | sort -n | tail -n 1)
    printf '%s persons, %s records, %s threads, median of %s\n' "$size" "$records" "$threads" "$runs"
    printf '%14s %10s %10s %8s\n' '' today last change
    for figure in cpu wall peak; do
        eval "what=\$$figure"
        now=$(median "$folder/times" "$what")
        then=$(last "$size" "$figure")
        [ -z "$before" ] || then=$(median "$folder/times-before" "$what")
        printf '%14s %10s %10s %8s\n' "$figure" "$now" "${then:--}" "$(change "$now" "$then")"
        [ -z "$record" ] || keep "$size" "$figure" "$now"
    done
    each=$(echo "$(median "$folder/times" "$cpu") $records" | awk '{ printf "%.1f", $1 * 1e6 / $2 }')
    printf '%14s %10s\n' 'us/record' "$each"
    first=${first:-$each}
    [ "$first" = "$each" ] || printf '%14s %10s\n' 'of smallest' "$(change "$each" "$first")"
    if [ "$one" != 0 ]; then
        alone=$(median "$folder/times-one" "$wall")
        echo "$alone $(median "$folder/times" "$wall")" | awk '{ printf "%14s %10.2f   (wall %.2f s on one thread)\n", "times faster", $1 / $2, $1 }'
    fi
    awk -F'[:,"]+' '
        /"step":/ { step = $4 }
        /"cpu_ms":/ {
            gsub(/ /, "", $3)
            printf "%14s %10.2f\n", step, $3 / 1000
            if (step ~ /^(profile|features|fit|link|cluster)$/) linking += $3 / 1000
        }
        END { printf "%14s %10.2f   (profile, features, fit, link, cluster)\n", "linking", linking }' "$manifest"
done
rm -rf "$folder/out" "$folder/store" "$folder/done" "$folder"/times* "$folder/kept"
