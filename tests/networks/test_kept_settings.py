"""Settings that were validated when channels.toml was read are not validated again to send."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from smm_cli.calendar.config import read_calendar
from smm_cli.networks import load
from smm_cli.networks._table import Table, kept_of
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post

TOLD = """
[calendar]
name = "x"
timezone = "Europe/Berlin"

[channels.m]
network = "mastodon"
server = "https://Mastodon.Example/"
secret = "env:T"

[channels.b]
network = "bluesky"
languages = ["de", "en"]
secret = "env:T"

[channels.w]
network = "webhook"
url = "https://acme.example/hook"
secret = "env:T"
"""
POST = Post(path="posts/a.md", id="a", body="x")


@pytest.fixture
def channels(tmp_path: Path) -> dict[str, Channel]:
    calendar, problems = read_calendar(tmp_path, TOLD.encode())
    assert calendar, problems
    return dict(calendar.channels)


@pytest.mark.parametrize("name", ["m", "b", "w"])
def test_kept_values_are_those_of_the_model(channels: dict[str, Channel], name: str):
    kind = load(channels[name].network)
    network = kind(channels[name])
    settings, options = kind.Settings.model_validate(channels[name].settings), kind.Options()
    assert vars(network.settings) == {key: getattr(settings, key) for key in kind.Settings.model_fields}
    assert vars(network.options(POST)) == {key: getattr(options, key) for key in kind.Options.model_fields}
    with pytest.raises(AttributeError):
        network.settings.server = "https://evil.example"


def test_what_is_more_than_values_is_not_kept():
    class Inner(Table):
        x: int = 1

    class WithTable(Table):
        inner: Inner = Inner()

    class WithList(Table):
        names: list[str] = []  # noqa: RUF012 - pydantic copies it

    class WithProperty(Table):
        x: int = 1

        @property
        def double(self) -> int:
            return 2 * self.x

    assert [kept_of(model, {}) for model in (WithTable, WithList, WithProperty, Inner)] == [None, None, None, {"x": 1}]


def test_a_kept_channel_is_made_and_composes_without_pydantic():
    program = (
        "import sys\n"
        "from smm_cli.networks import load\nfrom smm_cli.words.channel import Channel\nfrom smm_cli.words.post import Post\n"
        "kept = {'settings': {'server': 'https://m.example', 'numbering': ''}, 'options': {}}\n"
        "network = load('mastodon')(Channel('m', 'mastodon', kept=kept))\n"
        "assert network.hosts() == ('m.example',)\nassert network.options(Post(path='p', id='a', body='x'))\n"
        "assert 'pydantic' not in sys.modules, sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
