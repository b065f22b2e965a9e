"""Logging in with a person: a browser that comes back, a pasted code, a typed password."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from smm_cli.accounts.masks import masked
from smm_cli.accounts.sign import challenge
from smm_cli.clock import SystemClock
from smm_cli.delivery.login import OUT_OF_BAND, log_in
from smm_cli.delivery.transport import Transport
from smm_cli.errors import AuthFailed, UsageError
from smm_cli.words.auth import Bearer, Session
from smm_cli.words.conversation import Tokens, Visit
from smm_cli.words.exchange import Form, Json, Request, handle


def run(work):
    return asyncio.run(work)


def oauth(self, inputs):
    """A login with consent in a browser, as Mastodon has it."""
    app = yield Request(
        "POST", f"{self.settings.server}/apps", Json({"redirect": inputs["redirect_uri"]}), auth="", secret=("client_secret",)
    )
    asked = {"redirect_uri": inputs["redirect_uri"], "state": inputs["state"], "code_challenge": inputs["challenge"]}
    allowed = yield Visit(f"{self.settings.server}/authorize?{urlencode(asked)}", "Allow smm to post")
    pairs = (("code", allowed.get("code")), ("client_secret", app.get("client_secret")), ("code_verifier", inputs["verifier"]))
    token = yield Request("POST", f"{self.settings.server}/token", Form(pairs), auth="", secret=("access_token",))
    return Tokens({"token": token.get("access_token")}, handle="@ada@box.example")


def consent(says):
    """A server that gives a token for the right code, secret and verifier."""
    kept = {}

    def answer(seen):
        if seen.path == "/apps":
            return says(200, {"client_secret": "client-secret-12345"})
        if seen.path.startswith("/authorize"):
            kept.update({name: values[0] for name, values in parse_qs(urlsplit(seen.path).query).items()})
            return says(200, b"allow?")
        form = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
        good = form.get("code") == "code-77" and form.get("client_secret") == "client-secret-12345"
        return (
            says(200, {"access_token": "lasting-token-12345"})
            if good and form.get("code_verifier")
            else says(400, {"error": "invalid_grant"})
        )

    return answer


async def fetch(url, host=None, method="GET"):
    """What a browser does, without one: status and page."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: {host or parts.netloc}\r\nConnection: close\r\n\r\n".encode())
    page = (await reader.read()).decode()
    writer.close()
    return int(page.split(" ")[1]), page


def browser(steps):
    """Stands for a browser: `steps(asked)` gives the visits to pay, on a loop of its own, since the real one is another program."""
    seen = []

    def visit(url):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        for extra, more in steps(asked):
            seen.append(asyncio.run(fetch(f"{asked['redirect_uri']}{extra}", **more)))

    return visit, seen


async def logged_in(calendar, network, **more):
    told = []
    async with Transport(calendar, SystemClock()) as transport:
        asked = {"typed": {}, "ask": lambda _prompt: pytest.fail("nobody should be asked"), "show": told.append, "browser": True, **more}
        return await log_in(transport, network, **asked), told


def test_a_browser_that_was_allowed_brings_the_token(calendar, box, loopback, says):
    visit, seen = browser(lambda asked: [(f"?code=code-77&state={asked['state']}", {})])

    async def work():
        async with loopback(consent(says)) as server:
            return await logged_in(calendar, box(server.url, login=oauth), visit=visit), server.seen

    (result, told), requests = run(work())
    assert (dict(result.values), result.handle, result.lasting) == ({"token": "lasting-token-12345"}, "@ada@box.example", ("token",))
    assert "You can close this window" in seen[0][1]
    assert "/authorize?" in told[0]
    assert "lasting-token-12345" not in repr(result) + str(told)
    form = parse_qs(requests[-1].body.decode())
    asked = parse_qs(urlsplit(told[0].splitlines()[-1]).query)
    assert asked["code_challenge"] == [challenge(form["code_verifier"][0])]
    assert requests[0].json["redirect"].startswith("http://127.0.0.1:")


def test_only_our_own_browser_is_listened_to(calendar, box, loopback, says):
    """A wrong state, another page, another host (a name bound to 127.0.0.1) and a POST bring nothing; then the right one does."""
    visit, seen = browser(
        lambda asked: [
            ("?code=evil&state=wrong", {}),
            ("?code=evil", {}),
            ("/other?code=evil&state=" + asked["state"], {}),
            (f"?code=evil&state={asked['state']}", {"host": "evil.example"}),
            (f"?code=evil&state={asked['state']}", {"method": "POST"}),
            (f"?code=code-77&state={asked['state']}", {}),
            (f"?code=evil&state={asked['state']}", {}),
        ]
    )

    async def work():
        async with loopback(consent(says)) as server:
            return await logged_in(calendar, box(server.url, login=oauth), visit=visit)

    result, _told = run(work())
    assert result.values["token"] == "lasting-token-12345"
    assert [status for status, _page in seen] == [400, 400, 404, 404, 404, 200, 200]


def test_a_person_who_says_no_ends_the_login(calendar, box, loopback, says):
    visit, _seen = browser(lambda asked: [(f"?error=access_denied&state={asked['state']}", {})])

    async def work():
        async with loopback(consent(says)) as server:
            await logged_in(calendar, box(server.url, login=oauth), visit=visit)

    with pytest.raises(AuthFailed, match="consent"):
        run(work())


@pytest.mark.parametrize("pasted", ["code-77", "  code-77\n", "https://box.example/native?code=code-77"])
def test_a_code_can_be_pasted_where_no_browser_is(calendar, box, loopback, says, pasted):
    async def work():
        async with loopback(consent(says)) as server:
            result, _told = await logged_in(calendar, box(server.url, login=oauth), browser=False, ask=lambda _prompt: pasted)
            return result, server.seen[0].json

    result, app = run(work())
    assert result.values["token"] == "lasting-token-12345"
    assert app == {"redirect": OUT_OF_BAND}


@pytest.mark.parametrize(
    ("pasted", "error"), [("", UsageError), ("https://x/?code=code-77&state=other", AuthFailed), ("wrong-code", AuthFailed)]
)
def test_a_pasted_code_that_does_not_belong_here_is_refused(calendar, box, loopback, says, pasted, error):
    async def work():
        async with loopback(consent(says)) as server:
            await logged_in(calendar, box(server.url, login=oauth), browser=False, ask=lambda _prompt: pasted)

    with pytest.raises(error):
        run(work())


def test_a_typed_password_becomes_short_tokens_and_is_given_back_to_be_kept(calendar, box, loopback, says):
    def session(self, inputs):
        body = Json({"identifier": inputs["identifier"], "password": handle("password")})
        answer = yield Request("POST", f"{self.settings.server}/login", body, auth="", secret=("access", "refresh"))
        return Tokens({name: answer.get(name) for name in ("access", "refresh")}, expires_in=7200, handle=f"@{inputs['identifier']}")

    def answer(seen):
        good = seen.json == {"identifier": "ada", "password": "typed-password"}
        return says(200, {"access": "access-1234567", "refresh": "refresh-123456"}) if good else says(401, {"error": "wrong"})

    async def work():
        async with loopback(answer) as server:
            network = box(server.url, auth=Session(), secret="", login=session)
            return await logged_in(calendar, network, typed={"identifier": "ada", "password": "typed-password"})

    result, told = run(work())
    assert dict(result.values) == {"password": "typed-password", "access": "access-1234567", "refresh": "refresh-123456"}
    assert (result.expires_in, result.handle, result.lasting, told) == (7200, "@ada", ("password",), [])
    assert "typed-password" not in masked("the server said typed-password is wrong")


def test_a_typed_password_is_not_sent_to_another_host(calendar, box, loopback, says):
    async def work():
        async with loopback() as own, loopback() as other:

            def session(self, inputs):
                yield Request("POST", other.url, Json({"password": handle("password")}), auth="")
                return Tokens({})

            with pytest.raises(Exception, match="may not be sent"):
                await logged_in(calendar, box(own.url, auth=Session(), login=session), typed={"password": "typed-password"})
            return other.seen

    assert run(work()) == []


def test_a_network_without_a_login_says_so(calendar, box):
    with pytest.raises(UsageError, match="no login"):
        run(logged_in(calendar, box("https://box.example", auth=Bearer())))
