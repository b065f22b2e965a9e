"""The WordPress adapter against WordPress 6.5 on SQLite, served by PHP on loopback: scripts/install_wordpress.sh."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.wordpress import NETWORK
from smm_cli.words.conversation import Absent, Found, Intent

HERE = Path(__file__).parent
WWW = HERE.parent.parent / ".tools/wordpress/www"

pytestmark = pytest.mark.server


@dataclass
class Site:
    """A running WordPress; `passwords` by login: ada (administrator), ben (author), cem (subscriber)."""

    url: str
    passwords: dict[str, str]

    def call(self, method, path, **more):
        answer = httpx2.request(method, f"{self.url}/wp-json/wp/v2/{path}", auth=("ada", self.passwords["ada"]), **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def post(self, receipt):
        return self.call("GET", f"posts/{receipt.id}", params={"context": "edit"})

    def named(self, slug):
        """Names of posts of any status that begin so."""
        found = self.call("GET", "posts", params={"status": "any", "per_page": 100})
        return sorted(post["slug"] for post in found if post["slug"].startswith(slug))


@pytest.fixture(scope="module")
def site(tmp_path_factory, grounds):
    there = (WWW / "wp-content/db.php").is_file() and bool(shutil.which("php"))
    grounds.need("WordPress", there, "scripts/install_wordpress.sh")
    folder, port = tmp_path_factory.mktemp("wordpress"), grounds.free_port()
    root, url = folder / "www", f"http://127.0.0.1:{port}"
    shutil.copytree(WWW, root)
    shutil.copy(HERE / "wordpress/config.php", root / "wp-config.php")
    env = {**os.environ, "SMM_WP_FOLDER": str(folder), "SMM_WP_ROOT": str(root), "SMM_WP_URL": url, "PHP_CLI_SERVER_WORKERS": "2"}
    said = subprocess.run(["php", str(HERE / "wordpress/setup.php")], env=env, capture_output=True, text=True, check=True)
    command = ["php", "-S", f"127.0.0.1:{port}", "-t", str(root), str(HERE / "wordpress/router.php")]
    with grounds.running(command, f"{url}/wp-json/", folder, env):
        yield Site(url, json.loads(said.stdout.strip().splitlines()[-1]))


@pytest.fixture
def user(site, talk):
    """Makes the channel of a user."""

    def made(login, password="", **settings):
        return talk(NETWORK, {"url": site.url, **settings}, f"{login}:{password or site.passwords[login]}")

    return made


@pytest.fixture
def ada(user):
    return user("ada")


def alone(title):
    """A title that no other test has."""
    return f"{title} {datetime.now(UTC):%H %M %S %f}"


def intent(talk):
    return Intent(0, next(one for one in reversed(talk.asked) if one.commits), datetime.now(UTC))


def test_verify_tells_the_user_and_what_she_may_do(ada, user, site):
    account = ada.verify()
    assert account.handle == f"ada@{site.url.removeprefix('http://')}"
    assert account.facts == {"publish": True, "upload": True}
    with pytest.raises(AuthFailed, match="may not publish"):
        user("cem").verify()


def test_a_wrong_password_is_an_error_of_the_channel(user):
    with pytest.raises(AuthFailed, match="401"):
        user("ada", "not this one").verify()


def test_a_post_appears_with_title_text_tags_categories_and_excerpt(ada, site):
    title = alone("Grüße & <Neues>")
    body = "## Why\n\nA *text*.\n\n- one\n- two\n\n> said\n\n```\ncode\n```"
    options = {"excerpt": "In short", "categories": ["News & more"]}
    receipt = ada.publish(ada.composed(body, title=title, tags=("Köln & Bonn", "tools"), options=options))[0]
    found = site.post(receipt)
    assert found["title"]["raw"] == title
    assert (found["status"], found["link"], found["excerpt"]["raw"]) == ("publish", receipt.url, "In short")
    assert found["slug"].startswith("gruesse-neues-")
    assert '<h2 class="wp-block-heading">Why</h2>' in found["content"]["rendered"]
    assert "<!-- wp:list-item -->" in found["content"]["raw"]
    tags = site.call("GET", "tags", params={"post": receipt.id})
    assert sorted(tag["name"] for tag in tags) == ["Köln &amp; Bonn", "tools"]
    assert [one["name"] for one in site.call("GET", "categories", params={"post": receipt.id})] == ["News &amp; more"]
    assert httpx2.get(receipt.url).status_code == 200


def test_tags_and_categories_that_are_there_are_used_again(ada, site):
    first, second = (ada.publish(ada.composed("x", title=alone("Tagged"), tags=("R&D", "ÄÖÜ")))[0] for _ in range(2))
    assert site.post(first)["tags"] == site.post(second)["tags"]
    assert len(site.post(first)["tags"]) == 2


def test_a_post_with_pictures_has_the_first_as_its_own_and_the_others_in_the_text(ada, site, png):
    media = [ada.picture(png(), alt="two dots"), ada.picture(png(1, 3), alt='a "line" & more')]
    receipt = ada.publish(ada.composed("With pictures", title=alone("Pictures"), media=media))[0]
    found = site.post(receipt)
    own = site.call("GET", f"media/{found['featured_media']}")
    assert own["alt_text"] == "two dots"
    (second,) = (id for name, (url, id) in receipt.more["media"].items() if media[1].blob.sha256[:8] in name)
    assert f"wp-image-{second}" in found["content"]["rendered"]
    assert 'alt="a &quot;line&quot; &amp; more"' in found["content"]["raw"]
    assert httpx2.get(own["source_url"]).content == png()
    before = site.call("GET", "media", params={"per_page": 100})
    ada.publish(ada.composed("Again", title=alone("Pictures"), media=media))
    assert len(site.call("GET", "media", params={"per_page": 100})) == len(before)


def test_a_name_that_another_post_has_gets_digits_of_our_own(ada, site):
    title = alone("Same")
    receipts = [ada.publish(ada.composed(text, title=title))[0] for text in ("one", "two")]
    first, second = (site.post(one)["slug"] for one in receipts)
    assert second.startswith(f"{first}-")
    assert len(second) == len(first) + 7


def test_after_a_lost_answer_the_post_is_found_and_not_made_again(ada, site):
    title = alone("Lost & <found>")
    payload = ada.composed("lost", title=title)
    receipt = ada.publish(payload)[0]
    found = ada.run(ada.network.lookup(payload, intent(ada), (), None))
    assert isinstance(found, Found)
    assert (found.receipt.id, found.receipt.url) == (receipt.id, receipt.url)
    assert site.named(receipt.more["slug"]) == [receipt.more["slug"]]


def test_what_never_arrived_is_absent(ada):
    payload = ada.composed("gone", title=alone("Absent"))
    receipt = ada.publish(payload)[0]
    ada.run(ada.network.withdraw(receipt, 0))
    assert isinstance(ada.run(ada.network.lookup(payload, intent(ada), (), None)), Absent)


def test_editing_changes_text_title_and_tags_and_keeps_the_address(ada, site):
    receipt = ada.publish(ada.composed("before", title=alone("Edit"), tags=("x",)))[0]
    after = ada.run(ada.network.edit(ada.composed("after", title="Edited"), 0, receipt))
    found = site.post(receipt)
    assert (found["title"]["raw"], found["tags"], after.url) == ("Edited", [], receipt.url)
    assert "after" in found["content"]["raw"]


def test_withdrawing_puts_the_post_into_the_trash_and_twice_is_fine(ada, site):
    receipt = ada.publish(ada.composed("gone", title=alone("Withdraw")))[0]
    for _ in range(2):
        ada.run(ada.network.withdraw(receipt, 0))
    assert site.post(receipt)["status"] == "trash"
    assert httpx2.get(receipt.url).status_code == 404
    site.call("DELETE", f"posts/{receipt.id}", params={"force": "true"})
    ada.run(ada.network.withdraw(receipt, 0))


def test_a_draft_is_not_public(ada, site):
    receipt = ada.publish(ada.composed("later", title=alone("Draft"), options={"status": "draft"}))[0]
    assert site.post(receipt)["status"] == "draft"
    assert httpx2.get(receipt.url).status_code == 404


def test_an_author_may_write_but_make_no_category(user):
    ben = user("ben")
    assert ben.publish(ben.composed("mine", title=alone("Author"), tags=("by ben",)))[0].url
    with pytest.raises(Rejected, match="no category"):
        ben.publish(ben.composed("mine", title=alone("Author"), options={"categories": ["Of my own"]}))


def test_a_subscriber_is_refused_and_nothing_is_published(user, site):
    with pytest.raises(AuthFailed, match="role"):
        cem = user("cem")
        cem.publish(cem.composed("mine", title="Subscriber"))
    assert site.named("subscriber") == []


def test_a_refused_post_is_an_error_of_the_post(ada):
    from dataclasses import replace

    payload = ada.composed("x", title=alone("Refused"))
    wrong = replace(payload, parts=(replace(payload.parts[0], fields={**payload.parts[0].fields, "status": "not one"}),))
    with pytest.raises(Rejected, match="rest_invalid_param"):
        ada.publish(wrong)


def test_an_api_without_pretty_addresses_is_spoken_to_as_well(user, site):
    talk = user("ada", api="/?rest_route=")
    assert talk.publish(talk.composed("plain", title=alone("Plain")))[0].url


def test_the_whole_way_with_a_lost_answer_makes_one_post(lost, site):
    title = alone("Whole way")
    done = lost(f'network = "wordpress"\nurl = "{site.url}"\nsecret = "env:WP"', title, WP=f"ada:{site.passwords['ada']}")
    assert done.states == ["retry", "published"]
    (part,) = done.receipt.parts
    found = [post for post in site.call("GET", "posts", params={"per_page": 100}) if post["title"]["rendered"] == title]
    assert [(str(post["id"]), post["link"]) for post in found] == [(part.id, part.url)]
    assert site.call("GET", f"media/{found[0]['featured_media']}")["alt_text"] == "two dots"
