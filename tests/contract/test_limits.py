"""Declared limits are the server's: at the edge the fake takes a text, one over check_payload says so and the fake refuses."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from smm_cli.errors import DeliveryError
from smm_cli.networks import built_in, load
from smm_cli.sandbox.world import fakes
from smm_cli.words.problem import ERROR

NETWORKS = tuple(name for name in built_in() if name in fakes() and any(limit.name == "text" for limit in load(name).text))
FILLERS = {
    "ascii": "a",
    "emoji": "👩‍👩‍👧",
    "cjk": "漢",
    "combining": "e\u0301",
    "umlaut": "ü",
    "link": "https://example.org/some/long/path/to/a/page ",
    "mention": "@{ada} ",
    "words": "word ",
}
LARGE, FEW = 3000, ("emoji", "words")
"""Where a text may be longer than this many characters, not every filler is tried: it takes long."""
PEOPLE = '\n[people.ada]\ntitle = "Ada"\nhandles = {{ mastodon = "@ada@elsewhere.example", bluesky = "it.example" }}\n'.replace(
    "{{", "{"
).replace("}}", "}")


def prepared(stage, body):
    stage.post("edge", body)
    with stage.runner() as runner:
        post = next(post for post in runner.index.posts(runner.source).posts if post.id == "edge")
        account = runner.ledger.account("it")
        return runner.composer.prepare(post, runner.calendar.channels["it"], "edge@it", stage.clock.now(), account)


def over(found):
    return [
        problem
        for problem in found.errors
        if "long" in problem.slug or "long" in problem.what or "limit" in problem.what or "too" in problem.what
    ]


def edge(stage, filler):
    """The longest text of fillers, then of single letters, that the declared ruler lets pass; and the same with one letter more."""
    lead, most = "Start ", next(limit.maximum for limit in load(stage.network).text if limit.name == "text")

    def most_that_fit(made):
        low, high = 0, most + 10
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if not over(prepared(stage, made(middle))) else (low, middle - 1)
        return low

    body = lead + filler * most_that_fit(lambda count: lead + filler * count + "z")
    rest = most_that_fit(lambda count: body + "z" * count)
    return body + "z" * (rest - 1), body + "z" * rest, body + "z" * (rest + 1)


def most_text(network):
    return next(limit.maximum for limit in load(network).text if limit.name == "text")


CASES = [(network, filler) for network in NETWORKS for filler in FILLERS if most_text(network) <= LARGE or filler in FEW]


@pytest.mark.parametrize(("network", "filler"), CASES)
def test_at_the_limit_the_server_takes_it_and_one_over_both_refuse(stage_of, network, filler):
    stage = stage_of(network)
    config = stage.root / "channels.toml"
    config.write_text(config.read_text() + PEOPLE)
    stage.post("first", "Hello.")
    stage.tick()
    below, at, above = edge(stage, FILLERS[filler])
    for name, body in (("below", below), ("at", at)):
        stage.post("edge", "Later.", "publish_at: 2027-01-01 08:00\n".replace("publish_at", "not_before"))
        (stage.root / "posts" / "edge.md").unlink()
        stage.post(name, body)
        ticked = stage.tick()
        assert [outcome.state for outcome in ticked.outcomes] == ["published"], (name, ticked.outcomes)
    long = prepared(stage, above)
    assert over(long), "one over is an error"
    stage.post("edge", above)
    ticked = stage.tick()
    assert [outcome.state for outcome in ticked.outcomes] == ["held"], ticked.outcomes
    assert refused(stage, long), "the fake refuses what the ruler calls too long"


def refused(stage, found):
    """Whether the fake refuses a payload that goes out although it was found too long; some servers cut it off in silence."""

    async def send():
        with stage.runner() as runner:
            network = found.network
            conversation, told, n = network.publish(replace(found.payload, key="0" * 64), 0), None, 0
            vault = {}
            try:
                while True:
                    step = conversation.send(told)
                    told = None
                    if hasattr(step, "method"):
                        told = await runner.transport.send(network, step, vault, f"0.{n}")
                        n += 1
                        error = network.fault(told.status, told.headers, told.body)
                        if error is not None and not step.forgiving:
                            return isinstance(error, DeliveryError)
            except StopIteration:
                return stage.fake.cuts and len(stage.public()[-1].text) < len(found.payload.parts[0].text)
            finally:
                await runner.end()

    return asyncio.run(send())


def test_what_is_found_too_long_is_an_error_and_not_a_warning(stage_of):
    stage = stage_of("mastodon")
    assert {problem.severity for problem in over(prepared(stage, "word " * 200))} == {ERROR}
