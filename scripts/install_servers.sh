#!/bin/sh
# Installs the servers that smm did not write and is tested against (tests/servers). Run it again whenever you like:
# what is there already is only checked. Everything stays inside .tools/, which git ignores.
#   scripts/install_servers.sh [pds] [mastodon]     without names: all of them
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
tools="$here/.tools"
python="${SMM_PYTHON:-$here/.venv/bin/python}"

PDS=0.4.217        # the last that runs on Node 20; 0.5 needs Node 22
PLC=0.0.1

say() { printf '%s\n' "$*" >&2; }

installed() { # installed PACKAGE VERSION: whether .tools/pds holds exactly that
    [ "$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$tools/pds/node_modules/$1/package.json" 2>/dev/null)" = "$2" ]
}

opens() { # better-sqlite3 is compiled on install: it must load, not only lie there
    (cd "$tools/pds" && node -e "new (require('better-sqlite3'))(':memory:').close()" >/dev/null 2>&1)
}

pds() {
    command -v npm >/dev/null || { say "the Bluesky PDS needs Node.js 20 or later and npm: install them first (Debian: apt-get install nodejs npm)"; return 1; }
    if installed @atproto/pds "$PDS" && installed @did-plc/server "$PLC" && opens; then
        say "Bluesky PDS $PDS: present"
        return 0
    fi
    say "Bluesky PDS $PDS: installing, about two minutes (it compiles better-sqlite3: python3, make, g++)"
    mkdir -p "$tools/pds"
    cd "$tools/pds"
    [ -f package.json ] || printf '{"name": "smm-test-pds", "private": true}\n' > package.json
    npm install --no-audit --no-fund --save-exact "@atproto/pds@$PDS" "@did-plc/server@$PLC" >&2
    opens || npm rebuild better-sqlite3 >&2
    opens || { say "better-sqlite3 does not load: look at the output of npm above"; return 1; }
    say "Bluesky PDS $PDS: installed"
}

mastodon() {
    if "$python" -c "import mastodon_mock" >/dev/null 2>&1; then
        say "mastodon_mock: present"
        return 0
    fi
    say "mastodon_mock: installing"
    "$python" -m pip install --quiet mastodon-mock
    say "mastodon_mock: installed"
}

[ $# -gt 0 ] || set -- pds mastodon
for server in "$@"; do
    case "$server" in
        pds | mastodon) ("$server") ;;
        *) say "no server $server: pds, mastodon"; exit 2 ;;
    esac
done
