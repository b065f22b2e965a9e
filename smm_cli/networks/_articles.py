"""Articles in Markdown, in places that take no HTML: their text, their pictures at public addresses, finding one again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from smm_cli.networks._article import Kept, file_name, inline_media, place, placed, with_places
from smm_cli.networks._hosted import public_address
from smm_cli.networks._short import described
from smm_cli.networks.base import Facts, Network
from smm_cli.text.append import as_tag
from smm_cli.text.commonmark import commonmark
from smm_cli.text.quiet import quiet
from smm_cli.words.conversation import Intent
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Json, Request
from smm_cli.words.post import Blob, Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem
from smm_cli.words.tree import Mention, Paragraph, Picture

Written = Callable[[Mention], str]
KeptAt = Callable[[Blob], Generator[Request, Any, str]]


class Articles(Network):
    """A place for articles in Markdown. Subclasses say what stands beside the text (`about`), and define the conversations."""

    media_count = 20
    dialect = "commonmark"
    takes = frozenset({"title", "link", "tags", "canonical", "alt"})
    demands = frozenset({"title"})
    appends = frozenset({"link"})
    most_tags: ClassVar[int | None] = None
    """How many tags an article may have: those behind are left out, with a warning. None: as many as one likes."""

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The article in Markdown; its cover and pictures get addresses when they are sent."""
        mention = self.mention(facts)
        part, media = shown_in(part, facts, mention)
        return PayloadPart(article_text(part, mention), self.about(post, facts, mention), media, part.line)

    def about(self, post: Post, facts: Facts, mention: Written) -> Mapping[str, Any]:
        """What is sent beside the text, by the names that the network has for it."""
        raise NotImplementedError

    def tags(self, post: Post) -> tuple[str, ...]:
        """The tags of a post as they are counted here."""
        return post.tags

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Tags that are left out."""
        left = self.tags(post)[self.most_tags :] if self.most_tags else ()
        what, place = f"{self.title} takes {self.most_tags} tags; left out: {', '.join(left)}", Place(post.path, channel=self.channel.name)
        return (Problem("too-many-tags", what, place, "put the tags that matter first", WARNING),) if left else ()


def article_text(part: Part, mention: Written) -> str:
    """Markdown of a part, in which typed names call nobody; code is left as it is."""
    return commonmark(quiet(part.blocks, code=False), mention)


def tags_of(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags in small letters and digits, each once, in order."""
    plain = ("".join(sign for sign in as_tag(tag).lower() if sign.isalnum()) for tag in tags)
    return tuple(dict.fromkeys(tag for tag in plain if tag))


def shown_in(part: Part, facts: Facts, mention: Written) -> tuple[Part, tuple[Media, ...]]:
    """The part with places for addresses of the calendar's pictures in its text, and all its media, those in the text too."""
    media = (*described(part.media, mention), *inline_media(part.blocks, facts.media))
    once = {medium.blob.sha256 if medium.blob else medium.path: medium for medium in media}
    return replace(part, blocks=with_places(part.blocks, facts.media)), tuple(once.values())


def with_pictures(message: PayloadPart, *, cover: bool, kept_at: KeptAt = public_address) -> Generator[Request, Any, tuple[str, str]]:
    """The body with its pictures in and after the text, and the address of the cover: the first picture that does not stand in the
    text, unless there is to be none. `kept_at` puts a file where it can be seen, and gives its address.
    """
    inside = [medium for medium in message.media if medium.blob and place(medium) in message.text]
    below = [medium for medium in message.media if medium.blob and medium not in inside]
    kept = yield from put_up((*below, *inside), kept_at)
    above = [below.pop(0)] if cover and below else []
    pictures = [Paragraph((Picture(kept[file_name(medium)].url, medium.alt),)) for medium in below]
    body = "\n\n".join(text for text in (placed(message.text, kept), commonmark(pictures, lambda mention: "")) if text)
    return body, kept[file_name(above[0])].url if above else ""


def put_up(media: Iterable[Media], kept_at: KeptAt = public_address) -> Generator[Request, Any, dict[str, Kept]]:
    """Files by their names, each put where `kept_at` keeps it."""
    kept: dict[str, Kept] = {}
    for medium in media:
        if medium.blob:
            kept[file_name(medium)] = Kept((yield from kept_at(medium.blob)))
    return kept


def sent_json(intent: Intent, *path: str) -> Mapping[str, Any]:
    """The object at `path` of the JSON that was about to be sent."""
    here = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    for step in path:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}
