#!/usr/bin/env bash
# Runs a command beside a throw-away PostgreSQL cluster and takes the cluster away afterwards:
#
#     tests/support/with-postgres.sh cargo nextest run
#
# The cluster lives in a temporary folder, listens on a socket there and on no port, and belongs to a user other than
# root, for PostgreSQL refuses root. The command finds it in SANMIAO_TEST_POSTGRES (a URL). Durability is off: the data
# live as long as the command. When the program is not installed, Debian's package is. SANMIAO_TEST_POSTGRES_BUFFERS is its cache (shared_buffers).
set -euo pipefail

newest_bin() {
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

find_bin() {
    if [ -n "${SANMIAO_POSTGRES_BIN:-}" ]; then
        echo "$SANMIAO_POSTGRES_BIN"
    elif [ -x "$(newest_bin)/initdb" ]; then
        newest_bin
    elif command -v initdb >/dev/null; then
        dirname "$(command -v initdb)"
    fi
}

install_package() {
    echo "with-postgres: no PostgreSQL found, installing Debian's package postgresql" >&2
    local sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    # Without this the package makes and starts a cluster of its own.
    export DEBIAN_FRONTEND=noninteractive
    $sudo mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
    $sudo apt-get update -qq >&2
    $sudo apt-get install -y -qq --no-install-recommends postgresql >&2
}

bin="$(find_bin)"
if [ -z "$bin" ]; then
    install_package
    bin="$(find_bin)"
fi

# As whom the server runs: ourselves, or, when we are root, the package's user or nobody.
as=()
owner="$(id -un)"
if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    id postgres >/dev/null 2>&1 && owner=postgres
    as=(setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups)
fi

# Not under TMPDIR: a socket's path may have 107 bytes.
home="$(mktemp -d /tmp/sanmiao-pg.XXXXXX)"
chown "$owner" "$home"
chmod 0711 "$home"

cleanup() {
    (cd / && "${as[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1) || true
    rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

in_home() {
    (cd / && HOME="$home" "${as[@]}" "$@")
}

in_home "$bin/initdb" -D "$home/data" -U sanmiao -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$home.log" 2>&1 ||
    { cat "$home.log" >&2; rm -f "$home.log"; exit 1; }
rm -f "$home.log"
in_home "$bin/pg_ctl" -D "$home/data" -w -t 60 -l "$home/data/server.log" \
    -o "-k $home -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c max_connections=300 -c shared_buffers=${SANMIAO_TEST_POSTGRES_BUFFERS:-32MB} -c autovacuum=off" start >/dev/null ||
    { cat "$home/data/server.log" >&2; exit 1; }

export SANMIAO_TEST_POSTGRES="postgres://sanmiao@localhost/postgres?host=$home"
status=0
"$@" || status=$?
exit "$status"
