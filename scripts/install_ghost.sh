#!/bin/sh
# Installs Ghost into .tools/ghost, which git ignores, for tests/servers/test_ghost.py. About three minutes, 540 MB. Run it again
# whenever you like: what is there already is only checked.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
place="$here/.tools/ghost"
GHOST=5.130.6        # the last Ghost 5 line; runs on Node 18 to 22

say() { printf '%s\n' "$*" >&2; }

there() {
    [ "$(sed -n 's/^ *"version": "\(.*\)",\{0,1\}$/\1/p' "$place/package/package.json" 2>/dev/null | head -1)" = "$GHOST" ] &&
        (cd "$place/package" && node -e "new (require('sqlite3').Database)(':memory:')" >/dev/null 2>&1)
}

command -v npm >/dev/null || { say "Ghost needs Node.js 18 or later and npm: install them first (Debian: apt-get install nodejs npm)"; exit 1; }
if there; then
    say "Ghost $GHOST: present"
    exit 0
fi
say "Ghost $GHOST: installing, about three minutes (it compiles sqlite3: python3, make, g++)"
mkdir -p "$place"
cd "$place"
rm -rf package
npm pack --silent "ghost@$GHOST" >/dev/null
tar xzf "ghost-$GHOST.tgz"
rm "ghost-$GHOST.tgz"
cd package
# Its package.json asks for things that only its own workspace has; jackspeak is pinned there by a field that npm does not read.
node -e '
const fs = require("fs"), made = JSON.parse(fs.readFileSync("package.json"));
delete made.devDependencies; delete made.resolutions; made.overrides = {jackspeak: "2.3.6"};
fs.writeFileSync("package.json", JSON.stringify(made, null, 1));'
npm install --omit=dev --legacy-peer-deps --ignore-scripts --no-audit --no-fund >&2
npm rebuild sqlite3 >&2
there || { say "sqlite3 does not load: look at the output of npm above"; exit 1; }
say "Ghost $GHOST: installed"
