"""A static site: what it composes, what it writes, what it finds again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from PIL import Image
from pydantic import ValidationError

from smm_cli.delivery.files import Files
from smm_cli.media.blobs import Blobs
from smm_cli.media.look import look
from smm_cli.networks.base import Facts
from smm_cli.networks.site import Site
from smm_cli.networks.site.colours import DARK, ENOUGH, LIGHT, contrast, readable
from smm_cli.networks.site.entry import slug_of
from smm_cli.networks.site.paging import PER_PAGE
from smm_cli.words.channel import Channel, Person
from smm_cli.words.conversation import Absent, Found, Intent
from smm_cli.words.delivery import PartReceipt, Payload
from smm_cli.words.exchange import Answer, Json, Request, Slice, Text
from smm_cli.words.post import Media, Post

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
ADDRESS = "https://acme.example/blog"


class World:
    """A site and its folder, without an engine: requests are answered one after the other."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.public = root / "public"
        self.files = Files(root, "public")
        self.blobs = Blobs(root / "blobs")
        self.site = Site(Channel("blog", "site", {"address": ADDRESS, "title": "Acme", **settings}))
        self.asked: list[Request] = []
        self.stop_after = 10_000

    def drive(self, conversation: Iterator[Any]) -> Any:
        told: Answer | None = None
        while True:
            try:
                step = conversation.send(told)  # type: ignore[attr-defined]
            except StopIteration as stop:
                return stop.value
            told = self.answer(step) if isinstance(step, Request) else None

    def answer(self, request: Request) -> Answer:
        if len(self.asked) >= self.stop_after:
            raise ConnectionError("the machine went down")
        self.asked.append(request)
        if not request.url.startswith("file:"):
            return Answer(204)
        answer = asyncio.run(self.files.send(request, self.blobs))
        assert self.site.fault(answer.status, {}, answer.body) is None and request.expects(answer.status)
        return answer

    def facts(self, post: Post, at: datetime = AT, occurrence: str = "", **more: Any) -> Facts:
        name = f"{post.id}@blog" + (f"@{occurrence}" if occurrence else "")
        return Facts("acme", name, at, zone="Europe/Berlin", language="en", **more)

    def compose(self, post: Post, at: datetime = AT, occurrence: str = "", **more: Any) -> Payload:
        payload = self.site.compose(post, self.facts(post, at, occurrence, **more))
        return replace(payload, key=hashlib.sha256(f"{payload.delivery} {payload.parts[0].text}".encode()).hexdigest())

    def publish(self, post: Post, at: datetime = AT, **more: Any) -> PartReceipt:
        return self.drive(self.site.publish(self.compose(post, at, **more), 0))

    def text(self, path: str) -> str:
        return (self.public / path).read_text(encoding="utf-8")

    def everything(self) -> dict[str, bytes]:
        return {p.relative_to(self.public).as_posix(): p.read_bytes() for p in sorted(self.public.rglob("*")) if p.is_file()}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def post(id: str = "launch", body: str = "We bake *bread*.", **more: Any) -> Post:
    return Post(id, f"posts/{id}.md", body, title=more.pop("title", "The launch"), **more)


def picture(world: World, name: str = "loaf.png", alt: str = "A loaf", **more: Any) -> Media:
    path = world.public.parent / name
    Image.effect_noise((64, 48), 50).save(path)
    return look(path, Media(name, alt=alt, **more), world.blobs)[0]


# -- pages ---------------------------------------------------------------------------------------------------------------------


def test_a_post_becomes_a_page_at_its_id(world: World) -> None:
    receipt = world.publish(post())
    assert receipt == PartReceipt("launch", f"{ADDRESS}/launch/")
    page = world.text("launch/index.html")
    assert "<p>We bake <em>bread</em>.</p>" in page and "<h1" in page and ">The launch</h1>" in page
    assert sorted(world.everything()) == sorted(
        ["feed.json", "feed.xml", "index.html", "launch/index.html", "launch/post.json", "sitemap.xml", "style.css"]
    )


def test_only_the_page_is_a_commit_and_media_stand_before_it(world: World) -> None:
    world.publish(post(media=(picture(world),)))
    commits = [n for n, request in enumerate(world.asked) if request.commits]
    assert [world.asked[n].url for n in commits] == ["file:launch/index.html"]
    before = [request.url for request in world.asked[: commits[0]]]
    assert len(before) == 2 and before[0].startswith("file:launch/loaf-") and before[1] == "file:style.css"
    assert all(request.method in ("PUT", "LIST", "DELETE") for request in world.asked[commits[0] :])


def test_the_receipt_is_known_as_soon_as_the_page_is_there(world: World) -> None:
    conversation = world.site.publish(world.compose(post()), 0)
    step = conversation.send(None)
    while not (isinstance(step, Request) and step.commits):
        step = conversation.send(Answer(201))
    assert isinstance(conversation.send(Answer(201)), PartReceipt)


def test_the_title_is_made_of_the_first_words_where_there_is_none(world: World) -> None:
    world.publish(post("note", "We are closed on Thursday, because the whole team is out learning how to mend hub gears.", title=""))
    entry = json.loads(world.text("note/post.json"))
    assert entry["title"] == "We are closed on Thursday, because the whole team is out learning how…"
    assert 'class="unseen"' in world.text("note/index.html")


def test_all_that_a_post_says_stands_on_its_page(world: World) -> None:
    people = {"ada": Person("ada", title="Ada Lovelace")}
    said = post(
        body="Ask @{ada}!\n\n### Bread\n\n<b>not bold</b>",
        tags=("bread", "ovens & more"),
        link="https://www.other.example/a?b=1&c=2",
        canonical="https://first.example/launch",
        author="ada",
        language="de",
        date="2026-11-20",
    )
    world.publish(said, people=people)
    page = world.text("launch/index.html")
    for wanted in (
        '<html lang="de">',
        "Ask Ada Lovelace!",
        "<h2>Bread</h2>",
        "&lt;b&gt;not bold&lt;/b&gt;",
        "ovens &amp; more</li>",
        'href="https://www.other.example/a?b=1&amp;c=2">other.example</a>',
        'rel="canonical" href="https://first.example/launch"',
        '<span class="p-author">Ada Lovelace</span>',
        'datetime="2026-11-24T08:00:00Z">20. November 2026</time>',
        'property="og:locale" content="de"',
        f'property="og:url" content="{ADDRESS}/launch/"',
        'property="og:description"',
        "Weiterlesen:",
    ):
        assert wanted in page, wanted
    assert "<script" not in page


def test_a_link_that_the_text_has_is_not_repeated(world: World) -> None:
    world.publish(post(body="See [them](https://other.example/a).", link="https://other.example/a"))
    assert world.text("launch/index.html").count("https://other.example/a") == 1


def test_the_day_is_that_of_the_calendar(world: World) -> None:
    world.publish(post(), at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    assert ">25 November 2026</time>" in world.text("launch/index.html")


def test_pictures_stand_beside_the_page_with_their_descriptions(world: World) -> None:
    pictures = (picture(world, "Großes Brot.png", "A loaf, 'fresh' & \"warm\""), picture(world, "b.png", "", decorative=True))
    world.publish(post(media=pictures))
    page = world.text("launch/index.html")
    first, second = (f"{stem}-{m.blob.sha256[:8]}.png" for stem, m in zip(("grosses-brot", "b"), pictures, strict=True) if m.blob)
    assert f'<img src="{first}" alt="A loaf, &#x27;fresh&#x27; &amp; &quot;warm&quot;" width="64" height="48">' in page
    assert f'<img src="{second}" alt="" width="64" height="48">' in page
    assert (world.public / "launch" / first).read_bytes() == world.blobs.read(pictures[0].blob)  # type: ignore[arg-type]
    assert f'property="og:image" content="{ADDRESS}/launch/{first}"' in page
    assert f'src="launch/{first}"' in world.text("index.html")
    assert f'src=\\"{ADDRESS}/launch/{first}\\"' in world.text("feed.json")


def test_a_picture_in_running_text_is_copied_where_it_is_known(world: World) -> None:
    media = picture(world)
    world.publish(post(body="A ![loaf](loaf.png) and ![none](gone.png)."), media={"loaf.png": media})
    page = world.text("launch/index.html")
    assert media.blob and f'<img src="loaf-{media.blob.sha256[:8]}.png" alt="loaf"' in page and "and none." in page
    assert len(list((world.public / "launch").glob("*.png"))) == 1


def test_films_and_sounds_are_played_and_enclosed(world: World) -> None:
    film = Media("a.mp4", alt="Kneading", blob=world.blobs.keep(b"film", "video/mp4"), width=640, height=360, seconds=2.5)
    sound = Media("b.mp3", alt="Ringing", blob=world.blobs.keep(b"sound", "audio/mpeg"))
    world.publish(post(media=(film, sound)))
    page = world.text("launch/index.html")
    assert "<video src=" in page and 'aria-label="Kneading"' in page and "<audio src=" in page
    enclosed = feedparser.parse(world.text("feed.xml").encode()).entries[0].enclosures
    assert [(e.type, e["length"]) for e in enclosed] == [("video/mp4", "4"), ("audio/mpeg", "5")]


def test_what_is_behind_a_warning_is_shown_nowhere_else(world: World) -> None:
    world.publish(post(body="The secret end.", content_warning="Tells the <end>", media=(picture(world),)))
    page = world.text("launch/index.html")
    assert "<details>\n<summary>Tells the &lt;end&gt;</summary>" in page and 'og:image"' not in page
    assert "secret" not in page.split("<main")[0]
    assert "secret" not in world.text("index.html") and "<img" not in world.text("index.html")


def test_the_same_post_gives_the_same_requests_in_every_process(tmp_path: Path) -> None:
    program = """
from datetime import datetime, UTC
from smm_cli.networks.base import Facts
from smm_cli.networks.site import Site
from smm_cli.words.channel import Channel
from smm_cli.words.post import Post
from smm_cli.words.exchange import Answer, Request
site = Site(Channel("blog", "site", {"address": "https://a.example"}))
post = Post("a", "a.md", "Bread, *bread*.", title="T", tags=("x", "y"), link="https://b.example")
told, talk = None, site.publish(site.compose(post, Facts("c", "a@blog", datetime(2026, 1, 1, tzinfo=UTC))), 0)
try:
    while True:
        step = talk.send(told)
        if isinstance(step, Request):
            print(step.fingerprint())
            told = Answer(200, {}, [])
except StopIteration:
    pass
"""
    runs = [
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] and len(runs[0].split()) == 9


# -- names ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delivery", "slug"),
    [
        ("launch@blog", "launch"),
        ("hours@blog@2026-11-24T0900", "hours-2026-11-24t0900"),
        ("page@blog", "page-post"),
        ("feed.xml@blog", "feed.xml-post"),
        ("v1.2_final@blog", "v1.2_final"),
    ],
)
def test_a_page_keeps_its_place_for_ever(delivery: str, slug: str) -> None:
    assert slug_of(delivery) == slug


def test_each_occurrence_has_a_page_of_its_own(world: World) -> None:
    hours = post("hours")
    for day in ("2026-11-24T0900", "2026-12-01T0900"):
        world.publish(hours, occurrence=day)
    assert len(feedparser.parse(world.text("feed.xml").encode()).entries) == 2


# -- lists and feeds -----------------------------------------------------------------------------------------------------------


def test_the_atom_feed_is_well_formed_and_says_all(world: World) -> None:
    world.publish(post("old", "Ümläut & <tag> \x0b and 🥖", title="Bread & <butter>", tags=("bread",)), at=AT - timedelta(days=1))
    world.publish(post("new", author="Ada", link="https://other.example/x"))
    feed = feedparser.parse(world.text("feed.xml").encode())
    assert feed.bozo == 0 and feed.version == "atom10"
    assert (feed.feed.title, feed.feed.link, feed.feed.updated) == ("Acme", f"{ADDRESS}/", "2026-11-24T08:00:00Z")
    assert [entry.link for entry in feed.entries] == [f"{ADDRESS}/new/", f"{ADDRESS}/old/"]
    new, old = feed.entries
    assert (old.title, old.tags[0].term, old.published) == ("Bread & <butter>", "bread", "2026-11-23T08:00:00Z")
    assert "🥖" in old.content[0].value and "<tag>" not in old.content[0].value
    assert new.author == "Ada" and new.id.startswith("urn:uuid:") and new.id != old.id


def test_the_json_feed_has_what_its_version_wants(world: World) -> None:
    world.publish(post(tags=("bread",), link="https://other.example/x"))
    feed = json.loads(world.text("feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["home_page_url"], feed["feed_url"]) == ("Acme", f"{ADDRESS}/", f"{ADDRESS}/feed.json")
    item = feed["items"][0]
    assert (item["url"], item["external_url"]) == (f"{ADDRESS}/launch/", "https://other.example/x")
    assert (item["date_published"], item["tags"]) == ("2026-11-24T08:00:00Z", ["bread"])
    assert "<em>bread</em>" in item["content_html"] and not [key for key in item if key.startswith("_")]


def test_the_sitemap_names_every_page(world: World) -> None:
    for number in range(3):
        world.publish(post(f"p{number}"), at=AT + timedelta(days=number))
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = ET.fromstring(world.text("sitemap.xml"))
    found = [(url.findtext("s:loc", "", names), url.findtext("s:lastmod", "", names)) for url in tree.findall("s:url", names)]
    assert found[0] == (f"{ADDRESS}/", "2026-11-26T08:00:00Z")
    assert found[1:] == [(f"{ADDRESS}/p{n}/", f"2026-11-{24 + n}T08:00:00Z") for n in (2, 1, 0)]


def test_feeds_and_identities_survive_a_move(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    here, there = World(tmp_path / "a"), World(tmp_path / "b", address="http://new.example")
    for each in (here, there):
        each.publish(post())
    old, new = (feedparser.parse(each.text("feed.xml").encode()).entries[0] for each in (here, there))
    assert old.id == new.id and new.link == "http://new.example/launch/"


def test_a_hub_is_named_and_told(tmp_path: Path) -> None:
    world = World(tmp_path, hub="https://hub.example/")
    world.publish(post())
    assert any(link.rel == "hub" for link in feedparser.parse(world.text("feed.xml").encode()).feed.links)
    assert json.loads(world.text("feed.json"))["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]


def test_every_post_stands_on_exactly_one_list(world: World) -> None:
    count = 3 * PER_PAGE + 5
    for number in range(count):
        world.publish(post(f"p{number:03}"), at=AT + timedelta(hours=number))
        pages = [page.read_text() for page in (world.public / "index.html", *world.public.glob("page/*/index.html"))]
        shown = [name for page in pages for name in re.findall(r'class="u-url" href="(?:../../)?(p\d+)/index.html"', page)]
        assert sorted(shown) == [f"p{n:03}" for n in range(number + 1)]
    assert len(list(world.public.glob("page/*"))) == 2
    assert 'href="page/2/index.html"' in world.text("index.html")
    assert 'href="../../page/1/index.html"' in world.text("page/2/index.html") and 'href="../../index.html"' in world.text(
        "page/2/index.html"
    )
    assert 'href="../../page/2/index.html"' in world.text("page/1/index.html")


def test_one_more_post_leaves_old_lists_alone(world: World) -> None:
    for number in range(5 * PER_PAGE):
        world.publish(post(f"p{number:03}"), at=AT + timedelta(hours=number))
    assert len(list(world.public.glob("page/*"))) == 4
    world.asked.clear()
    world.publish(post("newest"), at=AT + timedelta(days=30))
    archives = [request.url for request in world.asked if request.method == "PUT" and "page/" in request.url]
    assert archives == []


def test_a_thousand_pages_cost_little(world: World) -> None:
    made = [world.compose(post(f"p{n:04}", "Bread. " * 200), at=AT + timedelta(hours=n)) for n in range(1_000)]
    for path, body in world.site.rebuild(made):
        (world.public / path).parent.mkdir(parents=True, exist_ok=True)
        (world.public / path).write_text(body.value, encoding="utf-8")
    start = time.perf_counter()
    world.publish(post("newest"), at=AT + timedelta(days=90))
    assert time.perf_counter() - start < 5.0  # 0.15 s on an idle machine
    assert len(world.asked) <= 12
    assert len(json.dumps(asyncio.run(world.files.send(world.asked[3], world.blobs)).body)) < 1_000_000


# -- later ---------------------------------------------------------------------------------------------------------------------


def test_publishing_again_changes_nothing(world: World) -> None:
    said = post(media=(picture(world),))
    receipt = world.publish(said)
    before = {path: (content, (world.public / path).stat().st_mtime_ns) for path, content in world.everything().items()}
    assert world.publish(said) == receipt
    assert {path: (content, (world.public / path).stat().st_mtime_ns) for path, content in world.everything().items()} == before
    assert world.site.repeat().seconds is None


def test_an_edit_stays_at_its_place_and_old_pictures_go(world: World) -> None:
    first = picture(world)
    receipt = world.publish(post(media=(first,)))
    changed = world.compose(post(body="Corrected.", media=(picture(world, "other.png"),)))
    assert world.drive(world.site.edit(changed, 0, receipt)) == receipt
    assert "Corrected." in world.text("launch/index.html") and "Corrected." in world.text("feed.xml")
    assert [path.name.split("-")[0] for path in world.public.glob("launch/*.png")] == ["other"]


def test_a_withdrawn_post_is_nowhere(world: World) -> None:
    world.publish(post("stays"))
    before = world.everything()
    receipt = world.publish(post("goes", media=(picture(world),)), at=AT + timedelta(days=1))
    world.drive(world.site.withdraw(receipt, 0))
    assert world.everything() == before
    world.drive(world.site.withdraw(receipt, 0))  # already gone is success
    assert world.everything() == before


def test_a_withdrawal_moves_the_lists_together(world: World) -> None:
    receipts = [world.publish(post(f"p{n:03}"), at=AT + timedelta(hours=n)) for n in range(3 * PER_PAGE)]
    world.drive(world.site.withdraw(receipts[1], 0))
    fresh = World(world.public.parent / "fresh")
    kept = [n for n in range(3 * PER_PAGE) if n != 1]
    made = dict(fresh.site.rebuild(fresh.compose(post(f"p{n:03}"), at=AT + timedelta(hours=n)) for n in kept))
    assert {path: content.decode() for path, content in world.everything().items()} == {path: body.value for path, body in made.items()}


def test_a_late_post_finds_its_place_among_the_old(world: World) -> None:
    days = [n for n in range(3 * PER_PAGE) if n != 3]
    for n in [*days, 3]:
        world.publish(post(f"p{n:03}"), at=AT + timedelta(hours=n))
    made = dict(world.site.rebuild(world.compose(post(f"p{n:03}"), at=AT + timedelta(hours=n)) for n in range(3 * PER_PAGE)))
    assert {path: content.decode() for path, content in world.everything().items()} == {path: body.value for path, body in made.items()}


def test_a_rebuilt_site_is_the_published_one(world: World) -> None:
    posts = [post(f"p{n}", media=(picture(world, f"p{n}.png"),)) for n in range(4)]
    for n, each in enumerate(posts):
        world.publish(each, at=AT + timedelta(hours=n))
    made = world.site.rebuild([world.compose(each, at=AT + timedelta(hours=n)) for n, each in reversed(list(enumerate(posts)))])
    assert {path for path, _ in made} == set(world.everything())
    for path, body in made:
        content = world.blobs.read(body.blob) if isinstance(body, Slice) else body.value.encode()
        assert content == world.everything()[path], path


def test_a_lost_answer_is_looked_up(world: World) -> None:
    payload = world.compose(post())
    intent = Intent(0, Request("PUT", "file:launch/index.html", commits=True), AT)
    assert world.drive(world.site.lookup(payload, intent, (), None)) == Absent()
    world.drive(world.site.publish(payload, 0))
    assert world.drive(world.site.lookup(payload, intent, (), None)) == Found(PartReceipt("launch", f"{ADDRESS}/launch/"))
    other = replace(payload, key="another")
    assert world.drive(world.site.lookup(other, intent, (), None)) == Absent()


def test_a_crash_at_any_step_is_mended_by_the_next_publication(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    whole = World(tmp_path / "whole")
    for n in range(2):
        whole.publish(post(f"p{n}"), at=AT + timedelta(hours=n))
    steps = len(whole.asked) // 2
    for stop in range(steps):
        (tmp_path / str(stop)).mkdir()
        world = World(tmp_path / str(stop))
        world.stop_after = stop
        with pytest.raises(ConnectionError):
            world.publish(post("p0"))
        world.stop_after = 10_000
        world.publish(post("p0"))  # the engine repeats, or goes on from its journal: the requests are the same
        world.publish(post("p1"), at=AT + timedelta(hours=1))
        assert world.everything() == whole.everything()


def test_what_lies_in_the_folder_and_is_no_post_does_no_harm(world: World) -> None:
    for name, content in (
        ("a/post.json", "{half"),
        ("b/post.json", "[]"),
        ("c/post.json", '{"_smm": 1}'),
        ("d/post.json", '{"title": "x"}'),
    ):
        (world.public / name).parent.mkdir(parents=True)
        (world.public / name).write_text(content)
    world.publish(post())
    assert len(feedparser.parse(world.text("feed.xml").encode()).entries) == 1


def test_verify_says_who_the_site_is_and_leaves_nothing(world: World) -> None:
    account = world.drive(world.site.verify())
    assert (account.handle, account.url, account.name) == ("acme.example/blog", f"{ADDRESS}/", "Acme")
    assert not world.everything()


# -- settings ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"address": "acme.example"},
        {"address": "ftp://acme.example"},
        {"address": "https://acme.example/?a=1"},
        {"address": "https://ada:secret@acme.example"},
        {"address": ADDRESS, "output": "../elsewhere"},
        {"address": ADDRESS, "output": "/var/www"},
        {"address": ADDRESS, "output": ""},
        {"address": ADDRESS, "accent": "red"},
        {"address": ADDRESS, "hub": "hub"},
        {"address": ADDRESS, "language": "deutsch sprechend"},
        {"address": ADDRESS, "adress": "x"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Site(Channel("blog", "site", wrong))


def test_lists_speak_the_language_of_most_posts_unless_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    for n, language in enumerate(("de", "de", "en")):
        world.publish(post(f"p{n}", language=language), at=AT + timedelta(hours=n))
    assert '<html lang="de">' in world.text("index.html")
    (tmp_path / "told").mkdir()
    told = World(tmp_path / "told", language="fr")
    told.publish(post())
    assert '<html lang="fr">' in told.text("index.html") and 'lang="en"' in told.text("index.html")


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#ffffff", "#8a3b12", "#00ff88", "#1f2d7a"])
def test_any_colour_is_made_readable(colour: str) -> None:
    for ground in (LIGHT, DARK):
        assert contrast(readable(colour, ground), ground) >= ENOUGH
    assert readable("#8a3b12", LIGHT) == "#8a3b12"


def test_a_body_of_json_is_a_file(world: World) -> None:
    assert world.answer(Request("PUT", "file:a.json", Json([1]))).status == 201
    assert world.answer(Request("PUT", "file:a.json", Text("[\n 1\n]\n"))).body == {"changed": False}
