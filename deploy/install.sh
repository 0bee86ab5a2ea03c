#!/bin/sh
# Makes .venv hold what a lock file pins, and the project itself: install.sh requirements.lock
# PYTHON chooses the interpreter; otherwise the first one that is new enough.
set -eu
cd "$(dirname "$0")/.."
lock=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$name"; then
            command -v "$name"
            return
        fi
    done
    echo "Esteira needs Python 3.11 or newer, and found none: tried ${PYTHON:-python3, python3.11 to python3.14}." >&2
    echo "Install one, or name it: make run PYTHON=/path/to/python3" >&2
    exit 2
}

if ! new_enough .venv/bin/python; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments. Debian, Ubuntu: apt-get install python3-venv" >&2
        exit 2
    fi
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

pip() {
    .venv/bin/python -m pip --disable-pip-version-check "$@"
}

echo "Installing what $lock pins (the first time it downloads about 190 MB)"
if ! pip install --require-hashes --requirement "$lock"; then
    echo "The packages could not be installed. If pip says that one has no distribution for this" >&2
    echo "platform, use the containers of deploy/compose.yaml, with ESTEIRA_KAFKA and" >&2
    echo "ESTEIRA_MONGODB for servers of your own. Otherwise run the same command again." >&2
    exit 2
fi
pip install --quiet --no-build-isolation --no-deps --editable .
