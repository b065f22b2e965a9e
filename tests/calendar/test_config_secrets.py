from __future__ import annotations

from pathlib import Path

import pytest

from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.config_secrets import check_reference, looks_like_token
from smm_cli.words.problem import Problem

HEAD = '[calendar]\nname = "acme"\n'
TOOTS = '[channels.toots]\nnetwork = "mastodon"\nserver = "https://mastodon.example"\n'
RANDOM = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6kL9oR2u"


def problems_of(text: str) -> list[Problem]:
    calendar, problems = read_calendar(Path("/calendar"), text.encode())
    assert (calendar is None) == bool(problems)
    return problems


@pytest.mark.parametrize("reference", ["env:MASTODON_TOKEN", "file:secrets/toots", "file:~/toots token", "command:pass show toots"])
def test_a_reference_is_accepted(reference: str):
    assert problems_of(f'{HEAD}{TOOTS}secret = "{reference}"\n') == []
    assert problems_of(f'{HEAD}{TOOTS}secret = {{ token = "{reference}" }}\n') == []


@pytest.mark.parametrize("plain", ["hunter2", RANDOM, "env", "http://x", "ENV:TOKEN", "$TOKEN"])
def test_a_secret_in_plain_is_refused_and_not_repeated(plain: str):
    (problem,) = problems_of(f'{HEAD}{TOOTS}secret = "{plain}"\n')
    assert (problem.slug, problem.place.line) == ("plain-secret", 6)
    assert 'write secret = "env:NAME"' in problem.what
    assert len(plain) < 5 or plain not in str(problem)


@pytest.mark.parametrize(
    ("reference", "words"), [("env:", "name of an environment"), ("env:MY-TOKEN", "such as env:"), ("file:", "a path")]
)
def test_a_reference_to_nothing_is_refused(reference: str, words: str):
    (problem,) = problems_of(f'{HEAD}{TOOTS}secret = "{reference}"\n')
    assert words in problem.what


@pytest.mark.parametrize("rest", ["", "smm", "smm/", "/ada", " / "])
def test_a_keyring_needs_a_service_and_a_user(rest: str):
    (problem,) = problems_of(f'{HEAD}{TOOTS}secret = "keyring:{rest}"\n')
    assert "keyring:smm/mastodon" in problem.what


def test_a_place_in_the_keyring_is_a_reference():
    assert problems_of(f'{HEAD}{TOOTS}secret = "keyring:smm/acme/toots"\n') == []


def test_the_credentials_of_an_app_are_secrets_too():
    (problem,) = problems_of(f'{HEAD}[networks.mastodon]\nclient_id = "our-app"\nclient_secret = "hunter2"\n')
    assert (problem.slug, problem.place.line) == ("plain-secret", 5)
    assert 'client_secret = "env:NAME"' in problem.what


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("acme", "ghp_" + "a1B2" * 9),
        HEAD + f'[alerts]\nheartbeat = "https://hooks.slack.com/services/T{"0" * 8}/B{"0" * 8}/{"x" * 24}"\n',
        HEAD + '[ledger]\nurl = "postgresql://smm:hunter2@db.example/smm"\n',
        HEAD + f'[people.ada]\ntitle = "{RANDOM}"\n',
        HEAD + f'[media]\naddress = "https://cdn.example/?token={RANDOM}"\n',
        HEAD + f'[check]\nignore = ["fine", "nsec1{"q" * 58}"]\n',
    ],
)
def test_what_looks_like_a_token_is_refused_wherever_it_stands(text: str):
    assert "plain-secret" in [problem.slug for problem in problems_of(text)]


@pytest.mark.parametrize(
    "token",
    [
        RANDOM,
        "0123456789:AAE" + "x" * 32,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl",
        "abcd-efgh-ijkl-mnop",
        "-----BEGIN RSA PRIVATE KEY-----",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
        "0123456789abcdef01234567:" + "0123456789abcdef" * 4,
        "deadbeef" * 8,
    ],
)
def test_tokens_are_recognised(token: str):
    assert looks_like_token(token)


@pytest.mark.parametrize(
    "text",
    [
        "https://mastodon.example/@ada/112233445566778899",
        "did:plc:z72i7hdynmk6r22z27h6tvur",
        "urn:li:organization:1234567890",
        "npub1" + "q" * 58,
        "123e4567-e89b-12d3-a456-426614174000",
        "!room:matrix.example",
        "postgresql://db.example/smm",
        "Ein langer Satz über den Herbstkatalog 2026 und alles, was darin steht",
        "content/posts/2026/herbstkatalog-und-alles-andere",
        "@acme@mastodon.example",
        "mailto:ada@acme.example",
        "our-very-long-campaign-name-of-the-year-2026",
    ],
)
def test_what_is_no_token_is_left_alone(text: str):
    assert not looks_like_token(text)


def test_a_long_identifier_is_no_token_where_its_key_says_so():
    assert looks_like_token("PLrAXtmErZ7OeiKm4sgNOknGvNjby9efdf")
    assert not looks_like_token("PLrAXtmErZ7OeiKm4sgNOknGvNjby9efdf", "playlist")
    assert looks_like_token("ghp_" + "a1B2" * 9, "playlist")


def test_an_unknown_name_of_a_secret_is_told():
    (problem,) = problems_of(f'{HEAD}{TOOTS}secret = {{ tokn = "env:X" }}\n')
    assert (problem.slug, problem.place.line, problem.hint) == ("unknown-secret", 6, "did you mean token?")


def test_the_advice_names_the_key():
    assert check_reference("hunter2", "password").startswith("a secret stands here in plain: write password =")
    assert check_reference("env:PASSWORD", "password") == ""


@pytest.fixture
def rotating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of a third party whose tokens change with each use."""
    module = "from smm_cli.networks.base import Network\nfrom smm_cli.words.auth import OAuth2\n\n\n"
    module += "class Whirl(Network):\n    name = 'whirl'\n    auth = OAuth2(rotates=True)\n"
    (tmp_path / "whirl.py").write_text(module)
    about = tmp_path / "whirl-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: whirl\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[smm.networks]\nwhirl = whirl:Whirl\nbroken = whirl:Missing\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("rotating")
def test_a_network_whose_tokens_rotate_refuses_env():
    (problem,) = problems_of(f'{HEAD}[channels.w]\nnetwork = "whirl"\nsecret = "env:WHIRL"\n')
    assert (problem.slug, problem.place.line) == ("rotating-env", 5)
    assert problem.what == "whirl: its token changes with each use and env: cannot keep it"
    text = '[channels.w]\nnetwork = "whirl"\nsecret = { token = "file:secrets/whirl", client_secret = "env:APP" }\n'
    assert problems_of(HEAD + text) == []


@pytest.mark.usefixtures("rotating")
def test_a_network_that_cannot_be_loaded_is_a_problem_not_a_crash():
    (problem,) = problems_of(f'{HEAD}[channels.w]\nnetwork = "broken"\n')
    assert (problem.slug, problem.place.line) == ("broken-network", 4)
