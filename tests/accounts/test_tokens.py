"""Tokens, logins and this machine's own file."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from smm_cli.accounts import masks
from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.logged_in import LoggedIn, store_login
from smm_cli.accounts.machine import read_machine
from smm_cli.accounts.tokens import TokenStore
from smm_cli.calendar.model import Calendar
from smm_cli.errors import AuthFailed, ConfigError
from smm_cli.words.channel import Channel

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    masks.forget_all()
    return tmp_path / "config" / "smm" / "config.toml"


@pytest.fixture
def store(tmp_path):
    return TokenStore(tmp_path / "tokens")


@pytest.fixture
def calendar(tmp_path):
    return Calendar(tmp_path, "test")


def channel(secret="", account="", **settings):
    return Channel("acme", "box", {"server": "https://box.example", **settings}, secret=secret, account=account)


# -- the store ------------------------------------------------------------------------------------------------------------------


def test_tokens_are_found_again_with_their_end_in_utc(store):
    end = datetime(2026, 11, 24, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    store.save("acme", {"access": "access-token-1"}, end, bound="b", handle="@ada")
    found = store.read("acme")
    assert (dict(found.values), found.expires_at, found.bound, found.handle) == ({"access": "access-token-1"}, end, "b", "@ada")
    assert json.loads((store.folder / "acme.json").read_text())["expires_at"] == "2026-11-24T09:00:00+00:00"
    assert (store.folder / "acme.json").stat().st_mode & 0o777 == 0o600
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_tokens_are_not_shown_and_are_masked(store):
    kept = store.save("acme", {"access": "access-token-1"}, None)
    assert "access-token-1" not in repr(kept) + repr(store.read("acme"))
    assert masks.masked("access-token-1") == "***"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"values": 3}', '{"values": {"a": "b"}, "expires_at": "soon"}'])
def test_a_damaged_file_counts_as_no_tokens(store, text):
    store.save("acme", {"a": "b"}, None)
    (store.folder / "acme.json").write_text(text)
    assert store.read("acme") is None
    assert store.read("nobody") is None


@pytest.mark.parametrize("name", ["", "../acme", "a/b", "a\\b", ".acme"])
def test_a_name_cannot_lead_out_of_the_folder(store, name):
    with pytest.raises(ConfigError):
        store.read(name)


HOLD = """
import sys
from pathlib import Path
from smm_cli.accounts.tokens import TokenStore
with TokenStore(Path(sys.argv[1])).lock("acme") as held:
    print(held, flush=True)
    sys.stdin.readline()
"""


def test_a_lock_holds_against_another_process_until_that_one_dies(store):
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(store.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"True\n"
        with store.lock("acme", wait=False) as held:
            assert not held
        with store.lock("other", wait=False) as held:
            assert held
        other.kill()
        other.wait()
        with store.lock("acme") as held:
            assert held
    finally:
        other.kill()
        other.communicate()


# -- whose secrets ------------------------------------------------------------------------------------------------------------------


def test_a_table_of_references_names_each_secret(calendar, monkeypatch):
    monkeypatch.setenv("USER_NAME", "company")
    monkeypatch.setenv("PASS_WORD", "password-1234")
    mine = Credentials(calendar, channel({"user": "env:USER_NAME", "password": "env:PASS_WORD"}), ("user", "password"))
    assert (mine.value("user"), mine.value("password")) == ("company", "password-1234")
    assert masks.masked("company password-1234") == "company ***"


def test_credentials_of_an_app_stand_with_its_network_or_with_the_machine(tmp_path, machine, monkeypatch):
    monkeypatch.setenv("APP", "app-secret-1234")
    calendar = Calendar(tmp_path, "test", networks={"box": {"secret": {"client_secret": "env:APP"}}})
    assert Credentials(calendar, channel("env:X"), ("token",)).value("client_secret") == "app-secret-1234"
    machine.parent.mkdir(parents=True)
    machine.write_text('[networks.box]\nclient_secret = "env:APP"\n')
    machine.chmod(0o600)
    assert Credentials(Calendar(tmp_path, "test"), channel("env:X"), ("token",)).value("client_secret") == "app-secret-1234"


def test_a_channel_without_a_secret_says_how_to_log_in(calendar):
    with pytest.raises(ConfigError) as raised:
        Credentials(calendar, channel(), ("token",)).value("token")
    assert raised.value.hint == "smm channel login acme"


def test_who_logged_in_and_committed_nothing_is_told_what_is_published(tmp_path):
    with pytest.raises(ConfigError) as raised:
        Credentials(Calendar(tmp_path, "test", publish_from="main"), channel(), ("token",)).value("token")
    assert raised.value.hint == "smm channel login acme; then commit channels.toml: what main has of it is published"


def test_each_secret_is_read_once(calendar, monkeypatch):
    monkeypatch.setenv("T", "first-token")
    mine = Credentials(calendar, channel("env:T"), ("token",))
    assert mine.value("token") == "first-token"
    monkeypatch.setenv("T", "second-token")
    assert mine.value("token") == "first-token"
    mine.reload()
    assert mine.value("token") == "second-token"


# -- keeping a login -----------------------------------------------------------------------------------------------------------------


def test_a_lasting_token_goes_into_a_private_file_outside_of_git(calendar, tmp_path):
    said = store_login(calendar, channel(), LoggedIn({"token": "token-12345"}, None, "@ada", ("token",)))
    file = tmp_path / ".smm" / "secrets" / "acme"
    assert said == "file:.smm/secrets/acme"
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("token-12345\n", 0o600)
    assert Credentials(calendar, channel(said), ("token",)).value("token") == "token-12345"


def test_a_login_goes_into_the_file_that_the_channel_names(calendar, tmp_path):
    assert store_login(calendar, channel("file:keys/a"), LoggedIn({"token": "token-12345"}, lasting=("token",))) == "file:keys/a"
    assert (tmp_path / "keys" / "a").read_text() == "token-12345\n"


def test_a_password_and_its_short_tokens_are_kept_apart(calendar, tmp_path):
    given = LoggedIn({"password": "password-1", "access": "access-1", "refresh": "refresh-1"}, 3600, "@ada", ("password",))
    said = store_login(calendar, channel(), given, NOW)
    later = Credentials(calendar, channel(said, account="@ada"), ("password",))
    assert dict(later.tokens().values) == {"access": "access-1", "refresh": "refresh-1"}
    assert later.tokens().expires_at == NOW + timedelta(hours=1)
    assert later.value("password") == "password-1"
    assert "password-1" not in (tmp_path / ".smm" / "tokens" / "acme.json").read_text()


def test_short_tokens_alone_leave_the_reference_as_it_is(calendar, monkeypatch):
    given = LoggedIn({"access": "access-1"}, None, "@ada", ("password",))
    assert store_login(calendar, channel("env:PW"), given) == "env:PW"
    assert dict(Credentials(calendar, channel("env:PW"), ("password",)).tokens().values) == {"access": "access-1"}


def test_two_lasting_secrets_give_a_table(calendar, tmp_path):
    said = store_login(calendar, channel(), LoggedIn({"user": "ada", "password": "password-1"}, lasting=("user", "password")))
    assert said == {"user": "file:.smm/secrets/acme.user", "password": "file:.smm/secrets/acme.password"}


def test_a_login_of_another_account_is_not_kept(calendar, tmp_path):
    given = LoggedIn({"token": "token-12345"}, None, "@beta@box.example", ("token",))
    with pytest.raises(AuthFailed, match="Nothing was saved") as raised:
        store_login(calendar, channel(account="@acme@box.example"), given)
    assert "token-12345" not in str(raised.value)
    assert not (tmp_path / ".smm").exists()
    assert store_login(calendar, channel(account="Beta@box.example"), given)


def test_tokens_of_another_account_or_server_are_not_used(calendar):
    said = store_login(calendar, channel(), LoggedIn({"password": "password-1", "access": "access-1"}, None, "@ada", ("password",)))
    assert Credentials(calendar, channel(said, account="@ADA"), ("password",)).tokens() is not None
    assert Credentials(calendar, channel(said), ("password",)).tokens() is not None
    assert Credentials(calendar, channel(said, account="@eve"), ("password",)).tokens() is None
    assert Credentials(calendar, channel(said, server="https://other.example"), ("password",)).tokens() is None
    assert Credentials(calendar, channel("env:OTHER"), ("password",)).tokens() is None


# -- the machine -----------------------------------------------------------------------------------------------------------------------


def written(machine, text):
    machine.parent.mkdir(parents=True, exist_ok=True)
    machine.write_text(text)
    machine.chmod(0o600)
    return read_machine()


def test_a_machine_without_a_file_is_named_after_its_host():
    assert read_machine().runner
    assert read_machine().runner == read_machine().runner.lower()


def test_a_machine_file_names_runner_credentials_alerts_and_ledger(machine):
    found = written(machine, 'runner = "office-1"\n[ledger]\nurl = "env:L"\n[alerts]\nto = ["mail:a@b"]\n[networks.x]\nclient_id = "c"\n')
    assert (found.runner, found.ledger, found.alerts) == ("office-1", {"url": "env:L"}, {"to": ["mail:a@b"]})
    assert found.networks == {"x": {"client_id": "c"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("runer = 1", "did you mean runner"),
        ("timezone = 'x'", "channels.toml"),
        ("runner = 3", "short name"),
        ("ledger = 1", "[ledger]"),
        ("[alerts]\ndeputies = 'mail:a@b'", "did you mean deputy"),
        ("[alerts]\ndeputy_after = '2h'", "It may hold to, deputy, heartbeat"),
        ("[alerts]\nto = 5", "env:ALERTS"),
        ("a b", "TOML"),
    ],
)
def test_a_machine_file_says_nothing_else(machine, text, said):
    with pytest.raises(ConfigError) as raised:
        written(machine, text)
    assert said in str(raised.value)
