<?php
// Makes a site with an administrator and an author, and prints an application password for each.
$_SERVER['HTTP_HOST'] = parse_url(getenv('SMM_WP_URL'), PHP_URL_HOST) . ':' . parse_url(getenv('SMM_WP_URL'), PHP_URL_PORT);
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
define('WP_INSTALLING', true);
require getenv('SMM_WP_ROOT') . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_mail(...$said) { return true; }
wp_install('smm test', 'ada', 'ada@example.org', true, '', 'not used');
wp_insert_user(['user_login' => 'ben', 'user_pass' => 'not used', 'user_email' => 'ben@example.org', 'role' => 'author']);
wp_insert_user(['user_login' => 'cem', 'user_pass' => 'not used', 'user_email' => 'cem@example.org', 'role' => 'subscriber']);
global $wp_rewrite;
$wp_rewrite->set_permalink_structure('/%postname%/');
flush_rewrite_rules();
$made = [];
foreach (['ada', 'ben', 'cem'] as $login) {
    [$made[$login]] = WP_Application_Passwords::create_new_application_password(get_user_by('login', $login)->ID, ['name' => 'smm']);
}
echo "\n", json_encode($made), "\n";
