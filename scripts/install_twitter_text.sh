#!/bin/sh
# Installs npm's twitter-text, the reference implementation that the tests compare text/x.py with, into .tools/twitter-text.
# Needs node and npm; ends without an error where they are missing (the test then says why it is skipped).
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=$here/.tools/twitter-text
if ! command -v npm >/dev/null 2>&1; then
    echo "npm is missing: twitter-text is not installed" >&2
    exit 0
fi
[ -f "$folder/node_modules/twitter-text/package.json" ] && exit 0
mkdir -p "$folder"
cd "$folder"
[ -f package.json ] || printf '{"name": "twitter-text-reference", "private": true}\n' >package.json
npm install --no-audit --no-fund --ignore-scripts --save-exact twitter-text@3.1.0 twemoji-parser@11.0.2
