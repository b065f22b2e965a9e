#!/bin/sh
# Installs the programs that the tests start: Chromium (pages), ffmpeg (films), Node.js, npm and PHP (servers), Shaarli, PostgreSQL.
# Needs Debian or Ubuntu, and root. Elsewhere it says what is missing; the tests that need it are skipped by name.
set -eu

missing=""
have() { command -v "$1" >/dev/null 2>&1; }
have chromium || have chromium-browser || have google-chrome || missing="$missing chromium"
have ffprobe || missing="$missing ffmpeg"
have node || missing="$missing nodejs"
have npm || missing="$missing npm"
have git || missing="$missing git"
have unzip || missing="$missing unzip"
have php && php -m | grep -qi '^pdo_sqlite$' || missing="$missing php-cli php-curl php-xml php-mbstring php-gd php-intl php-sqlite3"
[ -f /usr/share/shaarli/index.php ] || missing="$missing shaarli"
have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! have apt-get; then
    echo "not installed:$missing (tests that need them are skipped). As root: apt-get install$missing" >&2
    exit 0
fi
echo "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 - a list of names
apt-get install -y -qq --no-install-recommends $missing >/dev/null
