#!/bin/sh
# install.sh STAMP REQUIREMENTS.. : make .venv and install hashed requirements, by uv or by pip.
set -eu
stamp=$1
shift
files=""
for file in "$@"; do files="$files --requirement $file"; done

if uv --version >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv --quiet --python '>=3.11' .venv
    # shellcheck disable=SC2086 # the words of $files are meant
    uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes $files
else
    python=${PYTHON:-python3}
    if [ ! -x .venv/bin/python ]; then
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
            echo "EventHub needs Python 3.11 or newer; PYTHON=python3.12 make run names another one" >&2
            exit 1
        }
        "$python" -m venv .venv >/dev/null 2>&1 || {
            rm -rf .venv
            echo "apt install python3-venv" >&2
            exit 1
        }
    fi
    # shellcheck disable=SC2086 # the words of $files are meant
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes $files
fi
touch "$stamp"
