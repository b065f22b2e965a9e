"""The contract's heart: whatever line the process dies at, every part is public once, in order, and known as such."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smm_cli.networks import built_in, load
from smm_cli.networks.base import Network
from smm_cli.sandbox.world import fakes

NETWORKS = tuple(name for name in built_in() if name in fakes() or name == "site")
KIND = {name: load(name) for name in NETWORKS}
PAUSES = (timedelta(seconds=10), timedelta(hours=2), timedelta(hours=50))
PICTURES = "![two dots](a.png)"


def body_for(network, second="The second part."):
    body = "One text with a [link](https://example.org/a) and #tag."
    return f"{body}\n\n---\n\n{second}\n\n---\n\nThe third part." if KIND[network].threads else f"{body}\n\n{second}"


def plain(network):
    return body_for(network), ""


def media(network):
    kind = KIND[network]
    pictures = next((limit.count for limit in kind.media if limit.kind == "image"), 0)
    if "video" in kind.demands or not pictures:
        return "", None
    front = "media:\n  - path: a.png\n    alt: one\n" + ("  - path: b.png\n    alt: two\n" if min(pictures, kind.media_count) > 1 else "")
    body = body_for(network)
    return body.replace("The third part.", "The third part.\n\n![another](c.png)"), front


def poll(network):
    return body_for(network), "poll: {options: [Yes please, No thanks], expires_in: 1d}\n" if "poll" in KIND[network].takes else None


def first_comment(network):
    return body_for(network), "first_comment: More at https://example.org/more\n" if "first_comment" in KIND[network].takes else None


def gates(network):
    return body_for(network), "for:\n  bluesky:\n    threadgate: [nobody]\n    quotes: false\n" if network == "bluesky" else None


SHAPES = {shape.__name__: shape for shape in (plain, media, poll, first_comment, gates)}
CASES = [(network, shape) for network in NETWORKS for shape in SHAPES if SHAPES[shape](network)[1] is not None]


def fullest(network):
    """The shape with pictures, where the network takes any."""
    return "media" if media(network)[1] is not None else "plain"


def set_up(stage, shape, second="The second part."):
    body, front = SHAPES[shape](stage.network)
    for n, name in enumerate(("a.png", "b.png", "c.png")):
        stage.picture(name, (10 * n, 20, 30))
    stage.post("launch", body.replace("The second part.", second), front)


def whole(stage):
    """What is public, as others see it: text, pictures, and which part answers which."""
    shown = stage.public()
    place = {posted.id: n for n, posted in enumerate(shown)}
    return [(posted.text, posted.media, place.get(posted.reply_to)) for posted in shown]


def beside(stage):
    """Records beside the posts (who may answer)."""
    members = getattr(stage.fake, "members", {})
    return sorted(kind for member in members.values() for kind in member.records if "gate" in kind and member.records[kind])


@pytest.mark.parametrize(("network", "shape"), CASES)
def test_a_post_is_published_once_in_order_and_then_left_alone(stage_of, network, shape):
    stage = stage_of(network)
    set_up(stage, shape)
    ticked = stage.tick()
    assert [(o.delivery, o.state) for o in ticked.outcomes] == [("launch@it", "published")], ticked.outcomes
    before = whole(stage)
    apart = SHAPES[shape](network)[1].count("path:") + KIND[network].threads if shape == "media" and KIND[network].apart else 0
    assert len(before) == (3 if KIND[network].threads else 1) + (shape == "first_comment") + apart
    assert [answered for _, _, answered in before] == [None, *range(len(before) - 1)]
    stage.clock.set(stage.clock.now() + timedelta(days=3))
    assert stage.tick().outcomes == ()
    assert whole(stage) == before
    assert [r.state for r in stage.receipts()] == ["published"]
    assert len(stage.receipts()[0].parts) == len(before)


def cannot_tell(stage, pause):
    """The network has no way to look that shows a post to be absent, and no repetition is known to be harmless: a person must tell."""
    if KIND[stage.network].lookup is not Network.lookup and KIND[stage.network].decisive:
        return False
    with stage.runner() as runner:
        repeat = runner.composer.network(runner.calendar.channels["it"], runner.ledger.account("it")).repeat()
    return repeat is None or (repeat.seconds is not None and pause.total_seconds() >= 0.9 * repeat.seconds)


def survives(stage_of, dying, network, shape, pauses, between=lambda stage: None, also=None):
    """Die at each step in turn, let `between` happen and time pass, go on: once, in order, known. Returns how many deaths."""
    counted = stage_of(network)
    set_up(counted, shape)
    steps = dying()
    counted.tick(steps)
    assert steps.seen > 6
    wanted, extra = whole(counted), beside(counted)
    allowed = [wanted, also] if also else [wanted]
    for at in range(1, steps.seen + 1):
        for pause in pauses(at):
            stage = stage_of(network)
            set_up(stage, shape)
            deaths = dying(at=at)
            assert stage.tick(deaths) is None
            between(stage)
            stage.clock.set(stage.clock.now() + pause)
            stage.settle()
            where = f"died {deaths.names[-1]} (step {at} of {steps.seen}), back after {pause}"
            if stage.states() == {"launch@it": "unknown"} and cannot_tell(stage, pause):
                assert any(whole(stage) == one[: len(stage.public())] for one in allowed), where
                assert [r.state for r in stage.receipts()] == ["unknown"], where
                continue
            assert stage.states() == {"launch@it": "published"}, where
            assert whole(stage) in allowed, where
            assert beside(stage) == extra, where
            receipt = stage.receipts()[0]
            assert receipt.state == "published", where
            if network != "site":
                assert [part.id for part in receipt.parts] == [posted.id for posted in stage.public()], where
    return steps.seen


@pytest.mark.parametrize(("network", "shape"), CASES)
def test_a_death_at_any_step_neither_loses_nor_doubles(stage_of, dying, network, shape):
    assert survives(stage_of, dying, network, shape, lambda at: PAUSES if shape == "plain" else PAUSES[at % 3 :][:1]) > 6


@pytest.mark.parametrize("version", ["field", "request"])
@pytest.mark.parametrize("network", NETWORKS)
def test_an_adapter_of_another_version_goes_on_where_this_one_died(stage_of, dying, network, version):
    def upgrade(stage):
        stage.version = version

    survives(stage_of, dying, network, fullest(network), lambda at: PAUSES[at % 3 :][:1], upgrade)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_post_edited_while_it_is_sent_goes_out_whole_in_one_of_its_forms(stage_of, dying, network):
    edited = stage_of(network)
    set_up(edited, fullest(network), "Something else.")
    edited.tick()

    def edit(stage):
        set_up(stage, fullest(network), "Something else.")

    survives(stage_of, dying, network, fullest(network), lambda at: PAUSES[at % 3 :][:1], edit, also=whole(edited))
