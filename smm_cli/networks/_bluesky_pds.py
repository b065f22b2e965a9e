"""A personal data server: the requests it takes, and the small conversations that several acts share."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._bluesky_place import place, strong
from smm_cli.networks._bluesky_record import POST
from smm_cli.words.delivery import PartReceipt, is_name
from smm_cli.words.exchange import Answer, Json, Request, Slice
from smm_cli.words.frozen import dataclass
from smm_cli.words.post import Blob

KEPT = 1800.0
"""Seconds for which an upload is relied on. The lexicon of uploadBlob speaks of minutes; the PDS 0.4.217 removes nothing by itself."""
BRIEF = 60.0
"""Seconds for which the answer to a look at somebody's post is good."""
Asking = Generator[Request, Answer, Any]


@dataclass(frozen=True, slots=True)
class Pds:
    """The server at `address`, which has no final slash."""

    address: str

    def method(self, name: str) -> str:
        return f"{self.address}/xrpc/{name}"

    def put(self, repo: str, key: str, record: Mapping[str, Any], *, commits: bool = False) -> Request:
        """No swapRecord: a PDS may not heed it (0.4.217 does not), and a repeat of the same bytes is harmless without."""
        body = {"repo": repo, "collection": record["$type"], "rkey": key, "record": dict(record)}
        return Request("POST", self.method("com.atproto.repo.putRecord"), Json(body), commits=commits)

    def delete(self, repo: str, collection: str, key: str) -> Request:
        body = {"repo": repo, "collection": collection, "rkey": key}
        return Request("POST", self.method("com.atproto.repo.deleteRecord"), Json(body))

    def keep(self, blob: Blob, *, may_fail: bool = False) -> Request:
        """Upload `blob`."""
        method, headers = self.method("com.atproto.repo.uploadBlob"), {"Content-Type": blob.type}
        return Request("POST", method, Slice(blob), headers, keeps_for=KEPT, may_fail=may_fail, timeout=120.0)

    def record(self, repo: str, collection: str, key: str) -> Request:
        """Read a record; 400 RecordNotFound where there is none."""
        query = (("repo", repo), ("collection", collection), ("rkey", key))
        return Request("GET", self.method("com.atproto.repo.getRecord"), query=query, expect=(200, 400), auth="", keeps_for=BRIEF)

    def resolve(self, handle: str, *, may_fail: bool = False) -> Asking:
        """The DID of `handle`; empty where it has none."""
        query, method = (("handle", handle),), self.method("com.atproto.identity.resolveHandle")
        answer = yield Request("GET", method, query=query, auth="", keeps_for=KEPT, may_fail=may_fail)
        did = str(answer.get("did", default="")) if answer.ok else ""
        return did if did.startswith("did:") else ""

    def people(self, handles: Iterable[str]) -> Asking:
        """The DIDs of people, by handle; who cannot be found is left out."""
        found = {}
        for handle in dict.fromkeys(handles):
            if did := (yield from self.resolve(handle, may_fail=True)):
                found[handle] = did
        return found

    def post(self, where: Mapping[str, Any] | None, key: str) -> Asking:
        """The post that `key` (reply_to, quote) names, a place as `place` gives it: {uri, cid, root}, or None for none."""
        if not where or "uri" in where:
            return where or None
        unknown = where.get("unknown", "")
        if unknown and is_name(unknown):
            raise Retriable(f"{key}: the post {unknown} is not yet published on this channel", slug="unknown-post")
        if unknown:
            raise Rejected(f"{key}: {unknown} is no address of a Bluesky post", slug="unknown-post")
        actor, rkey = where["actor"], where["rkey"]
        did = actor if actor.startswith("did:") else (yield from self.resolve(actor))
        answer = yield self.record(did, POST, rkey)
        if not answer.get("cid"):
            raise Rejected(f"{key}: there is no post {rkey} of {actor}", hint="was it deleted?", slug="unknown-post")
        return strong(str(answer.get("uri")), str(answer.get("cid")), answer.get("value"))

    def parent(self, receipt: PartReceipt) -> Asking:
        """The post of a receipt as {uri, cid, root}; one that a person confirmed by its address is looked at."""
        more = receipt.more
        if more.get("cid") and more.get("root"):
            return {"uri": receipt.id, "cid": str(more["cid"]), "root": more["root"]}
        return (
            yield from self.post(
                place(receipt.id, {}) if receipt.id.startswith("at://") else place(receipt.url or receipt.id, {}), "thread"
            )
        )
