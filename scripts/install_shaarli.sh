#!/bin/sh
# Installs Shaarli and the PHP it needs (Debian's packages, system-wide). tests/servers/test_shaarli.py starts a copy of it.
set -eu

say() { printf '%s\n' "$*" >&2; }

there() { [ -f /usr/share/shaarli/index.php ] && command -v php >/dev/null && php -m | grep -qi '^mbstring$'; }

if there; then
    say "Shaarli: present"
    exit 0
fi
command -v apt-get >/dev/null || { say "Shaarli: this script knows Debian's package only; its tests are skipped without it"; exit 1; }
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo"
log="${TMPDIR:-/tmp}/smm-install-shaarli.log"
say "Shaarli: installing"
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends \
    shaarli php-cli php-curl php-xml php-mbstring php-gd php-intl >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
there || { say "Shaarli: installed, but not where it was looked for; see $log"; exit 1; }
say "Shaarli: installed"
