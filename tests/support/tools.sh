#!/usr/bin/env bash
# Installs what the tests need on a machine that has Rust and nothing else: Python oracles, node with an
# OpenID provider to sign in at, nextest and cargo-deny. Does nothing where everything is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() {
    command -v apt-get >/dev/null || { echo "install by hand: $*" >&2; exit 1; }
    as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq "$@"
}

command -v python3 >/dev/null || apt_install python3 python3-venv
command -v cc >/dev/null || apt_install build-essential
tests/oracles/setup.sh
{ command -v node && command -v npm; } >/dev/null || apt_install nodejs npm
# Exactly what the lock says, and nothing when that is there already.
cmp -s tests/oidc/package-lock.json tests/oidc/node_modules/.locked || {
    npm ci --prefix tests/oidc --no-audit --no-fund --ignore-scripts --silent
    cp tests/oidc/package-lock.json tests/oidc/node_modules/.locked
}
command -v cargo-nextest >/dev/null || cargo install cargo-nextest --locked
command -v cargo-deny >/dev/null || cargo install cargo-deny --locked --debug
