"""A post as Tumblr takes it: blocks (Neue Post Format), its files behind the JSON, and who is mentioned by a blog's id."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from smm_cli.networks._file import blob_of
from smm_cli.networks._handoff import links_in
from smm_cli.networks._short import described, short
from smm_cli.text.dialects import plain
from smm_cli.text.npf import npf
from smm_cli.words.delivery import Payload, PayloadPart
from smm_cli.words.exchange import Field, Json, Multipart, Request
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import Place, Problem

LARGEST, MOST_BLOCKS, MOST_LINKS = 1_000_000, 1000, 100
"""Bytes of a post as it is kept, blocks, links within text (npf-spec.md, Post Content Limits)."""
STATES = {"public": "published", "private": "private"}
MARK = 10
"""Hexadecimal digits of the payload's key at the end of a slug: by them a post is found again."""


def message_of(part: Part, post: Post, slug: str, mention: Any) -> PayloadPart:
    """Blocks: the title, then (when sent) the media, the text, the link where the text has it not. Tags stand beside them."""
    title = short(post.title, mention)
    fields: dict[str, Any] = {"title": title} if title else {}
    blocks = npf(part.blocks, mention)
    if post.link and post.link not in set(links_in(part.blocks)):
        blocks.append({"type": "link", "url": post.link})
    fields |= {"blocks": blocks, "slug": slug, "state": STATES.get(post.visibility, "published")}
    if post.tags:
        fields["tags"] = ",".join(dict.fromkeys(tag.replace(",", " ").strip().removeprefix("#") for tag in post.tags))
    if source := post.canonical or post.link:
        fields["source_url"] = source
    return PayloadPart(plain(part.blocks, mention, links="label"), fields, described(part.media, mention), part.line)


def remarks_on(message: PayloadPart, where: Place) -> tuple[Problem, ...]:
    """What the whole of a post may not exceed."""
    blocks = message.fields["blocks"]
    links = sum(mark["type"] == "link" for block in blocks for mark in block.get("formatting", ()))
    counts = (("bytes", len(json.dumps(blocks)), LARGEST), ("blocks", len(blocks), MOST_BLOCKS), ("links", links, MOST_LINKS))
    return tuple(
        Problem("too-long", f"the post has {used} {what}; Tumblr takes {most}", where, "make two of it")
        for what, used, most in counts
        if used > most
    )


def body_of(payload: Payload, message: PayloadPart, blocks: list[dict[str, Any]]) -> Json | Multipart:
    """The post as JSON; where it names files, that is the first part of a form, and they follow (api.md, NPF media)."""
    fields = message.fields
    blobs = [blob_of(medium) for medium in message.media]
    content = [*heading_of(fields), *(_shown(n, medium) for n, medium in enumerate(message.media)), *blocks]
    named = "-".join(filter(None, (fields["slug"][:60].strip("-"), payload.key[:MARK])))
    said = {"content": content, "state": fields["state"], "slug": named}
    said |= {name: fields[name] for name in ("tags", "source_url") if name in fields}
    if not blobs:
        return Json(said)
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    files = (Field(f"m{n}", blob, f"m{n}", blob.type) for n, blob in enumerate(blobs))
    return Multipart((Field("json", text, type="application/json"), *files))


def heading_of(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The block of a post's title, where it has one."""
    return [{"type": "text", "subtype": "heading1", "text": fields["title"]}] if "title" in fields else []


def called(api: str, blocks: Sequence[Mapping[str, Any]]) -> Generator[Request, Any, list[dict[str, Any]]]:
    """The blocks with the ids of the blogs that they mention; who cannot be found is plain text."""
    ids: dict[str, str] = {}
    for name in dict.fromkeys(mark["blog"]["name"] for block in blocks for mark in block.get("formatting", ()) if "blog" in mark):
        answer = yield Request("GET", f"{api}/blog/{name}/info", may_fail=True)
        ids[name] = str(answer.get("response", "blog", "uuid", default="")) if answer.ok else ""
    done = []
    for block in blocks:
        marks = [_marked(mark, ids) for mark in block.get("formatting", ()) if "blog" not in mark or ids[mark["blog"]["name"]]]
        rest = {name: value for name, value in block.items() if name != "formatting"}
        done.append({**rest, **({"formatting": marks} if marks else {})})
    return done


def _marked(mark: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    return {**mark, "blog": {"uuid": ids[mark["blog"]["name"]]}} if "blog" in mark else dict(mark)


def _shown(number: int, medium: Media) -> dict[str, Any]:
    """A picture (a list of sizes, of which we give one), a film or a sound."""
    found: dict[str, Any] = {"type": blob_of(medium).type, "identifier": f"m{number}"}
    found |= {"width": medium.width, "height": medium.height} if medium.width and medium.height else {}
    alt = {"alt_text": medium.alt} if medium.alt and medium.kind == "image" else {}
    return {"type": medium.kind, "media": [found] if medium.kind == "image" else found, **alt}
