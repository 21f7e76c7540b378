#!/usr/bin/env bash
# Resolve backend/requirements-*.in to pinned, hashed requirements-*.txt for every platform. Run by hand (`make lock`) after changing a .in file.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=build/lock-venv
[ -x "$tools/bin/uv" ] || { /usr/bin/python3 -m venv "$tools" && "$tools/bin/pip" install --quiet uv; }
for variant in cpu nvidia; do
    {
        echo "# Made by \`make lock\` from requirements-$variant.in; don't edit."
        echo "# Every package that the backend's environment gets, with the hashes of its files for all platforms: pip refuses any other file."
        "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
            "backend/requirements-$variant.in"
    } >"build/requirements-$variant.txt"
    mv "build/requirements-$variant.txt" "backend/requirements-$variant.txt"
done
