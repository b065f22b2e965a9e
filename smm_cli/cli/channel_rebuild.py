"""smm channel rebuild: the folder of a site again, from receipts and posts: same addresses, same times, nothing published."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from smm_cli.cli import output
from smm_cli.cli.channel_file import no_channel
from smm_cli.cli.session import Session
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.ledger.receipts import read_receipts
from smm_cli.networks.base import Network
from smm_cli.networks.site.entry import is_entry
from smm_cli.words.channel import Channel
from smm_cli.words.delivery import PUBLISHED, Payload, Receipt
from smm_cli.words.exchange import Answer, Body, Request, Slice, Text


@dataclass
class Pages:
    """What can be made again, what stays as it stands in the folder, and what is lost, with why."""

    payloads: list[Payload] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


def rebuild(session: Session, name: str, *, changed: bool, yes: bool, dry_run: bool) -> int:
    """Make the site again. 4 where a page could not be made. Raises UsageError for a channel that is no site."""
    with session.runner() as runner:
        if name not in runner.calendar.channels:
            raise no_channel(name, runner.calendar.channels)
        channel = runner.calendar.channels[name]
        network = runner.composer.network(channel, runner.ledger.account(name))
        if not hasattr(network, "rebuild"):
            raise UsageError(f"{name} is on {network.title}: only a site can be made again", hint="smm channel list shows the sites")
        return asyncio.run(_rebuild(runner, channel, network, changed=changed, yes=yes, dry_run=dry_run))


async def _rebuild(runner: Runner, channel: Channel, network: Network, *, changed: bool, yes: bool, dry_run: bool) -> int:
    try:
        there = await _entries(runner, network)
        pages = pages_of(runner, channel, there, changed)
        files = dict(_rebuilt(network, pages.payloads, [there[slug] for slug in pages.kept.values()]))
        new = [path for path, body in files.items() if not await _is_there(runner, network, path, body)]
        _say(pages, len(files), len(new), channel)
        if not dry_run and new and output.confirm(f"Write {len(new)} files into {getattr(network.settings, 'output', '')}/?", yes=yes):
            for path in _pages_first(new):
                await _send(runner, network, Request("PUT", f"file:{path}", files[path], auth="", reads="any"))
            output.out(f"rebuilt  {channel.name}  {len(new)} files")
        elif not new:
            output.out(f"unchanged  {channel.name}")
    finally:
        await runner.end()
    return 4 if pages.lost else 0


def _rebuilt(network: Network, payloads: Iterable[Payload], kept: Iterable[Any]) -> list[tuple[str, Body]]:
    made: list[tuple[str, Body]] = network.rebuild(payloads, kept)  # type: ignore[attr-defined]
    return made


def _pages_first(paths: Iterable[str]) -> list[str]:
    """Pages and media before the lists that name them."""
    return sorted(paths, key=lambda path: ("/" not in path or path.startswith("page/"), path))


# -- which pages --------------------------------------------------------------------------------------------------------------


def pages_of(runner: Runner, channel: Channel, there: Mapping[str, Any], changed: bool) -> Pages:
    """The pages that receipts prove, composed as they went out: at their time, at their address."""
    pages = Pages()
    posts = {post.id: post for post in runner.index.posts(runner.source).posts}
    for receipt in proven(read_receipts(runner.calendar.receipts), channel):
        slug, post = receipt.parts[0].id, posts.get(receipt.post)
        stays = slug in there
        if post is None:
            _leave(pages, receipt, "its file is gone", stays)
        elif receipt.digest and post.text_digest != receipt.digest and not changed:
            _leave(pages, receipt, "its text changed since it went out (--changed takes it as it is now)", stays)
        else:
            prepared = runner.composer.prepare(post, channel, receipt.delivery, receipt.due or receipt.at, None)
            wrong = [problem for problem in prepared.errors if problem.slug.startswith("media")]
            if prepared.payload is None or wrong:
                _leave(pages, receipt, (wrong or prepared.errors)[0].what, stays)
            else:
                pages.payloads.append(_at_its_place(prepared.payload, receipt))
    return pages


def proven(receipts: Iterable[Receipt], channel: Channel) -> list[Receipt]:
    """Receipts of what is public on the channel, under its earlier names too; what was withdrawn is not."""
    names = (channel.name, *channel.formerly)
    found = [r for r in receipts if r.channel in names and r.state == PUBLISHED and r.parts and r.parts[0].id]
    return [receipt for receipt in found if not receipt.changes or receipt.changes[-1].what != "withdrawn"]


def _leave(pages: Pages, receipt: Receipt, why: str, stays: bool) -> None:
    if stays:
        pages.kept[receipt.delivery] = receipt.parts[0].id
        output.tell(f"  {receipt.delivery}: {why}: its page stays as it stands")
    else:
        pages.lost[receipt.delivery] = why


def _at_its_place(payload: Payload, receipt: Receipt) -> Payload:
    """The payload with the address that its receipt proves, should smm name pages differently by now."""
    part, slug = payload.parts[0], receipt.parts[0].id
    entry = dict(part.fields["entry"])
    if entry["_smm"]["slug"] == slug:
        return payload
    old = entry["_smm"]["slug"]
    entry |= {"url": receipt.parts[0].url or entry["url"].replace(f"/{old}/", f"/{slug}/"), "_smm": {**entry["_smm"], "slug": slug}}
    return replace(payload, parts=(replace(part, fields={**part.fields, "entry": entry}), *payload.parts[1:]))


def _say(pages: Pages, files: int, new: int, channel: Channel) -> None:
    output.tell(f"{len(pages.payloads)} pages of {channel.name} from receipts: {files} files, {new} of them new or changed.")
    for delivery, why in pages.lost.items():
        output.tell(f"  {delivery}: {why}: there is no page to keep")


# -- the folder ---------------------------------------------------------------------------------------------------------------


async def _send(runner: Runner, network: Network, request: Request) -> Answer:
    return await runner.transport.send(network, request, {}, "rebuild")


async def _entries(runner: Runner, network: Network) -> dict[str, Any]:
    """The entries of the pages in the folder, by slug."""
    answer = await _send(runner, network, Request("LIST", "file:*/post.json", query=(("read", "1"),), auth=""))
    bodies = [item["body"] for item in answer.body if is_entry(item["body"])]
    return {str(body["_smm"]["slug"]): body for body in bodies}


async def _is_there(runner: Runner, network: Network, path: str, body: Body) -> bool:
    """Whether the folder has this very file."""
    answer = await _send(runner, network, Request("GET", f"file:{path}", expect=(200, 404), auth="", reads="blob"))
    if answer.status != 200:
        return False
    if isinstance(body, Slice):
        return bool(answer.body.sha256 == body.blob.sha256)
    import hashlib

    return isinstance(body, Text) and bool(answer.body.sha256 == hashlib.sha256(body.value.encode()).hexdigest())
