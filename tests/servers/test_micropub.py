"""The Micropub adapter against django-indieweb, IndieAuth and Micropub endpoints by another author: scripts/install_micropub.sh."""

from __future__ import annotations

import asyncio
import html
import json
import os
import re
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks.micropub import NETWORK
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.exchange import Answer

HERE = Path(__file__).parent
PYTHON = HERE.parent.parent / ".tools/micropub/bin/python"

pytestmark = pytest.mark.server


@dataclass
class Site:
    """A running site; `tokens`: one that may do all, one that may do nothing."""

    url: str
    tokens: dict[str, str]

    def entries(self) -> dict[str, dict[str, list]]:
        return httpx2.get(f"{self.url}/entries").json()

    def named(self, title):
        return [url for url, entry in self.entries().items() if entry.get("name") == [title]]


@pytest.fixture(scope="module")
def site(tmp_path_factory, grounds):
    grounds.need("django-indieweb", PYTHON.is_file(), "scripts/install_micropub.sh")
    folder, port = tmp_path_factory.mktemp("micropub"), grounds.free_port()
    url, program = f"http://127.0.0.1:{port}", [str(PYTHON), str(HERE / "micropub/site.py")]
    env = {**os.environ, "SMM_SITE_FOLDER": str(folder), "SMM_SITE_URL": url}
    said = subprocess.run([*program, "setup"], env=env, capture_output=True, text=True, check=True)
    with grounds.running([*program, "runserver", "--noreload", f"127.0.0.1:{port}"], f"{url}/", folder, env):
        yield Site(url, json.loads(said.stdout))


@pytest.fixture
def ada(site, talk):
    return talk(NETWORK, {"url": site.url}, site.tokens["all"])


def alone(title):
    """A title that no other test has."""
    return f"{title} {datetime.now(UTC).timestamp()}"


def intent(talk):
    return Intent(0, next(one for one in reversed(talk.asked) if one.commits), datetime.now(UTC))


def test_the_site_names_its_endpoints_itself(ada, site):
    account = ada.verify()
    assert account.facts["endpoint"] == f"{site.url}/indieweb/micropub/"
    assert account.facts["media"].startswith(site.url)


@pytest.mark.parametrize("which", ["none", "wrong"])
def test_a_token_that_may_not_publish_is_an_error_of_the_channel(site, talk, which):
    found = talk(NETWORK, {"url": site.url}, site.tokens.get(which, "wrong"))
    with pytest.raises(AuthFailed):
        found.publish(found.composed("never", title=alone("Never")))


def test_an_article_has_title_text_summary_and_categories(ada, site):
    title = alone("Grüße")
    receipt = ada.publish(ada.composed("A *text*.", title=title, tags=("Köln", "b c"), options={"excerpt": "Short"}))[0]
    entry = site.entries()[receipt.url]
    assert (entry["name"], entry["summary"], entry["category"]) == ([title], ["Short"], ["Köln", "b c"])
    assert "<em>text</em>" in json.dumps(entry["content"])


def test_pictures_are_uploaded_and_described(site, talk, png):
    """django-indieweb 0.6.2 refuses descriptions inside of `photo`, and takes the extension."""
    ada = talk(NETWORK, {"url": site.url, "alt": "mp-photo-alt"}, site.tokens["all"])
    media = [ada.picture(png(), alt="two dots"), ada.picture(png(1, 3), alt="a line")]
    receipt = ada.publish(ada.composed("With pictures", title=alone("Pictures"), media=media))[0]
    entry = site.entries()[receipt.url]
    assert entry["mp-photo-alt"] == ["two dots", "a line"]
    assert [httpx2.get(photo).content for photo in entry["photo"]] == [png(), png(1, 3)]


def test_after_a_lost_answer_the_post_is_found_and_not_made_again(ada, site):
    title = alone("Lost")
    payload = ada.composed("lost", title=title)
    receipt = ada.publish(payload)[0]
    found = ada.run(ada.network.lookup(payload, intent(ada), (), None))
    assert isinstance(found, Found)
    assert found.receipt.url == receipt.url
    assert site.named(title) == [receipt.url]


def test_what_never_arrived_is_never_taken_for_another(ada, site):
    payload = ada.composed("gone", title=alone("Absent"))
    receipt = ada.publish(payload)[0]
    ada.run(ada.network.withdraw(receipt, 0))
    assert not isinstance(ada.run(ada.network.lookup(payload, intent(ada), (), None)), Found)
    for url in site.entries():
        ada.run(ada.network.withdraw(replace(receipt, id=url), 0))
    assert isinstance(ada.run(ada.network.lookup(payload, intent(ada), (), None)), Absent)


def test_editing_replaces_what_is_there_and_takes_away_the_rest(ada, site):
    receipt = ada.publish(ada.composed("before", title=alone("Edit"), tags=("x",)))[0]
    after = ada.run(ada.network.edit(ada.composed("after", title="Edited"), 0, receipt))
    entry = site.entries()[receipt.url]
    assert (entry["name"], after.url) == (["Edited"], receipt.url)
    assert "after" in json.dumps(entry["content"])
    assert "category" not in entry


def test_withdrawing_twice_is_fine(ada, site):
    receipt = ada.publish(ada.composed("gone", title=alone("Withdraw")))[0]
    for _ in range(2):
        ada.run(ada.network.withdraw(receipt, 0))
    assert receipt.url not in site.entries()


def test_a_refused_post_is_an_error_of_the_post(ada):
    payload = ada.composed("x", title=alone("Refused"))
    fields = {**payload.parts[0].fields, "reply_to": "javascript:alert(1)"}
    with pytest.raises(Rejected):
        ada.publish(replace(payload, parts=(replace(payload.parts[0], fields=fields),)))


def hidden(page):
    """The hidden fields of the only form of a page."""
    return {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)}


def test_a_person_logs_in_with_her_site_and_no_app(site, talk):
    """What she does in the browser is done here: log in at the site, and say yes."""
    from smm_cli.accounts.sign import challenge
    from smm_cli.delivery.handles import Filler, keep_secret
    from smm_cli.delivery.renew import converse

    me, vault, verifier = talk(NETWORK, {"url": site.url}, "not yet"), {}, "v" * 43
    inputs = {"redirect_uri": "http://127.0.0.1:9/callback", "state": "s", "challenge": challenge(verifier)}
    inputs["verifier"] = keep_secret(vault, "verifier", verifier)

    async def visit(step):
        with httpx2.Client(follow_redirects=True) as browser:
            form = browser.get(f"{site.url}/admin/login/")
            login = {**hidden(form.text), "username": "ada", "password": "only for tests"}
            browser.post(str(form.url), data=login, headers={"referer": str(form.url)})
            page = browser.get(step.url)
            yes = {**hidden(page.text), "action": "approve"}
            said = browser.post(f"{site.url}/indieweb/auth/", data=yes, headers={"referer": str(page.url)}, follow_redirects=False)
        assert said.status_code == 302, said.text
        code = parse_qs(urlsplit(said.headers["location"]).query)["code"][0]
        return Answer(200, {}, {"code": keep_secret(vault, "code", code)})

    async def whole():
        try:
            return await converse(me.transport, me.network, me.network.login(inputs), vault, "login", visit), vault
        finally:
            await me.transport.close()

    tokens, vault = asyncio.run(whole())
    filler = Filler(vault, me.transport.credentials(me.network), frozenset())
    token = filler.text(tokens.values["token"])
    assert talk(NETWORK, {"url": site.url}, token).verify().url == f"{site.url}/"
    assert 86_000 < tokens.expires_in <= 86_400


def test_the_whole_way_with_a_lost_answer_makes_one_post(lost, site):
    title = alone("Whole way")
    channel = f'network = "micropub"\nurl = "{site.url}"\nalt = "mp-photo-alt"\nsecret = "env:MICROPUB"'
    done = lost(channel, title, MICROPUB=site.tokens["all"])
    assert done.states == ["retry", "published"]
    (part,) = done.receipt.parts
    assert site.named(title) == [part.url]
