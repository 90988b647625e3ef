#!/usr/bin/env bash
# Installs what the tests need on a machine that has Rust and nothing else: Python oracles, nextest, cargo-deny, and for
# the pages Node.js with an OpenID provider to sign in at, Chromium with Chinese fonts, and the checkers. Does nothing
# where everything is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() {
    command -v apt-get >/dev/null || { echo "install by hand: $*" >&2; exit 1; }
    as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$@"
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

command -v node >/dev/null && command -v npm >/dev/null || apt_install nodejs npm
command -v chromium >/dev/null || apt_install chromium
[ -e /usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 ] || apt_install libfaketime
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || apt_install fontconfig fonts-noto-cjk
# npm leaves its own copy of the lock file behind when everything it names is there.
installed=tests/browser/node_modules/.package-lock.json
[ "$installed" -nt tests/browser/package-lock.json ] || npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund
