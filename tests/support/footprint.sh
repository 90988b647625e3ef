#!/usr/bin/env bash
# How big an idle `sanmiao serve` on SQLite is, and how long it takes from its start to /readyz. Prints both; asserts nothing.
# Usage: tests/support/footprint.sh [SANMIAO] [SECONDS-IDLE]
set -euo pipefail

program=${1:-target/release/sanmiao}
idle_s=${2:-5}
folder=$(mktemp -d)
world=""
service=""
trap '[ -z "$service" ] || kill "$service"; [ -z "$world" ] || kill "$world"; wait; rm -rf "$folder"' EXIT

# A port that nobody has at the moment.
free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

ready() {
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n' >&3
    local status
    read -r status <&3 || return 1
    exec 3>&-
    [[ $status == *" 200 "* ]]
}

"$program" mocks --listen "127.0.0.1:$(free_port)" --people 10 >"$folder/world" 2>/dev/null &
world=$!
until grep -q '^\[notify\]' "$folder/world" 2>/dev/null; do sleep 0.1; done

port=$(free_port)
key() { head -c 32 /dev/urandom | base64 -w 0; }
{
    printf '[server]\nlisten = "127.0.0.1:%s"\npublic_url = "http://127.0.0.1:%s"\n\n' "$port" "$port"
    printf '[database]\ndata_dir = "%s"\n\n' "$folder/data"
    printf '[vault]\ncurrent = "k1"\nkeys.k1 = "%s"\nblind_index_key = "%s"\n\n' "$(key)" "$(key)"
    tail -n +2 "$folder/world"
} >"$folder/sanmiao.toml"

# The first start makes the database, the second finds it: both are told.
for start in first second; do
    began_ns=$(date +%s%N)
    "$program" serve --config "$folder/sanmiao.toml" >/dev/null 2>"$folder/log" &
    service=$!
    until ready "$port" 2>/dev/null; do
        kill -0 "$service" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
        sleep 0.002
    done
    ready_ms=$((($(date +%s%N) - began_ns) / 1000000))
    sleep "$idle_s"
    resident_kib=$(awk '/^VmRSS/ {print $2}' "/proc/$service/status")
    peak_kib=$(awk '/^VmHWM/ {print $2}' "/proc/$service/status")
    anon_kib=$(awk '/^RssAnon/ {print $2}' "/proc/$service/status")
    threads=$(awk '/^Threads/ {print $2}' "/proc/$service/status")
    echo "$start start: ready after $ready_ms ms; idle $((resident_kib / 1024)).$((resident_kib % 1024 * 10 / 1024)) MiB resident, of it $((anon_kib / 1024)) MiB its own and not of the program file (peak $((peak_kib / 1024)) MiB), $threads threads"
    kill "$service"
    wait "$service" || true
    service=""
done
