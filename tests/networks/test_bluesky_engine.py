"""Bluesky over the real transport in a rehearsal: sessions, service tokens, cards. Nothing leaves; no secret is read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from smm_cli.calendar.model import Calendar
from smm_cli.clock import SetClock
from smm_cli.delivery.sending import ask
from smm_cli.delivery.transport import Transport
from smm_cli.networks.base import Facts
from smm_cli.networks.bluesky import NETWORK
from smm_cli.sandbox.base import Fake, Reply, route
from smm_cli.sandbox.world import World
from smm_cli.words.channel import Channel
from smm_cli.words.conversation import Earlier, Wait
from smm_cli.words.exchange import Request
from smm_cli.words.post import Media, Post

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Blog(Fake):
    name = "blog"

    @route("GET", "/post")
    def post(self, call):
        html = '<meta property="og:title" content="From the blog"><meta property="og:image" content="/i.png">'
        return Reply(200, html, {"content-type": "text/html"})

    @route("GET", "/i.png")
    def image(self, call):
        return Reply(200, b"\x89PNG\r\n\x1a\n and so on", {"content-type": "image/png"})


class Room:
    """A world with a server of one's own, the video service and a blog."""

    def __init__(self, root):
        self.clock = SetClock(START)
        self.world = World(self.clock)
        self.pds = self.world.place("pds.example", "bluesky")
        self.world.place("blog.example", Blog(self.clock))
        channel = Channel("here", "bluesky", {"server": "https://pds.example", "identifier": "ada.example"}, secret="env:NEVER_READ")
        calendar = Calendar(root=root, name="acme", channels={"here": channel})
        self.transport = Transport(calendar, self.clock, apps=self.world.app_for, resolver=_public)
        self.network = NETWORK(channel)
        self.network = NETWORK(channel, self.play(self.network.verify()))
        self.asked = []

    def play(self, conversation):
        async def whole():
            told, vault, asked = None, {}, []
            while True:
                try:
                    step = conversation.send(told)
                except StopIteration as end:
                    self.asked = asked
                    return end.value
                told = None
                if isinstance(step, Request):
                    asked.append(step)
                    told = await ask(step, self.network, self.transport, vault, str(len(asked)))
                elif isinstance(step, Wait):
                    await self.clock.sleep(step.seconds)
                else:
                    assert isinstance(step, Earlier)

        return asyncio.run(whole())

    def publish(self, body, media=(), **fields):
        payload = self.network.compose(Post("a", "posts/a.md", body, media=media, **fields), Facts("acme", "a@here", START))
        receipt = self.play(self.network.publish(payload, 0))
        did, _, rkey = receipt.id.removeprefix("at://").split("/")
        return self.pds.members[did].records["app.bsky.feed.post"][rkey]


async def _public(host, port):
    return ["203.0.113.7"]


@pytest.fixture
def room(tmp_path):
    return Room(tmp_path)


def test_a_film_passes_through_the_video_service_onto_the_own_server(room):
    film = room.transport.blobs.keep(b"\0\0\0\x18ftypisom", "video/mp4")
    record = room.publish("film", (Media("a.mp4", alt="a film", blob=film),))
    assert record["embed"]["video"]["size"] == 12
    service = room.world.by_host["video.bsky.app"]
    assert service is not room.pds
    used = [call.bearer for call, _ in service.calls if call.bearer]
    assert used
    assert all(token.startswith("service.") for token in used)


def test_the_conversation_never_sees_a_token(room):
    film = room.transport.blobs.keep(b"\0\0\0\x18ftypisom", "video/mp4")
    room.publish("film", (Media("a.mp4", alt="a film", blob=film),))
    written = repr(room.asked)
    assert "\\x00" in written
    assert not any(token in written for token in room.pds.tickets)


def test_an_ended_session_is_renewed_under_way_even_where_failures_are_forgiven(room):
    asyncio.run(room.clock.sleep(3 * 3600))
    record = room.publish("read https://blog.example/post")
    assert record["embed"]["external"]["title"] == "From the blog"
    assert record["embed"]["external"]["thumb"]["mimeType"] == "image/png"


def test_a_card_from_a_page_that_is_down_leaves_the_link(room):
    record = room.publish("read https://gone.example/post")
    assert record["text"] == "read gone.example/post"
    assert record["facets"][0]["features"][0]["uri"] == "https://gone.example/post"
    assert "embed" not in record
