"""Looking for a post after its answer was lost, among the account's own. X rewrites addresses and escapes three signs.

Source: xdevplatform/docs, OpenAPI 2.167, GET /2/users/{id}/tweets (2026-08-22): 5 to 100 a page, the newest first, replies with them.
OpenAPI 2.168 (read 2026-11-23) names the answer's referenced_posts and note_post; x-api/fundamentals/fields still says tweet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import partial
from html import unescape
from typing import Any

from smm_cli.networks._moment import earliest
from smm_cli.networks._x_account import API, ask_user
from smm_cli.networks._x_post import receipt_of
from smm_cli.text.x import addresses, in_units
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, Looking
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Json, Request

PAGES, PAGE = 3, 100
FIELDS = "created_at,entities,note_tweet,attachments,referenced_tweets"
LOST = re.compile(r"[\s/\u2060]|https?:|www\.")
"""What X may change when it makes an address of a text, and white space."""
NAMES = re.compile(r"(@\w+)+")


def find_post(account: Account | None, intent: Intent, earlier: Any) -> Looking:
    """Among the account's own posts; X shows all of them to their owner at once, so that a missing one is absent."""
    user = yield from ask_user(account)
    known = {earlier.id} if isinstance(earlier, PartReceipt) else set()
    return (yield from look_for(API, user, intent, known, partial(receipt_of, account)))


def look_for(api: str, user: str, intent: Intent, known: set[str], receipt: Any) -> Looking:
    """Found, Absent or CannotTell for the request of `intent`; `known` are ids that are another part's. `receipt` makes one of an id."""
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    since = earliest(intent).strftime("%Y-%m-%dT%H:%M:%SZ")
    items: list[Mapping[str, Any]] = []
    token = ""
    for _ in range(PAGES):
        query: tuple[tuple[str, str], ...] = (("max_results", str(PAGE)), ("start_time", since), ("tweet.fields", FIELDS))
        query += (("pagination_token", token),) if token else ()
        page = yield Request("GET", f"{api}/2/users/{user}/tweets", query=query)
        found = page.get("data", default=[] if page.get("meta", "result_count") == 0 else None)
        if not isinstance(found, list):
            return CannotTell(f"https://x.com/i/user/{user}")
        items += [item for item in found if isinstance(item, Mapping)]
        token = str(page.get("meta", "next_token", default=""))
        if not token:
            break
    others = [item for item in reversed(items) if str(item.get("id")) not in known]
    for item in others:
        if is_same(item, sent):
            return Found(receipt(str(item.get("id"))))
    near = not sent.get("media") and any(_is_near(item, str(sent.get("text") or "")) for item in others)
    bare = any(not _is_whole(item, sent) for item in others)
    return CannotTell(f"https://x.com/i/user/{user}") if token or near or bare else Absent()


def _is_whole(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether X told what was asked of a post (every one has a time), so that it can be told from ours; of an answer, what it answers."""
    answers = not sent.get("reply") or bool(_referred(item)) or not same_text(item, str(sent.get("text") or ""), reply=True)
    return bool(item.get("created_at")) and answers


def _referred(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a post refers to. The newest description of the API calls it otherwise than X's documents do."""
    found = item.get("referenced_tweets") or item.get("referenced_posts")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _whole_text(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where text and addresses stand: of a long post in a field of its own, which has two names too."""
    long = item.get("note_tweet") or item.get("note_post")
    return long if isinstance(long, Mapping) else item


def is_same(item: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a listed post is the one that was sent: by what it answers, and by one of its media, or its text where it has none."""
    told = [str(one.get("id")) for one in _referred(item) if one.get("type") == "replied_to"]
    keys = [str(key).partition("_")[2] for key in (item.get("attachments") or {}).get("media_keys") or ()]
    media = [str(id) for id in (sent.get("media") or {}).get("media_ids") or ()]
    target = (sent.get("reply") or {}).get("in_reply_to_tweet_id")
    if told != [str(id) for id in [target] if id]:
        return False
    if media:
        return bool(set(keys) & set(media))
    return not keys and same_text(item, str(sent.get("text") or ""), reply=bool(target), quoted=str(sent.get("quote_tweet_id") or ""))


def same_text(item: Mapping[str, Any], text: str, *, reply: bool = False, quoted: str = "") -> bool:
    """Whether the text is ours once its addresses are written out; a long post shows its whole text in a field of its own.

    X adds to it: before a `reply` whom it answers, after a quotation the address of the `quoted` post.
    """
    whole = _whole_text(item)
    shown = unescape(str(whole.get("text") or ""))
    for url in (whole.get("entities") or {}).get("urls") or ():
        address = str(url.get("expanded_url") or "")
        shown = shown.replace(str(url.get("url")), "" if quoted and address.endswith(f"/status/{quoted}") else address)
    found, ours = _squashed(shown), _squashed(text)
    return found == ours or (reply and found.endswith(ours) and bool(NAMES.fullmatch(found.removesuffix(ours))))


def _is_near(item: Mapping[str, Any], text: str) -> bool:
    """Whether nothing but the addresses differ: X may have written ours otherwise, which proves neither."""
    whole, ours = _whole_text(item), in_units(unicodedata.normalize("NFC", text))
    urls, shown = (whole.get("entities") or {}).get("urls") or (), unescape(str(whole.get("text") or ""))
    for url in urls:
        shown = shown.replace(str(url.get("url")), "")
    for start, end in reversed(places := list(addresses(ours))):
        ours = ours[:start] + ours[end:]
    return bool(urls and places) and in_units(_squashed(shown)) == _squashed(ours)


def _squashed(text: str) -> str:
    return LOST.sub("", unicodedata.normalize("NFC", text)).casefold()
