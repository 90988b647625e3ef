#!/bin/sh
# Makes .tools/venv under the crate root, with the packages that the oracle tests ask. Run again after requirements.txt changes.
set -eu
cd "$(dirname "$0")/../.."
python3 -m venv .tools/venv
.tools/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/oracles/requirements.txt
