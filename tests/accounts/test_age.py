"""Secrets in encrypted files, which may lie in git."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyrage
import pytest
from pyrage import x25519

from smm_cli.accounts import masks
from smm_cli.accounts.age import public_key
from smm_cli.accounts.credentials import Credentials
from smm_cli.accounts.logged_in import LoggedIn, store_login
from smm_cli.accounts.masks import masked
from smm_cli.calendar.model import Calendar
from smm_cli.errors import ConfigError
from smm_cli.words.channel import Channel

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TOKEN = "a-token-of-some-length-0123456789"


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SMM_AGE_IDENTITY", raising=False)
    masks.forget_all()
    return tmp_path / "config" / "smm"


@pytest.fixture
def calendar(tmp_path):
    (tmp_path / "calendar" / "secrets").mkdir(parents=True)
    return Calendar(tmp_path / "calendar", "test")


def channel(name="x", secret="age:secrets/x.age", **settings):
    return Channel(name, "x", settings, secret=secret)


def encrypted(calendar, text, *keys, name="x"):
    file = calendar.root / "secrets" / f"{name}.age"
    file.write_bytes(pyrage.encrypt(text.encode(), list(keys)))
    return file


def own():
    return x25519.Recipient.from_str(public_key())


def test_a_secret_alone_in_its_file_is_the_channels_secret(calendar):
    encrypted(calendar, f"{TOKEN}\n", own())
    assert Credentials(calendar, channel(), ("token",)).value("token") == TOKEN
    assert TOKEN not in masked(f"said {TOKEN}")


def test_several_secrets_stand_by_name(calendar):
    encrypted(calendar, 'consumer_key = "key-1"\ntoken = "tok-1"\n', own())
    found = Credentials(calendar, channel(), ("consumer_key", "token"))
    assert (found.value("consumer_key"), found.value("token")) == ("key-1", "tok-1")


def test_renewed_tokens_go_back_into_the_file_for_all_who_may_read_it(calendar):
    colleague = x25519.Identity.generate()
    (calendar.root / "secrets" / ".age-recipients").write_text(f"# the server\n{colleague.to_public()}  # made 2026\n")
    file = encrypted(calendar, 'token = "old-token-value"\nrefresh = "old-refresh-value"\n', own())
    credentials = Credentials(calendar, channel(), ("token",))
    assert credentials.value("token") == "old-token-value"
    credentials.keep({"token": "new-token-value", "refresh": "new-refresh-value"}, NOW + timedelta(hours=2))
    assert Credentials(calendar, channel(), ("token",)).value("refresh") == "new-refresh-value"
    assert Credentials(calendar, channel(), ("token",)).ended(NOW + timedelta(hours=3))
    assert "new-token-value" in pyrage.decrypt(file.read_bytes(), [colleague]).decode()
    assert b"new-token-value" not in file.read_bytes()
    assert not (calendar.state / "tokens" / "x.json").exists()


def test_a_login_is_kept_in_the_file_and_channels_toml_names_it(calendar):
    said = store_login(calendar, channel(), LoggedIn({"token": TOKEN, "refresh": "r-0123456789"}, 7200.0, "@ada", ("token",)), NOW)
    assert said == "age:secrets/x.age"
    found = Credentials(calendar, channel(), ("token",))
    assert (found.value("token"), found.tokens().handle, found.tokens().expires_at) == (TOKEN, "@ada", NOW + timedelta(hours=2))
    assert TOKEN.encode() not in (calendar.root / "secrets" / "x.age").read_bytes()


def test_tokens_of_another_app_are_not_used(calendar):
    store_login(calendar, channel(client_id="one"), LoggedIn({"token": TOKEN}, None, "", ("token",)), NOW)
    with pytest.raises(ConfigError):
        Credentials(calendar, channel(secret="age:secrets/other.age", client_id="two"), ("token",)).value("token")
    assert Credentials(calendar, channel(client_id="two"), ("token",)).tokens() is None


def test_a_machine_without_the_right_identity_is_told_what_to_do(calendar):
    encrypted(calendar, TOKEN, x25519.Identity.generate().to_public())
    with pytest.raises(ConfigError, match="no age identity") as missing:
        Credentials(calendar, channel(), ("token",)).value("token")
    assert "age.txt" in missing.value.hint
    key = public_key()
    with pytest.raises(ConfigError, match="cannot be decrypted") as wrong:
        Credentials(calendar, channel(), ("token",)).value("token")
    assert key in wrong.value.hint
    assert "AGE-SECRET" not in str(wrong.value)


def test_an_identity_may_stand_in_the_environment(calendar, monkeypatch):
    identity = x25519.Identity.generate()
    encrypted(calendar, TOKEN, identity.to_public())
    monkeypatch.setenv("SMM_AGE_IDENTITY", str(identity))
    assert Credentials(calendar, channel(), ("token",)).value("token") == TOKEN
    monkeypatch.setenv("SMM_AGE_IDENTITY", "nonsense")
    with pytest.raises(ConfigError, match="holds no age identity"):
        Credentials(calendar, channel(), ("token",)).value("token")


def test_a_made_identity_is_private_and_stays(machine):
    key = public_key()
    assert public_key() == key
    assert (machine / "age.txt").stat().st_mode & 0o777 == 0o600


def test_a_broken_list_of_recipients_names_its_line(calendar):
    (calendar.root / "secrets" / ".age-recipients").write_text("\nnobody\n")
    with pytest.raises(ConfigError, match="line 2"):
        store_login(calendar, channel(), LoggedIn({"token": TOKEN}, None, "", ("token",)), NOW)
    assert not (calendar.root / "secrets" / "x.age").exists()


def test_a_missing_file_names_itself_and_the_login(calendar):
    with pytest.raises(ConfigError, match=r"x\.age") as missing:
        Credentials(calendar, channel(), ("token",)).value("token")
    assert missing.value.hint == "smm channel login x"


def test_a_secret_of_all_channels_may_be_encrypted_too(calendar):
    from dataclasses import replace

    encrypted(calendar, 'client_secret = "app-secret-value"\n', own(), name="app")
    shared = replace(calendar, networks={"x": {"client_secret": "age:secrets/app.age"}})
    assert Credentials(shared, channel(secret="env:X"), ("token",)).value("client_secret") == "app-secret-value"
