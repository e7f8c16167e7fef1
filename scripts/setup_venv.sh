#!/bin/sh
# Make or refresh ./.venv with this project installed in place: setup_venv.sh [EXTRA] (none, test, dev, peers).
# PYTHON names the interpreter; without it the newest python >= 3.11 on the path is taken.
# Whatever is missing is said in one sentence.
set -u

extra="${1:-}"
venv=.venv
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 2
cd "$here" || exit 2

stop() {
    printf 'symlandscape: %s\n' "$1" >&2
    exit 2
}

recent() {
    "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        recent "$PYTHON" || stop "Python >= 3.11 is needed and PYTHON=$PYTHON is none (or does not run): name another one with 'make PYTHON=/path/to/python'."
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if recent "$candidate"; then
            PYTHON=$candidate
            return
        fi
    done
    stop "Python >= 3.11 is needed and none was found on the path: install it, or name one with 'make PYTHON=/path/to/python'."
}

make_venv() {
    find_python
    "$PYTHON" -c 'import venv' >/dev/null 2>&1 ||
        stop "the module venv of $PYTHON is missing: install it (on Debian and Ubuntu the package python3-venv) and try again."
    "$PYTHON" -c 'import ensurepip' >/dev/null 2>&1 ||
        stop "the module ensurepip of $PYTHON, which brings pip into a virtual environment, is missing: install it (on Debian and Ubuntu the package python3-venv) and try again."
    rm -rf "$venv"
    "$PYTHON" -m venv "$venv" ||
        stop "$PYTHON could not make the virtual environment $here/$venv (its reason is above): mend that, or name another interpreter with 'make PYTHON=/path/to/python'."
}

if [ ! -x "$venv/bin/python" ] || ! recent "$venv/bin/python"; then
    make_venv
fi
"$venv/bin/python" -m pip --version >/dev/null 2>&1 ||
    stop "pip is missing in $here/$venv: remove that folder with 'make clean' and try again."

what=.
[ -z "$extra" ] || what=".[$extra]"
printf 'symlandscape: installing %s into %s (once; the first time takes a minute or two)\n' "$what" "$venv" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$what" ||
    stop "pip could not install the dependencies named in pyproject.toml (its reason is above): check the network and the free disk space, and try again."
