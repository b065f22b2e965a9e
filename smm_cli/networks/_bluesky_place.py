"""Where a post of Bluesky is: addresses of the app, at-uris, posts of this calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from smm_cli.words.delivery import Receipt

ACTOR = r"(?P<actor>did:[a-z]+:[A-Za-z0-9._:%-]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
AT_URI = re.compile(rf"at://{ACTOR}/app\.bsky\.feed\.post/(?P<rkey>[A-Za-z0-9._:~-]+)")
ADDRESS = re.compile(rf"https?://[^/\s]+/profile/{ACTOR}/post/(?P<rkey>[A-Za-z0-9._:~-]+)/?(?:[?#]\S*)?")


def place(written: str, receipts: Mapping[str, Receipt], part: int = 0) -> dict[str, Any]:
    """What `reply_to` or `quote` names, as plain JSON.

    {} for none; {actor, rkey} for an address of the app or an at-uri; {uri, cid, root} for a post of this calendar that is
    public on this channel (its part number `part`); {unknown} for anything else.
    """
    written = written.strip()
    if not written:
        return {}
    found = AT_URI.fullmatch(written) or ADDRESS.fullmatch(written)
    if found:
        return {"actor": found["actor"], "rkey": found["rkey"]}
    receipt = receipts.get(written)
    meant = receipt.parts[part] if receipt and receipt.parts else None
    if meant and meant.id.startswith("at://") and meant.more.get("cid"):
        itself = {"uri": meant.id, "cid": str(meant.more["cid"])}
        return {**itself, "root": dict(meant.more.get("root") or itself)}
    if meant:
        return place(meant.url or meant.id, {})  # confirmed by a person: its address is all that is known
    return {"unknown": written}


def pds_of(did_document: Any) -> str:
    """The address of the personal data server that a DID document names, without a final slash; empty where it names none."""
    services = did_document.get("service") if isinstance(did_document, Mapping) else None
    for service in services if isinstance(services, list) else []:
        if isinstance(service, Mapping) and str(service.get("id", "")).endswith("#atproto_pds"):
            return str(service.get("serviceEndpoint") or "").rstrip("/")
    return ""


def is_loopback(url: str) -> bool:
    """Whether plain http to it stays on this machine."""
    return bool(re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", url))


def strong(uri: str, cid: str, value: Any) -> dict[str, Any]:
    """A post as others refer to it: {uri, cid, root}; `value` its record, which names the root where it is an answer itself."""
    reply = value.get("reply") if isinstance(value, Mapping) else None
    root = reply.get("root") if isinstance(reply, Mapping) else None
    itself = {"uri": uri, "cid": cid}
    named = isinstance(root, Mapping) and bool(root.get("uri")) and bool(root.get("cid"))
    return {**itself, "root": {"uri": str(root["uri"]), "cid": str(root["cid"])} if named and root else itself}
