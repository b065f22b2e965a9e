"""What networks declare: limits with source and day, how to begin, where the documentation is; and any of them may be done by hand."""

from __future__ import annotations

import re
from datetime import date

import pytest

from smm_cli.networks import built_in, load
from smm_cli.networks.base import Network
from smm_cli.sandbox.world import fakes
from smm_cli.text.rulers import RULERS
from smm_cli.words.limit import PollLimit

NETWORKS = built_in()
KEYS = {
    "title", "link", "tags", "language", "content_warning", "visibility", "poll", "reply_to", "quote", "first_comment", "alt", "canonical",
    "author", "date",
}  # fmt: skip


def limits(kind):
    return (*kind.text, *kind.media, *([kind.poll] if isinstance(kind.poll, PollLimit) else []))


@pytest.mark.parametrize("network", NETWORKS)
def test_every_limit_names_its_source_and_the_day_it_was_read(network):
    for limit in limits(load(network)):
        assert len(limit.source) > 8, limit
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", limit.date), limit
        assert limit.date <= f"{date.max:%Y-%m-%d}"


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_declared_is_known(network):
    kind = load(network)
    assert kind.name == network
    assert kind.title and kind.docs.startswith("https://")
    assert kind.takes <= KEYS
    assert kind.demands <= {"title", "link", "media", "image", "video"}
    assert {limit.ruler for limit in kind.text} <= set(RULERS)
    assert ("poll" in kind.takes) == (kind.poll is not None) or kind.handoff or network == "webhook"


@pytest.mark.parametrize("network", [name for name in NETWORKS if load(name).auth.secrets])
def test_who_needs_a_secret_is_told_how_to_get_one(network):
    kind = load(network)
    assert len(kind.steps) > 40, "steps say what to make in which console"
    assert kind.verify is not None, "a credential can be checked before it is trusted"


@pytest.mark.parametrize("network", NETWORKS)
def test_a_repetition_that_cannot_publish_twice_names_its_proof(network):
    kind = load(network)
    if kind.repeat is Network.repeat or network not in fakes():
        return
    repeat = kind(_channel(network)).repeat()
    assert repeat is None or (repeat.source and re.fullmatch(r"20\d\d-\d\d(-\d\d)?", repeat.date))


def _channel(network):
    import tomllib

    from smm_cli.sandbox.world import load_fake
    from smm_cli.words.channel import Channel

    return Channel("it", network, tomllib.loads(load_fake(network).channel))


ROTATING = [name for name in NETWORKS if name in fakes() and load(name).auth_of(_channel(name).settings).rotates]


@pytest.mark.parametrize("network", [name for name in NETWORKS if name in fakes()])
def test_every_network_can_be_done_by_hand_while_an_app_waits_for_approval(stage_of, network):
    stage = stage_of(network, settings="by_hand = true")
    stage.post("launch", "One text.")
    ticked = stage.tick()
    assert [outcome.state for outcome in ticked.outcomes] == ["waiting"]
    assert not stage.fake.calls, "nobody is asked"


@pytest.mark.parametrize("network", ROTATING)
def test_tokens_that_change_with_each_use_may_not_stand_in_the_environment(stage_of, network):
    from smm_cli.calendar.config import read_calendar

    stage = stage_of(network)
    config = stage.root / "channels.toml"
    config.write_text(config.read_text().replace('"file:X', '"env:X'))
    found = {problem.slug for problem in read_calendar(stage.root)[1]}
    assert "rotating-env" in found
