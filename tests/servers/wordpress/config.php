<?php
// wp-config.php of the WordPress that tests run: SQLite in the folder SMM_WP_FOLDER, nothing asked outside.
define('DB_NAME', 'wp');
define('DB_USER', '');
define('DB_PASSWORD', '');
define('DB_HOST', '');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('DB_ENGINE', 'sqlite');
define('DB_DIR', getenv('SMM_WP_FOLDER') . '/');
define('DB_FILE', 'wp.sqlite');
foreach (['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'] as $name) {
    define($name, 'only for tests ' . $name);
}
$table_prefix = 'wp_';
define('WP_DEBUG', false);
define('WP_ENVIRONMENT_TYPE', 'local');  // else application passwords are refused over http
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
define('WP_HOME', getenv('SMM_WP_URL'));
define('WP_SITEURL', getenv('SMM_WP_URL'));
if (!defined('ABSPATH')) {
    define('ABSPATH', getenv('SMM_WP_ROOT') . '/');
}
require_once ABSPATH . 'wp-settings.php';
