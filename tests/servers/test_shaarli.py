"""The Shaarli adapter against Shaarli itself (Debian's package), whose files are copied and started on loopback."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from smm_cli.accounts.sign import sign
from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.shaarli import NETWORK
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Absent, Found, Intent

pytestmark = pytest.mark.server

SOURCE = Path("/usr/share/shaarli")
SECRET = "a secret of twelve or more letters"
ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file('WWW' . $path) && !preg_match('/\\.php$/', $path)) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = 'WWW/index.php';
chdir('WWW');
require 'WWW/index.php';
"""


def _conftest():
    spec = importlib.util.spec_from_file_location("servers_conftest", Path(__file__).parent / "conftest.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def lay_out(root: Path) -> None:
    """A copy of Debian's Shaarli that keeps its files below `root`: its paths are compiled in."""
    www = root / "www"
    shutil.copytree(SOURCE, www, ignore=shutil.ignore_patterns("cache", "doc"), symlinks=False, ignore_dangling_symlinks=True)
    for folder in ("data", "cache/cache", "cache/pagecache", "cache/tmp"):
        (root / folder).mkdir(parents=True)
    (www / "cache").symlink_to(root / "cache/cache")
    moved = {"/var/lib/shaarli/data": "data", "/var/cache/shaarli": "cache", "/usr/share/shaarli": "www"}
    for file in www.rglob("*.php"):
        text = old = file.read_text("utf-8", errors="surrogateescape")
        for there, here in moved.items():
            text = text.replace(there, str(root / here))
        if text != old:
            file.write_text(text, "utf-8", errors="surrogateescape")
    salt = "salt"
    login = {"login": "ada", "salt": salt, "hash": hashlib.sha1(f"passwordada{salt}".encode()).hexdigest()}
    config = {"credentials": login, "api": {"enabled": True, "secret": SECRET}, "general": {"title": "Ada's links", "timezone": "UTC"}}
    (root / "data/config.json.php").write_text(f"<?php /*\n{json.dumps(config)}\n*/ ?>")
    (root / "router.php").write_text(ROUTER.replace("WWW", str(www)))


@pytest.fixture(scope="module")
def shaarli(tmp_path_factory):
    """The address of a running Shaarli."""
    servers = _conftest()
    servers.need("Shaarli", (SOURCE / "index.php").exists() and bool(shutil.which("php")), "scripts/install_shaarli.sh")
    root, port = tmp_path_factory.mktemp("shaarli"), servers.free_port()
    lay_out(root)
    env = {**os.environ, "PHP_CLI_SERVER_WORKERS": "2"}
    command = ["php", "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", "-t", str(root / "www"), str(root / "router.php")]
    with servers.running(command, f"http://127.0.0.1:{port}/login", root, env):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def me(shaarli, talk):
    return talk(NETWORK, {"server": shaarli}, SECRET)


@pytest.fixture
def links(shaarli):
    """All bookmarks, the newest first, asked for by another way than smm's."""

    def ask():
        signed = sign(NETWORK.auth, {"key": SECRET}, "GET", "", {}, b"", datetime.now(UTC))
        return httpx2.get(f"{shaarli}/api/v1/links", params={"limit": "all"}, headers=signed).json()

    return ask


def own_link() -> str:
    """A link that no other test saves."""
    return f"https://example.org/page/{time.time_ns()}"


def test_verify_tells_what_the_server_calls_itself(me):
    assert me.verify().name == "Ada's links"


def test_a_wrong_secret_is_an_error_of_the_channel(shaarli, talk):
    with pytest.raises(AuthFailed, match="Not authorized"):
        talk(NETWORK, {"server": shaarli}, "another secret").verify()


def test_a_bookmark_appears_with_title_note_and_tags(me, links):
    url = own_link()
    receipt = me.publish(me.composed("A *fine* page.\n\nReally.", title="Grüße 👋", link=url, tags=("open source", "tools", "Tools")))[0]
    found = next(one for one in links() if one["url"] == url)
    assert (found["title"], found["description"]) == ("Grüße 👋", "A *fine* page.\n\nReally.")
    assert (found["tags"], found["private"]) == (["open-source", "tools"], False)
    assert receipt.id == str(found["id"])
    assert httpx2.get(receipt.url).status_code == 200


def test_a_private_bookmark_is_private(me, links):
    url = own_link()
    me.publish(me.composed("Mine.", title="Mine", link=url, visibility="private"))
    assert next(one for one in links() if one["url"] == url)["private"] is True


def test_after_a_lost_answer_the_bookmark_is_found_and_not_made_again(me, links):
    url = own_link()
    payload = me.composed("Lost on the way.", title="Lost", link=f"{url}?utm_source=smm&a=1", tags=("x",))
    receipt = me.publish(payload)[0]
    intent = Intent(0, next(one for one in me.asked if one.commits), datetime.now(UTC))
    found = me.run(me.network.lookup(payload, intent, (), None))
    assert isinstance(found, Found)
    assert (found.receipt.id, found.receipt.url) == (receipt.id, receipt.url)
    assert me.publish(payload)[0].id == receipt.id
    assert [one["url"] for one in links() if one["url"].startswith(url)] == [f"{url}?a=1"]


def test_a_bookmark_that_was_never_made_is_absent(me):
    payload = me.composed("Never sent.", title="Never", link=own_link())
    request = me.network.save(payload.parts[0], None)
    assert isinstance(me.run(me.network.lookup(payload, Intent(0, request, datetime.now(UTC)), (), None)), Absent)


def test_the_server_itself_refuses_a_second_bookmark_of_a_link(me):
    payload = me.composed("Once.", title="Once", link=own_link())
    me.publish(payload)

    def straight():
        yield me.network.save(payload.parts[0], None)

    with pytest.raises(Rejected, match="already: Once"):
        me.run(straight())


def test_a_bookmark_that_says_something_else_is_written_over_only_when_told(me, links):
    url = own_link()
    me.publish(me.composed("Somebody's own words.", title="Theirs", link=url))
    with pytest.raises(Rejected, match="something else: Theirs"):
        me.publish(me.composed("Ours.", title="Ours", link=url))
    me.publish(me.composed("Ours.", title="Ours", link=url, options={"replace": True}))
    assert [(one["title"], one["description"]) for one in links() if one["url"] == url] == [("Ours", "Ours.")]


def test_editing_changes_it_and_withdrawing_twice_is_fine(me, links):
    url = own_link()
    receipt = me.publish(me.composed("Before.", title="Before", link=url, tags=("old",)))[0]
    edited = me.composed("After.", title="After", link=url)
    assert me.run(me.network.edit(edited, 0, receipt)).id == receipt.id
    assert [(one["title"], one["tags"]) for one in links() if one["url"] == url] == [("After", [])]
    for _ in range(2):
        me.run(me.network.withdraw(receipt, 0))
    assert not [one for one in links() if one["url"] == url]


def test_the_channel_is_bound_to_its_address():
    assert NETWORK(Channel("links", "shaarli", {"server": "https://Links.example/shaarli/"})).hosts() == ("links.example",)
