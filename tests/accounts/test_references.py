"""References to secrets: read only where and how they may be, never shown."""

from __future__ import annotations

import base64
import os
import sys
from urllib.parse import quote, quote_plus

import pytest

from smm_cli.accounts import masks
from smm_cli.accounts.masks import mask, masked, remember
from smm_cli.accounts.private import read_private, write_private
from smm_cli.accounts.references import parse, resolve
from smm_cli.accounts.trust import distrust, is_trusted, trust, trusted_commands
from smm_cli.errors import ConfigError

SECRET = "s3cr3t/with+odd=signs&ü-0123"


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """A machine of its own: its folder for smm, no secret known."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    masks.forget_all()


def secret_file(path, text=SECRET, mode=0o600):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_variable_of_the_environment_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("BOX", SECRET)
    assert resolve("env:BOX", tmp_path, name="box") == SECRET


def test_a_missing_variable_is_named_with_a_word_on_cron(tmp_path):
    with pytest.raises(ConfigError) as raised:
        resolve("env:NOT_SET", tmp_path, name="box (token)")
    assert "NOT_SET" in str(raised.value)
    assert "cron" in raised.value.hint


@pytest.mark.parametrize(("end", "kept"), [("", ""), ("\n", ""), ("\r\n", ""), ("\n\n", "\n")])
def test_a_file_is_read_without_its_last_line_break(tmp_path, end, kept):
    secret_file(tmp_path / "secrets" / "box").write_bytes((SECRET + end).encode())
    assert resolve("file:secrets/box", tmp_path, name="box") == SECRET + kept


def test_a_file_may_lie_in_the_home_folder(tmp_path):
    secret_file(tmp_path / "home" / ".box")
    assert resolve("file:~/.box", tmp_path / "calendar", name="box") == SECRET


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps rights in lists")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_file_that_others_may_read_or_change_is_refused_with_the_command_that_mends_it(tmp_path, mode):
    path = secret_file(tmp_path / "box", mode=mode)
    with pytest.raises(ConfigError) as raised:
        resolve("file:box", tmp_path, name="box")
    assert raised.value.hint == f"chmod 600 {path}"
    assert SECRET not in str(raised.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_refused(tmp_path):
    os.chown(secret_file(tmp_path / "box"), 12345, 12345)
    with pytest.raises(ConfigError, match="another user"):
        resolve("file:box", tmp_path, name="box")


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "binary", "huge"])
def test_a_file_that_holds_no_secret_is_refused(tmp_path, kind):
    path = tmp_path / "box"
    if kind == "folder":
        path.mkdir(mode=0o700)
    elif kind != "missing":
        path.write_bytes({"empty": b"\n", "binary": b"\xff\xfe\x00", "huge": b"x" * 70_000}[kind])
        path.chmod(0o600)
    with pytest.raises(ConfigError, match="box"):
        resolve("file:box", tmp_path, name="box")


def test_a_command_runs_only_where_it_was_trusted_in_exactly_this_form_and_calendar(tmp_path):
    command = f'{sys.executable} -c "print({SECRET!r}); print(2)"'
    with pytest.raises(ConfigError) as raised:
        resolve(f"command:{command}", tmp_path, name="box")
    assert raised.value.slug == "untrusted-command"
    assert "smm trust" in raised.value.hint
    trust(tmp_path, command)
    assert resolve(f"command:{command}", tmp_path, name="box") == SECRET
    with pytest.raises(ConfigError):
        resolve(f"command:{command} ", tmp_path / "other", name="box")
    with pytest.raises(ConfigError):
        resolve(f"command:{command} -x", tmp_path, name="box")
    distrust(tmp_path, command)
    with pytest.raises(ConfigError):
        resolve(f"command:{command}", tmp_path, name="box")


def test_a_command_is_not_given_to_a_shell(tmp_path):
    command = f"{sys.executable} -c pass ; touch {tmp_path / 'ran'} $(touch {tmp_path / 'ran'})"
    trust(tmp_path, command)
    with pytest.raises(ConfigError, match="empty"):
        resolve(f"command:{command}", tmp_path, name="box")
    assert not (tmp_path / "ran").exists()


def test_a_command_that_fails_shows_nothing_that_it_printed(tmp_path):
    command = f'{sys.executable} -c "import sys; print({SECRET!r}); print({SECRET!r}, file=sys.stderr); sys.exit(3)"'
    words = command.replace(SECRET, "s3cr3t")
    trust(tmp_path, words)
    with pytest.raises(ConfigError) as raised:
        resolve(f"command:{words}", tmp_path, name="box")
    assert "ended with 3" in str(raised.value)


def test_trust_is_kept_in_a_private_file_and_a_damaged_one_trusts_nothing(tmp_path):
    path = trust(tmp_path, "pass show box")
    trust(tmp_path, "pass show box")
    assert path.stat().st_mode & 0o777 == 0o600
    assert trusted_commands(tmp_path) == ("pass show box",)
    path.write_text("trusted = 1")
    with pytest.raises(ConfigError):
        is_trusted(tmp_path, "pass show box")
    path.chmod(0o666)
    with pytest.raises(ConfigError):
        is_trusted(tmp_path, "pass show box")


@pytest.mark.parametrize("text", [SECRET, "", "env: ", "http://x", "token:abc", "environment", "ENV:A"])
def test_what_is_no_reference_is_refused_and_not_shown(text):
    with pytest.raises(ConfigError) as raised:
        parse(text)
    assert not text or text not in str(raised.value)


def test_a_variable_with_an_impossible_name_is_refused(tmp_path):
    with pytest.raises(ConfigError):
        resolve("env:A B", tmp_path, name="box")


# -- private files ------------------------------------------------------------------------------------------------------------


def test_a_private_file_is_replaced_whole_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "new" / "file"
    write_private(path, b"one")
    write_private(path, b"two")
    assert (read_private(path, "x"), path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (b"two", 0o600, 0o700)
    assert [one.name for one in path.parent.iterdir()] == ["file"]


# -- masks -----------------------------------------------------------------------------------------------------------------------


def forms(secret):
    pair = f"ada:{secret}".encode()
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), quote(secret, safe="").lower(), repr(secret)[1:-1])
    yield from (base64.b64encode(secret.encode()).decode(), base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="))
    yield base64.b64encode(pair).decode()
    yield base64.b64encode(b"x" + pair).decode()


@pytest.mark.parametrize("secret", [SECRET, 'quo"te\\back\nline-0123456789', "plain0123456789"])
def test_a_secret_is_masked_in_every_form(secret):
    core = base64.b64encode(secret.encode()).decode()[4:-4]
    for form in forms(secret):
        for text in (mask(f"GET https://x/{form}/y", [secret]), f"{mask(repr(form), [secret])}"):
            assert secret not in text
            assert quote(secret, safe="") not in text
            assert core not in text
            assert "***" in text


def test_no_tail_of_a_longer_secret_stays_when_a_shorter_one_begins_it():
    assert mask("abcdefghijkl", ["abcd", "abcdefghijkl"]) == "***"


def test_short_values_do_not_blot_out_words():
    assert mask("a cat sat", ["a", "cat", ""]) == "a cat sat"


def test_what_was_resolved_is_masked_from_then_on(tmp_path, monkeypatch):
    monkeypatch.setenv("BOX", SECRET)
    assert SECRET in masked(SECRET)
    resolve("env:BOX", tmp_path, name="box")
    assert masked(f"x {SECRET} y {quote(SECRET)}") == "x *** y ***"


def test_passing_secrets_are_forgotten_in_the_end_but_lasting_ones_are_not():
    remember("lasting-secret-1")
    for number in range(masks.PASSING + 10):
        remember(f"https://up.example/{number:06}", passing=True)
    assert masked("lasting-secret-1") == "***"
    assert masked(f"https://up.example/{masks.PASSING:06}") == "***"
    assert "000000" in masked("https://up.example/000000")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("https://ada:pass@box.example/x", "pass"),
        ("https://box.example/x?a=1&access_token=abc", "abc"),
        ("https://s3.example/x?X-Amz-Signature=abc&y=1", "abc"),
        ("https://discord.com/api/webhooks/123456/AbC-dEf_ghi", "AbC-dEf_ghi"),
        ("https://hooks.slack.com/services/T012/B345/abcdefgh1234", "abcdefgh1234"),
        ("https://api.telegram.org/bot123456:ABCdefGHIjklMNOpqrSTUvwx/sendMessage", "ABCdefGHIjklMNOpqrSTUvwx"),
        ("https://mm.example/hooks/abcdefgh12345678", "abcdefgh12345678"),
        ("Authorization: Bearer abcdefgh.12345678", "abcdefgh.12345678"),
        ("basic YWRhOnBhc3M=", "YWRhOnBhc3M="),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJzdWIiOiIxIn0"),
        ("xoxb-1234567890-abcdef", "1234567890-abcdef"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ],
)
def test_tokens_are_known_by_their_shape(text, hidden):
    assert hidden not in masked(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    ["https://mastodon.example/@ada/1", "see https://box.example/?page=2#top", "a bearer of news", "mail ada@box.example"],
)
def test_ordinary_words_stay(text):
    assert masked(text) == text
