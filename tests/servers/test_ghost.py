"""The Ghost adapter against Ghost 5.130 with SQLite on loopback: scripts/install_ghost.sh."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.ghost import NETWORK
from smm_cli.words.conversation import Absent, Found, Intent

HERE = Path(__file__).parent
PACKAGE = HERE.parent.parent / ".tools/ghost/package"

pytestmark = pytest.mark.server


@dataclass
class Site:
    """A running Ghost; `owner` is a browser that is logged in, `key` an Admin API key."""

    url: str
    owner: httpx2.Client
    key: str

    def call(self, method, path, **more):
        answer = self.owner.request(method, f"{self.url}/ghost/api/admin/{path}", **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def post(self, receipt):
        return self.call("GET", f"posts/{receipt.id}/?formats=html,lexical&include=tags")["posts"][0]

    def titled(self, title):
        found = self.call("GET", "posts/?limit=100&fields=id,title,slug,status")["posts"]
        return [post for post in found if post["title"] == title]


def settings(url, port, folder):
    """Ghost's settings as it reads them from the environment."""
    said = {
        "url": url,
        "server": {"host": "127.0.0.1", "port": port},
        "database": {"client": "sqlite3", "connection": {"filename": str(folder / "ghost.db")}, "useNullAsDefault": True},
        "mail": {"transport": "stub"},
        "logging": {"transports": ["stdout"], "level": "error"},
        "paths": {"contentPath": str(folder / "content")},
        "privacy": {"useUpdateCheck": False, "useGravatar": False, "useRpcPing": False, "useStructuredData": False},
        "spam": {"user_login": {"freeRetries": 1000}},
        "security": {"staffDeviceVerification": False},
    }
    return dict(flat("", said))


def flat(name, value):
    if not isinstance(value, dict):
        yield name, value if isinstance(value, str) else json.dumps(value)
        return
    for key, inner in value.items():
        yield from flat(f"{name}__{key}" if name else key, inner)


def key_of(url, owner):
    """The site's owner is made and logged in, and makes a custom integration."""
    person = {"name": "Ada", "email": "ada@example.org", "password": "0nly for tests!", "blogTitle": "smm test"}
    assert owner.post(f"{url}/ghost/api/admin/authentication/setup/", json={"setup": [person]}).status_code == 201
    said = {"username": person["email"], "password": person["password"]}
    assert owner.post(f"{url}/ghost/api/admin/session/", json=said).status_code == 201
    made = owner.post(f"{url}/ghost/api/admin/integrations/?include=api_keys", json={"integrations": [{"name": "smm"}]}).json()
    return next(key["secret"] for key in made["integrations"][0]["api_keys"] if key["type"] == "admin")


@pytest.fixture(scope="module")
def site(tmp_path_factory, grounds):
    grounds.need("Ghost", (PACKAGE / "node_modules").is_dir() and bool(shutil.which("node")), "scripts/install_ghost.sh")
    folder, port = tmp_path_factory.mktemp("ghost"), grounds.free_port()
    url = f"http://127.0.0.1:{port}"
    shutil.copytree(PACKAGE / "content", folder / "content")
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "NODE_ENV": "development", **settings(url, port, folder)}
    command = ["sh", "-c", 'cd "$0" && exec node -r "$1" index.js', str(PACKAGE), str(HERE / "pds/loopback.cjs")]
    with grounds.running(command, f"{url}/ghost/api/admin/site/", folder, env), httpx2.Client(headers={"origin": url}, timeout=60) as owner:
        yield Site(url, owner, key_of(url, owner))


@pytest.fixture
def ada(site, talk):
    return talk(NETWORK, {"url": site.url}, site.key)


def alone(title):
    """A title that no other test has."""
    return f"{title} {datetime.now(UTC):%H %M %S %f}"


def intent(talk):
    return Intent(0, next(one for one in reversed(talk.asked) if one.commits), datetime.now(UTC))


def test_verify_tells_the_site_and_its_version(ada):
    account = ada.verify()
    assert (account.name, account.software) == ("smm test", "ghost")
    assert account.version.startswith("5.")


@pytest.mark.parametrize("key", ["0123456789abcdef01234567:" + "ab" * 32, ""])
def test_a_wrong_key_is_an_error_of_the_channel(site, talk, key):
    wrong = key or site.key[:-2] + ("00" if site.key[-2:] != "00" else "11")
    with pytest.raises(AuthFailed, match="401"):
        talk(NETWORK, {"url": site.url}, wrong).verify()


def test_a_post_appears_with_title_text_tags_excerpt_and_canonical_address(ada, site):
    title = alone("Grüße & <Neues>")
    body = "## Why\n\nA *text*.\n\n- one\n- two\n\n> said\n\n```\ncode\n```"
    more = {"tags": ("Köln", "#tools"), "canonical": "https://first.example/a", "options": {"excerpt": "In short"}}
    receipt = ada.publish(ada.composed(body, title=title, **more))[0]
    found = site.post(receipt)
    assert (found["title"], found["status"], found["url"]) == (title, "published", receipt.url)
    assert (found["custom_excerpt"], found["canonical_url"]) == ("In short", "https://first.example/a")
    assert [tag["name"] for tag in found["tags"]] == ["Köln", "tools"]
    assert "<em>text</em>" in found["html"]
    assert "<li>two</li>" in found["html"]
    assert found["slug"].startswith("gruesse-neues-")
    assert found["email"] is None if "email" in found else True
    assert httpx2.get(receipt.url).status_code == 200


def test_a_post_with_pictures_has_the_first_as_its_own_and_the_others_in_the_text(ada, site, png):
    media = [ada.picture(png(), alt="two dots"), ada.picture(png(1, 3), alt="a line & more")]
    receipt = ada.publish(ada.composed("With pictures", title=alone("Pictures"), media=media))[0]
    found = site.post(receipt)
    assert found["feature_image_alt"] == "two dots"
    assert httpx2.get(found["feature_image"]).status_code == 200
    assert 'alt="a line &amp; more"' in found["html"]


def test_a_text_can_be_kept_as_it_is(site, talk):
    talking = talk(NETWORK, {"url": site.url, "verbatim": True}, site.key)
    found = site.post(talking.publish(talking.composed("A ~~gone~~ text", title=alone("Verbatim")))[0])
    assert "<del>gone</del>" in found["html"]


def test_a_name_that_another_post_has_gets_digits_of_our_own(ada, site):
    title = alone("Same")
    first, second = (site.post(ada.publish(ada.composed(text, title=title))[0])["slug"] for text in ("one", "two"))
    assert second.startswith(f"{first}-")
    assert len(second) == len(first) + 7


def test_after_a_lost_answer_the_post_is_found_and_not_made_again(ada, site):
    title = alone("Lost & <found>")
    payload = ada.composed("lost", title=title)
    receipt = ada.publish(payload)[0]
    found = ada.run(ada.network.lookup(payload, intent(ada), (), None))
    assert isinstance(found, Found)
    assert (found.receipt.id, found.receipt.url) == (receipt.id, receipt.url)
    assert len(site.titled(title)) == 1


def test_what_never_arrived_is_absent(ada):
    payload = ada.composed("gone", title=alone("Absent"))
    ada.run(ada.network.withdraw(ada.publish(payload)[0], 0))
    assert isinstance(ada.run(ada.network.lookup(payload, intent(ada), (), None)), Absent)


def test_editing_changes_text_and_tags_and_keeps_the_address(ada, site):
    receipt = ada.publish(ada.composed("before", title=alone("Edit"), tags=("x",)))[0]
    for text in ("after", "after all"):
        after = ada.run(ada.network.edit(ada.composed(text, title="Edited"), 0, receipt))
    found = site.post(receipt)
    assert (found["title"], found["tags"], after.url) == ("Edited", [], receipt.url)
    assert "after all" in found["html"]


def test_withdrawing_twice_is_fine(ada, site):
    receipt = ada.publish(ada.composed("gone", title=alone("Withdraw")))[0]
    for _ in range(2):
        ada.run(ada.network.withdraw(receipt, 0))
    assert httpx2.get(receipt.url).status_code == 404


def test_a_draft_is_not_public(ada, site):
    receipt = ada.publish(ada.composed("later", title=alone("Draft"), options={"status": "draft"}))[0]
    assert site.post(receipt)["status"] == "draft"


def test_a_title_that_is_too_long_is_an_error_of_the_post(ada, site):
    title = alone("x" * 255)
    with pytest.raises(Rejected, match="title"):
        ada.publish(ada.composed("x", title=title))
    assert site.titled(title) == []


def test_a_newsletter_that_is_not_there_publishes_nothing_and_the_draft_is_used_again(ada, site):
    title = alone("Mailed")
    payload = ada.composed("by mail", title=title, options={"newsletter": "no-such-newsletter"})
    for _ in range(2):
        with pytest.raises(Rejected):
            ada.publish(payload)
    assert [post["status"] for post in site.titled(title)] == ["draft"]
    fields = {key: value for key, value in payload.parts[0].fields.items() if key not in ("newsletter", "segment")}
    assert ada.publish(replace(payload, parts=(replace(payload.parts[0], fields=fields),)))[0].url


def test_a_post_that_goes_by_mail_too_is_published_once(ada, site):
    """Nobody is subscribed, so no mail leaves; Ghost notes the newsletter."""
    title = alone("Newsletter")
    payload = ada.composed("by mail", title=title, options={"newsletter": "default-newsletter"})
    receipt = ada.publish(payload)[0]
    assert [post["status"] for post in site.titled(title)] == ["published"]
    assert site.call("GET", f"posts/{receipt.id}/?include=newsletter")["posts"][0]["newsletter"]["slug"] == "default-newsletter"
    assert isinstance(ada.run(ada.network.lookup(payload, intent(ada), (), None)), Found)


def test_the_whole_way_with_a_lost_answer_makes_one_post(lost, site):
    title = alone("Whole way")
    done = lost(f'network = "ghost"\nurl = "{site.url}"\nsecret = "env:GHOST"', title, GHOST=site.key)
    assert done.states == ["retry", "published"]
    (part,) = done.receipt.parts
    assert [post["id"] for post in site.titled(title)] == [part.id]
    assert site.post(part)["feature_image_alt"] == "two dots"
