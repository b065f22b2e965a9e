"""Logins that end before what is planned: known from the network, from the login, from documentation; told by plan, status and doctor."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smm_cli.accounts.age import write_age
from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.logged_in import LoggedIn, store_login
from smm_cli.accounts.tokens import StoredTokens, TokenStore
from smm_cli.cli.session import Session
from smm_cli.cli.start import run
from smm_cli.delivery.ends import ends_of, forecast
from smm_cli.ledger.store import Ledger
from smm_cli.networks._oauth import tokens_of
from smm_cli.plan.endings import endings
from smm_cli.words.channel import Account
from smm_cli.words.delivery import Delivery
from smm_cli.words.exchange import Answer

HEAD = '[calendar]\nname = "t"\ntimezone = "UTC"\npublish_from = "worktree"\n'
CHANNEL = '[channels.{name}]\nnetwork = "{name}"\naccount = "@ada"\n{more}'
MORE = {
    "linkedin": 'author = "urn:li:person:abc"\n',
    "threads": "",
    "pinterest": 'board = "1"\n',
    "mastodon": 'server = "https://m.example"\n',
}
NOW = datetime.now(UTC).replace(microsecond=0)


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "calendar"
    (folder / "posts").mkdir(parents=True)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    return folder


def channel(root: Path, name: str, secret: str = "") -> Session:
    more = MORE[name] + (f'secret = "{secret}"\n' if secret else "")
    (root / "channels.toml").write_text(HEAD + CHANNEL.format(name=name, more=more))
    return Session(str(root))


def post(root: Path, name: str, where: str, at: datetime) -> None:
    front = f"id: {name}\ntitle: {name}\nstatus: ready\nchannels: {where}\npublish_at: {at:%Y-%m-%d %H:%M}\n"
    (root / "posts" / f"{name}.md").write_text(f"---\n{front}---\n\nHello {name}.\n")


def known(session: Session) -> dict[str, datetime]:
    calendar = session.calendar()
    with Ledger.open(calendar.state / "ledger.db", "t", "here") as ledger:
        return ends_of(calendar, ledger)


def login(session: Session, name: str, **how: Any) -> None:
    """Keep a login as `smm channel login` does, and write its reference."""
    calendar = session.calendar()
    said = store_login(calendar, calendar.channels[name], LoggedIn(lasting=("token",), **how), NOW)
    assert isinstance(said, str)
    channel(calendar.root, name, said)


# -- from where it is known ------------------------------------------------------------------------------------------------------


def test_a_login_without_renewal_ends_when_its_token_does(root: Path) -> None:
    session = channel(root, "linkedin")
    login(session, "linkedin", values={"token": "AQX-token-0123456789"}, expires_in=86_400.0 * 60)
    assert known(session) == {"linkedin": day(60)}


def test_a_login_that_can_be_renewed_ends_when_it_no_longer_can(root: Path) -> None:
    session = channel(root, "linkedin")
    values = {"token": "AQX-token-0123456789", "refresh": "AQX-refresh-0123456789"}
    login(session, "linkedin", values=values, expires_in=86_400.0 * 60, ends_in=86_400.0 * 365)
    assert known(session) == {"linkedin": day(365)}
    login(session, "linkedin", values=values, expires_in=86_400.0 * 60)
    assert known(session) == {}, "nobody said that the renewal ends"


def test_a_renewal_keeps_the_end_unless_it_tells_another(root: Path) -> None:
    session = channel(root, "linkedin")
    login(session, "linkedin", values={"token": "t" * 20, "refresh": "r" * 20}, expires_in=3600.0, ends_in=86_400.0 * 365)
    calendar = session.calendar()
    credentials = Credentials(calendar, calendar.channels["linkedin"], ("token",))
    credentials.keep({"token": "u" * 20}, day(90))
    assert known(session) == {"linkedin": day(365)}
    credentials.keep({"token": "v" * 20}, day(120), ends_at=day(200))
    assert known(session) == {"linkedin": day(200)}


def test_what_the_network_says_of_the_account_comes_before_documentation(root: Path) -> None:
    session = channel(root, "linkedin", "env:LINKEDIN_TOKEN")
    with Ledger.open(root / ".smm" / "ledger.db", "t", "here") as ledger:
        ledger.save_account("linkedin", Account("@ada", expires_at=day(9)), NOW)
    assert known(session) == {"linkedin": day(9)}


def test_a_pasted_token_is_as_old_as_its_file_and_lasts_as_documented(root: Path) -> None:
    session = channel(root, "linkedin", "file:.smm/secrets/linkedin")
    kept = root / ".smm" / "secrets" / "linkedin"
    kept.parent.mkdir(mode=0o700, parents=True)
    kept.write_text("AQX-token-0123456789")
    kept.chmod(0o600)
    os.utime(kept, (day(-50).timestamp(), day(-50).timestamp()))
    assert known(session) == {"linkedin": day(10)}


def test_of_an_environment_variable_nobody_knows_the_age(root: Path) -> None:
    assert known(channel(root, "linkedin", "env:LINKEDIN_TOKEN")) == {}


def test_a_login_in_an_encrypted_file_is_known_too(root: Path) -> None:
    session = channel(root, "linkedin", "age:secrets/linkedin.age")
    credentials = Credentials(session.calendar(), session.calendar().channels["linkedin"], ("token",))
    (root / "secrets").mkdir()
    write_age(
        root / "secrets" / "linkedin.age",
        StoredTokens({"token": "t" * 20, "refresh": "r" * 20}, day(1), credentials.bound, "@ada", day(33)),
    )
    assert known(session) == {"linkedin": day(33)}


def test_a_damaged_store_is_no_end(root: Path) -> None:
    session = channel(root, "linkedin", "env:LINKEDIN_TOKEN")
    (root / ".smm" / "tokens").mkdir(parents=True)
    (root / ".smm" / "tokens" / "linkedin.json").write_text("{")
    assert known(session) == {}


def test_a_password_that_makes_new_sessions_never_ends(root: Path) -> None:
    (root / "channels.toml").write_text(
        HEAD + '[channels.bluesky]\nnetwork = "bluesky"\naccount = "ada.example"\nsecret = "env:APP_PASSWORD"\n'
    )
    session = Session(str(root))
    calendar = session.calendar()
    credentials = Credentials(calendar, calendar.channels["bluesky"], ("password",))
    TokenStore(root / ".smm" / "tokens").save("bluesky", {"access": "a" * 20}, day(0.1), bound=credentials.bound)
    assert known(session) == {}


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ({"refresh_token": "r", "refresh_token_expires_in": 31_536_000}, 31_536_000.0),  # LinkedIn, Pinterest, Google
        ({"refresh_token": "r", "refresh_expires_in": "31536000"}, 31_536_000.0),  # TikTok
        ({"refresh_token": "r"}, None),
        ({"refresh_token_expires_in": 5}, None),
    ],
)
def test_the_end_of_a_renewal_is_read_from_the_answer(said: dict[str, Any], ends: float | None) -> None:
    assert tokens_of(Answer(200, {}, {"access_token": "t", "expires_in": 60, **said}), "N").ends_in == ends


# -- what is told ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def dying(root: Path) -> Session:
    """A login that ends in ten days; one post before it, two after it."""
    session = channel(root, "linkedin")
    login(session, "linkedin", values={"token": "AQX-token-0123456789"}, expires_in=86_400.0 * 10)
    for name, at in (("a", day(9)), ("b", day(11)), ("c", day(40))):
        post(root, name, "linkedin", at)
    return session


def test_doctor_tells_what_comes_after_and_its_exit_code_is_for_ci(dying: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--tokens", "--json"]) == 5
    (told,) = json.loads(capsys.readouterr().out)
    assert told == {"channel": "linkedin", "ends_at": f"{day(10):%Y-%m-%dT%H:%M:%SZ}", "after": ["b@linkedin", "c@linkedin"]}
    assert run(["doctor", "--tokens"]) == 5
    assert "2 posts after it" in (said := capsys.readouterr().out) and "smm channel login linkedin" in said
    login(dying, "linkedin", values={"token": "AQX-token-0123456789"}, expires_in=86_400.0 * 60)
    assert run(["doctor", "--tokens"]) == 0
    assert run(["doctor", "--tokens", "--online"]) == 2


def test_nothing_known_to_end_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    channel(root, "mastodon", "env:T")
    assert run(["doctor", "--tokens"]) == 0
    assert "No login is known to end." in capsys.readouterr().err


def test_plan_warns_of_it(dying: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan"]) == 0
    told = capsys.readouterr()
    said = " ".join((told.out + told.err).split())
    assert f"linkedin: its login ends {day(10):%a} {day(10).day} {day(10):%b %Y}" in said and "2 posts after it" in said
    assert run(["plan", "--channel", "linkedin", "--until", f"{day(10):%Y-%m-%d}"]) == 0
    assert "its login ends" not in "".join(capsys.readouterr())


def test_status_and_doctor_tell_the_same_end(dying: Session, capsys: pytest.CaptureFixture[str]) -> None:
    run(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["ending"] == [{"channel": "linkedin", "at": f"{day(10):%Y-%m-%dT%H:%M:%SZ}", "after": 2}]
    run(["status"])
    assert "2 posts after it" in capsys.readouterr().out
    run(["publish"])
    capsys.readouterr()
    run(["doctor", "--json"])
    found = {one["slug"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["token-ends"]["hint"] == "smm channel login linkedin"


# -- logins that hold on by being used -------------------------------------------------------------------------------------------


def test_a_delivery_in_time_renews_a_login_that_holds_on_by_use(root: Path) -> None:
    session = channel(root, "threads")
    login(session, "threads", values={"token": "t" * 20, "refresh": "t" * 20}, expires_in=86_400.0 * 30, ends_in=86_400.0 * 60)
    post(root, "late", "threads", day(70))
    assert names(session) == ["late@threads"]
    post(root, "early", "threads", day(10))
    assert names(session) == ["late@threads"], "too early to be renewed"
    post(root, "between", "threads", day(40))
    assert names(session) == []


def names(session: Session) -> list[str]:
    from smm_cli.cli.planned import plan_of

    with session.runner() as runner:
        found = forecast(runner.calendar, runner.ledger, plan_of(runner).plan.deliveries, NOW, within=None)
    return [delivery.name for ending in found for delivery in ending.after]


def test_a_delivery_that_is_held_renews_nothing() -> None:
    held, late = (Delivery(name, "x", "x", due=day(at), state=state) for name, at, state in (("h", 5, "held"), ("l", 20, "planned")))
    (ending,) = endings({"x": day(10)}, [held, late], NOW, None, {"x": day(1)})
    assert [one.post for one in ending.after] == ["l"]
    assert endings({"x": day(10)}, [late, Delivery("p", "x", "x", due=day(5))], NOW, None, {"x": day(1)}) == []
