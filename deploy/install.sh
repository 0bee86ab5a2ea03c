#!/bin/sh
# Makes .venv hold what a lock file pins, and the project itself: install.sh requirements.lock
# PYTHON chooses the interpreter; otherwise it is the first one that will do. The system's own comes
# first: it is compiled with optimisation, as those of version managers often are not, which costs
# every order a quarter more.
set -eu
cd "$(dirname "$0")/.."
lock=$1

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

makes_venvs() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-/usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if new_enough "$name" && makes_venvs "$name"; then
            command -v "$name"
            return
        fi
    done
    echo "Esteira needs a Python 3.11 or newer that can make virtual environments (Debian, Ubuntu:" >&2
    echo "apt-get install python3-venv), and found none: tried ${PYTHON:-python3, python3.11 to python3.14}." >&2
    echo "Install one, or name it: make run PYTHON=/path/to/python3" >&2
    exit 2
}

if ! new_enough .venv/bin/python; then
    python=$(find_python)
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
