#!/bin/sh
# Installs two Nostr relays that smm did not write and is tested against (tests/servers/test_nostr_relays.py): the LocalRelay of
# nostr-sdk, and nostr-relay. Run it again whenever you like: what is there already is only checked. Both stand in .tools/relays.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
tools="$here/.tools"
python="${SMM_PYTHON:-$here/.venv/bin/python}"

SDK=0.45.1
RELAY=1.14

say() { printf '%s\n' "$*" >&2; }

starts() { # both must load with their compiled parts, not only lie there
    [ -x "$tools/relays/bin/python" ] && "$tools/relays/bin/python" - "$SDK" "$RELAY" >/dev/null 2>&1 <<'PYTHON'
import sys
from importlib.metadata import version

import nostr_relay.web
from nostr_sdk import LocalRelayBuilder

assert [version("nostr-sdk"), version("nostr-relay")] == sys.argv[1:]
PYTHON
}

if starts; then
    say "Nostr relays: present"
    exit 0
fi
say "Nostr relays: installing, about a minute"
mkdir -p "$tools"
"$python" -m venv "$tools/relays"
"$tools/relays/bin/python" -m pip install --quiet --disable-pip-version-check "nostr-sdk==$SDK" "nostr-relay==$RELAY" >&2
starts || { say "a relay does not load: run $tools/relays/bin/python -c 'import nostr_relay.web, nostr_sdk'"; exit 1; }
say "Nostr relays: installed"
