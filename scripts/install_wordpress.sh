#!/bin/sh
# Installs WordPress on SQLite into .tools/wordpress, which git ignores, for tests/servers/test_wordpress.py. Half a minute, 60 MB.
# Needs PHP (Debian: apt-get install --no-install-recommends php-cli php-xml php-mbstring php-gd php-curl php-sqlite3 unzip).
# Run it again whenever you like: what is there already is only checked.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
place="$here/.tools/wordpress"
WORDPRESS=6.5
BUILDS=0.9.4         # the package that holds WordPress and its SQLite plugin as archives

say() { printf '%s\n' "$*" >&2; }

for program in php npm unzip; do
    command -v "$program" >/dev/null || { say "WordPress needs $program: install it first (Debian: apt-get install php-cli npm unzip)"; exit 1; }
done
php -r 'exit(extension_loaded("pdo_sqlite") && extension_loaded("mbstring") && extension_loaded("gd") && extension_loaded("xml") ? 0 : 1);' ||
    { say "PHP lacks an extension (Debian: apt-get install --no-install-recommends php-xml php-mbstring php-gd php-sqlite3)"; exit 1; }
if [ -f "$place/www/wp-content/db.php" ] && [ "$(cat "$place/version" 2>/dev/null)" = "$WORDPRESS" ]; then
    say "WordPress $WORDPRESS: present"
    exit 0
fi
say "WordPress $WORDPRESS: installing"
rm -rf "$place"
mkdir -p "$place/fetched"
cd "$place/fetched"
printf '{"name": "smm-test-wordpress", "private": true}\n' > package.json
npm install --ignore-scripts --no-audit --no-fund --save-exact "@wp-playground/wordpress-builds@$BUILDS" >&2
builds=node_modules/@wp-playground/wordpress-builds/src
plugin=wp-content/plugins/sqlite-database-integration
unzip -q "$builds/wordpress/wp-$WORDPRESS.zip" -d ../www
unzip -q "$builds/sqlite-database-integration/sqlite-database-integration.zip" -d plugin
mv plugin/sqlite-database-integration-main "../www/$plugin"
cd "$place"
sed "s#{SQLITE_IMPLEMENTATION_FOLDER_PATH}#$place/www/$plugin#; s#{SQLITE_PLUGIN}#sqlite-database-integration/load.php#" \
    "www/$plugin/db.copy" > www/wp-content/db.php
mkdir -p www/wp-content/uploads
rm -rf fetched
printf '%s\n' "$WORDPRESS" > version
say "WordPress $WORDPRESS: installed"
