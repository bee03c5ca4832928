#!/bin/sh
# Import against raw \copy of the same files, on the same private PostgreSQL, in one run.
#
#   benches/import.sh [PROFESSIONALS] [ROUNDS]
#
# Prints, for each round: seconds of psql \copy of the four files into unlogged tables of text columns, seconds of the two
# imports into an empty database, the ratio, the import's own CPU seconds and largest resident memory; then, for the
# last round, the same files again, the next day, and a rebuild of the index. Needs target/release/annuaire, psql and GNU time.
set -eu

professionals=${1:-300000}
rounds=${2:-3}
annuaire=${ANNUAIRE:-$(dirname "$0")/../target/release/annuaire}
work=$(mktemp -d /tmp/annuaire-bench.XXXXXX)
chmod 755 "$work"
serve=''
trap 'stop_server; rm -rf "$work"' EXIT

stop_server() {
    if [ -n "$serve" ]; then
        kill "$serve"
        wait "$serve" || true
        serve=''
    fi
}

# A node that serves keeps the private PostgreSQL up, as in real life, and its index out of the way of the figures.
start_server() {
    ANNUAIRE__HTTP__LISTEN=127.0.0.1:0 ANNUAIRE__LOG__LEVEL=warn "$annuaire" serve --data-dir "$1" &
    serve=$!
    until psql -qAt -h "$1/postgres-socket" -U annuaire -c 'select 1 from feed_head' >/dev/null 2>&1; do sleep 0.2; done
}

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }

raw_copy() {
    psql -q -h "$1/postgres-socket" -U annuaire -c 'drop schema if exists raw cascade' -c 'create schema raw' 2>/dev/null
    for file in "$work"/day0/*.txt; do
        fields=$(sed -n 2p "$file" | tr -cd '|' | wc -c)
        columns=$(seq -s ', ' -f 'c%g text' 0 "$fields")
        table=raw.t$(basename "$file" | cksum | cut -d ' ' -f 1)
        psql -q -h "$1/postgres-socket" -U annuaire -c "create unlogged table $table ($columns)" \
            -c "\\copy $table from '$file' with (format csv, delimiter '|', quote E'\\x01', header)"
    done
}

# timed LABEL COMMAND…: wall, CPU and peak memory of the program itself
timed() {
    label=$1
    shift
    /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
    awk -v label="$label" '{ printf "%s: %.2f s wall, %.2f s CPU of the program, %d MB\n", label, $1, $2 + $3, $4 / 1024 }' "$work/time"
}

"$annuaire" generate --professionals "$professionals" --out "$work/day0" >/dev/null 2>&1
"$annuaire" generate --professionals "$professionals" --day 1 --out "$work/day1" >/dev/null 2>&1
wc -lc "$work"/day0/*.txt | tail -n 1
for round in $(seq "$rounds"); do
    data="$work/data$round"
    start_server "$data"
    raw_copy "$data"
    began=$(now)
    raw_copy "$data"
    copy=$(since "$began")
    began=$(now)
    timed "import rpps" "$annuaire" import rpps "$work/day0" --data-dir "$data"
    timed "import mailboxes" "$annuaire" import mailboxes "$work/day0" --data-dir "$data"
    import=$(since "$began")
    awk -v r="$round" -v c="$copy" -v i="$import" \
        'BEGIN { printf "round %d: raw \\copy %.2f s, import %.2f s, ratio %.2f\n", r, c, i, i / c }'
    if [ "$round" -eq "$rounds" ]; then
        timed "the same again" "$annuaire" import rpps "$work/day0" --data-dir "$data"
        timed "next day, rpps" "$annuaire" import rpps "$work/day1" --data-dir "$data"
        timed "next day, mailboxes" "$annuaire" import mailboxes "$work/day1" --data-dir "$data"
        grep -E 'VmHWM' "/proc/$serve/status" | sed 's/^/serving node, peak: /'
        stop_server
        timed "index rebuild" "$annuaire" index rebuild --data-dir "$data"
        du -sh "$data/index" | sed 's/^/index on disk: /'
    fi
    stop_server
    rm -rf "$data"
done
