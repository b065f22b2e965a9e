"""A post on a Page: its pictures uploaded unseen, then the post made unseen and shown, or made at once; and finding it again.

Source: developers.facebook.com/docs/pages-api/posts and the photos edge (2026-11-22).
"""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

from smm_cli.errors import OutcomeUnknown
from smm_cli.networks._facebook_film import address
from smm_cli.networks._file import blob_of
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._moment import moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.conversation import Absent, CannotTell, Earlier, Found, Intent, Looking, Publishing, Step
from smm_cli.words.delivery import PartReceipt, PayloadPart
from smm_cli.words.exchange import Answer, Field, Multipart, Request
from smm_cli.words.post import Media

KEEPS = 20 * 3600.0
"""Photos for later are kept for about a day (photos edge, `temporary`); less a margin."""
SHOWN = "id,permalink_url,created_time"


def publish_post(network: MetaNetwork, page: str, message: PayloadPart, *, draft_first: bool) -> Publishing:
    """Pictures, then the post unseen, then the one request that shows it; or one request that does both."""
    photos = []
    for medium in message.media:
        photos.append((yield from _photo(network, page, medium, temporary=draft_first)))
    pairs = [("message", message.text), ("link", str(message.fields.get("link") or ""))]
    pairs += [(f"attached_media[{n}]", json.dumps({"media_fbid": id}, separators=(",", ":"))) for n, id in enumerate(photos)]
    if not draft_first:
        yield Earlier()
        answer = yield network.told(f"{page}/feed", *pairs, commits=True, query=(("fields", SHOWN),))
        return _receipt(network.id_in(answer, OutcomeUnknown), answer)
    id = network.id_in((yield network.told(f"{page}/feed", *pairs, ("published", "false"))))
    yield Earlier()
    answer = yield network.told(id, ("is_published", "true"), commits=True, query=(("fields", SHOWN),))
    id = str(answer.get("id") or id)  # the answer knows best: it is kept, whatever is done anew around it
    return _receipt(id, answer if answer.get("permalink_url") else (yield network.asked(id, SHOWN, may_fail=True)))


def find_draft(network: MetaNetwork, page: str, text: str, intent: Intent, earlier: Any) -> Looking:
    """What was made unseen says itself whether it is public."""
    id = intent.request.url.rpartition("/")[2]
    answer = yield network.asked(id, f"is_published,{SHOWN}", may_fail=True)
    if not answer.ok or not isinstance(answer.get("is_published"), bool):
        return CannotTell(address("", id))
    return Found(_receipt(id, answer)) if answer.get("is_published") else Absent()


def find_made(network: MetaNetwork, page: str, text: str, intent: Intent, earlier: Any) -> Looking:
    """A post made at once is looked for; its absence proves nothing: the list is ranked and bounded (page/feed, 2026-11-22)."""
    newer, _ = yield from network.newer_than(intent, f"{page}/published_posts", f"message,{SHOWN}", "created_time", earlier)
    same = [item for item in newer if squashed(item.get("message")) == squashed(text)]
    if not same:
        return CannotTell(f"https://www.facebook.com/{network.settings.page}")
    return Found(_receipt(str(same[0].get("id")), Answer(200, {}, same[0])))


def _photo(network: MetaNetwork, page: str, medium: Media, *, temporary: bool) -> Generator[Step, Any, str]:
    """Upload one picture that nobody sees yet; its id."""
    blob = blob_of(medium)
    name = f"picture.{blob.type.rpartition('/')[2]}"
    fields = [Field("source", blob, name, blob.type), Field("published", "false")]
    fields += [Field("temporary", "true")] if temporary else []
    fields += [Field("alt_text_custom", medium.alt)] if medium.alt else []
    url = f"{network.graph}/{page}/photos"
    return network.id_in((yield Request("POST", url, Multipart(tuple(fields)), keeps_for=KEEPS, timeout=120.0)))


def _receipt(id: str, answer: Answer) -> PartReceipt:
    link = str(answer.get("permalink_url", default="")) if answer.ok else ""
    return PartReceipt(id, address(link, id), {}, moment(answer.get("created_time")))
