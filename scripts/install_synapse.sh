#!/bin/sh
# Installs Matrix Synapse, a server that smm did not write and is tested against (tests/servers/test_matrix_synapse.py).
# Run it again whenever you like: what is there already is only checked. It gets a Python environment of its own in .tools/synapse.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
tools="$here/.tools"
python="${SMM_PYTHON:-$here/.venv/bin/python}"

SYNAPSE="${SMM_SYNAPSE:-}"        # a version, else the newest that this Python can run

say() { printf '%s\n' "$*" >&2; }

starts() { # it must load with its compiled parts, not only lie there
    [ -x "$tools/synapse/bin/python" ] && "$tools/synapse/bin/python" -c "import synapse.app.homeserver, synapse.synapse_rust" >/dev/null 2>&1
}

if starts; then
    say "Matrix Synapse: present"
    exit 0
fi
say "Matrix Synapse: installing, about a minute"
mkdir -p "$tools"
"$python" -m venv "$tools/synapse"
"$tools/synapse/bin/python" -m pip install --quiet --disable-pip-version-check "matrix-synapse${SYNAPSE:+==$SYNAPSE}" >&2
starts || { say "Synapse does not load: run $tools/synapse/bin/python -m synapse.app.homeserver --help"; exit 1; }
say "Matrix Synapse: installed"
