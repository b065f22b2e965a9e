"""A fake of Bluesky: a personal data server with its entryway, and the video service. It refuses what the PDS refuses.

Source: PDS 0.4.217 (its behaviour, observed, and its code), lexicons of 2026-08-20.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Reply, route
from smm_cli.sandbox.fakes._bluesky_cid import cid_of_bytes, cid_of_record
from smm_cli.sandbox.fakes._bluesky_lexicon import TID, Invalid, Lexicon
from smm_cli.sandbox.fakes._bluesky_sessions import XRPC, Member, refused
from smm_cli.sandbox.fakes._bluesky_video import VideoService

POST = "app.bsky.feed.post"
UNUSED = timedelta(hours=1)
"""A blob that no record names is dropped after this. The lexicon of uploadBlob says: within a time window, such as minutes."""
KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"<?xml": "application/xml",
}
"""The server looks at the bytes and corrects the type that the client names (blob/transactor of the PDS)."""
HOUR, DAY = (5000, 3600), (35_000, 86_400)
"""Points for writing: create 3, update 2, delete 1. Source: docs.bsky.app/docs/advanced-guides/rate-limits, 2026-04."""


@dataclass
class Kept:
    """An uploaded file."""

    type: str
    size: int
    at: datetime


class FakeBluesky(VideoService):
    """`lexicon` may be replaced by one with smaller limits (an older server)."""

    name = "bluesky"
    channel = 'server = "https://pds.example"\nidentifier = "it.example"'
    place = "pds.example"
    hosts = ("bsky.social", "*.host.bsky.network", "video.bsky.app")

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.lexicon = Lexicon()
        self.blobs: dict[tuple[str, str], Kept] = {}
        self._named: Counter[tuple[str, str]] = Counter()
        self._uris: set[str] = set()

    # -- files ---------------------------------------------------------------------------------------------------------------

    @route("POST", f"{XRPC}.repo.uploadBlob")
    def upload_blob(self, call: Call) -> Reply:
        member = self.signed(call)
        self.spend(f"blobs {member.did}", 1, 1000, 86_400)
        if not call.type:
            raise refused(400, "InvalidRequest", "Request encoding (Content-Type) required but not provided")
        if not call.content:
            raise refused(400, "InvalidRequest", "A request body is expected but none was provided")
        kind = next((kind for start, kind in KINDS.items() if call.content.startswith(start)), "")
        kind = kind or ("video/mp4" if call.content[4:8] == b"ftyp" else call.type)
        cid = cid_of_bytes(call.content)
        self.blobs[member.did, cid] = Kept(kind, len(call.content), self.now())
        return Reply(200, {"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(call.content)}})

    def _check_blobs(self, member: Member, record: Any) -> None:
        """A file is compared with its reference only until a record names it (verifyBlobAndMakePermanent of the PDS 0.4.217)."""
        films = self.films.get(self.clock, {})
        for blob in _blobs(record):
            cid, film = blob["ref"]["$link"], films.pop(f"{member.did} {blob['ref']['$link']}", None)
            if film is not None:
                self.blobs[member.did, cid] = Kept("video/mp4", int(blob["size"]), film)
            kept, named = self.blobs.get((member.did, cid)), self._named[member.did, cid] > 0
            if kept is None or (not named and kept.at + UNUSED <= self.now()):
                raise refused(400, "BlobNotFound", f"Could not find blob: {cid}")
            if not named and kept.type != blob["mimeType"]:
                said = f"Referenced Mimetype does not match stored blob. Expected: {kept.type}, Got: {blob['mimeType']}"
                raise refused(400, "InvalidMimeType", said)
            if not named and kept.size != blob["size"]:
                raise refused(400, "InvalidSize", f"Referenced Size does not match stored blob. Expected: {kept.size}, Got: {blob['size']}")

    def _replaced(self, member: Member, old: Any, new: Any) -> None:
        """Count who names which file; a file goes with the last record that does (deleteDereferencedBlobs of the PDS 0.4.217)."""
        self._named.update((member.did, one["ref"]["$link"]) for one in _blobs(new))
        for one in _blobs(old):
            key = (member.did, one["ref"]["$link"])
            self._named[key] -= 1
            if self._named[key] <= 0:
                self.blobs.pop(key, None)

    # -- records -------------------------------------------------------------------------------------------------------------

    @route("POST", f"{XRPC}.repo.putRecord", commits=True)
    def put_record(self, call: Call) -> Reply:
        member, sent = self._writer(call)
        collection, rkey, record = self._checked(sent)
        old = member.records.get(collection, {}).get(rkey)
        self._pay(member, 2)
        uri, cid = f"at://{member.did}/{collection}/{rkey}", cid_of_record(record)
        said = {"uri": uri, "cid": cid, "validationStatus": "valid"}
        if old is not None and cid_of_record(old) == cid:
            return Reply(200, said)  # nothing to do: no commit
        swap = sent.get("swapRecord")
        if isinstance(swap, str) and (old is None or cid_of_record(old) != swap):
            raise refused(400, "InvalidSwap", "Record was at a different CID")
        return self._written(call, member, collection, rkey, record, said)

    @route("POST", f"{XRPC}.repo.createRecord", commits=True)
    def create_record(self, call: Call) -> Reply:
        member, sent = self._writer(call)
        collection, rkey, record = self._checked(sent)
        self._pay(member, 3)
        if rkey in member.records.get(collection, {}):
            raise refused(500, "InternalServerError", "Internal Server Error")  # so it is: the repository tree refuses a known key
        said = {"uri": f"at://{member.did}/{collection}/{rkey}", "cid": cid_of_record(record), "validationStatus": "valid"}
        return self._written(call, member, collection, rkey, record, said)

    @route("POST", f"{XRPC}.repo.deleteRecord")
    def delete_record(self, call: Call) -> Reply:
        member, sent = self._writer(call)
        self._pay(member, 1)
        collection, rkey = str(sent.get("collection")), str(sent.get("rkey"))
        old = member.records.get(collection, {}).pop(rkey, None)
        if old is None:
            return Reply(200, {})
        self._replaced(member, old, None)
        if collection == POST:
            self.change(f"at://{member.did}/{collection}/{rkey}", deleted=True)
        return Reply(200, {"commit": self._commit()})

    @route("GET", f"{XRPC}.repo.getRecord")
    def get_record(self, call: Call) -> Reply:
        """Records of accounts elsewhere come from the AppView; nobody here knows them, so any key that could be one gives a post."""
        repo, collection, rkey = (call.asked(name) for name in ("repo", "collection", "rkey"))
        member = self.member(repo)
        if member is None and repo.startswith("did:") and TID.fullmatch(rkey):
            value = {"$type": collection, "text": "a post elsewhere", "createdAt": "2026-01-01T00:00:00.000Z"}
            return Reply(200, {"uri": f"at://{repo}/{collection}/{rkey}", "cid": cid_of_record({**value, "rkey": rkey}), "value": value})
        record = member.records.get(collection, {}).get(rkey) if member else None
        if member is None or record is None:
            raise refused(400, "RecordNotFound", f"Could not locate record: at://{repo}/{collection}/{rkey}")
        return Reply(200, {"uri": f"at://{member.did}/{collection}/{rkey}", "cid": cid_of_record(record), "value": record})

    @route("GET", f"{XRPC}.repo.listRecords")
    def list_records(self, call: Call) -> Reply:
        """The newest key first, unless reversed."""
        member = self._known(call)
        collection, cursor, limit = call.asked("collection"), call.asked("cursor"), int(call.asked("limit", "50"))
        if not 1 <= limit <= 100:
            raise refused(400, "InvalidRequest", "limit can not be greater than 100")
        backwards = call.asked("reverse") != "true"
        keys = sorted(member.records.get(collection, {}), reverse=backwards)
        keys = [key for key in keys if not cursor or (key < cursor if backwards else key > cursor)][:limit]
        kept = member.records.get(collection, {})
        records = [{"uri": f"at://{member.did}/{collection}/{key}", "cid": cid_of_record(kept[key]), "value": kept[key]} for key in keys]
        return Reply(200, {"records": records, **({"cursor": keys[-1]} if keys else {})})

    @route("GET", f"{XRPC}.repo.describeRepo")
    def describe_repo(self, call: Call) -> Reply:
        member = self._known(call)
        about = self._about(member, call)
        return Reply(200, {"handle": member.handle, "did": member.did, "didDoc": about["didDoc"], "collections": sorted(member.records)})

    # -- what they share -----------------------------------------------------------------------------------------------------

    def _known(self, call: Call) -> Member:
        member = self.member(call.asked("repo"))
        if member is None:
            raise refused(400, "InvalidRequest", f"Could not find repo: {call.asked('repo')}")
        return member

    def _writer(self, call: Call) -> tuple[Member, Mapping[str, Any]]:
        member, sent = self.signed(call), call.sent
        if call.type != "application/json":
            raise refused(400, "InvalidRequest", "Wrong request encoding (Content-Type)")
        if self.member(str(sent.get("repo", ""))) is None:
            raise refused(403, "AccountNotFound", "Account not found")
        if self.member(str(sent["repo"])) is not member:
            raise refused(401, "AuthenticationRequired", "Authentication Required")
        if member.status == "deactivated":
            raise refused(401, "AccountDeactivated", "Account is deactivated")
        return member, sent

    def _checked(self, sent: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
        collection, rkey, record = str(sent.get("collection", "")), str(sent.get("rkey", "")), sent.get("record")
        if not isinstance(record, dict) or not rkey or collection.count(".") < 2:
            raise refused(400, "InvalidRequest", "Input must have the properties collection, rkey and record")
        record = {"$type": collection, **record}
        try:
            self.lexicon.check(collection, rkey, record)
            cid_of_record(record)
        except (Invalid, ValueError) as invalid:
            raise refused(400, "InvalidRequest", str(invalid)) from None
        return collection, rkey, record

    def _pay(self, member: Member, points: int) -> None:
        for most, seconds in (HOUR, DAY):
            self.spend(f"write {member.did}", points, most, seconds)

    def _commit(self) -> dict[str, str]:
        number = self.next_number()
        return {"cid": cid_of_record({"commit": number}), "rev": f"3n{number:011d}".translate(str.maketrans("0189", "abcd"))}

    def _written(self, call: Call, member: Member, collection: str, rkey: str, record: dict[str, Any], said: dict[str, Any]) -> Reply:
        self._check_blobs(member, record)
        known = said["uri"] in self._uris
        old = member.records.setdefault(collection, {}).get(rkey)
        member.records[collection][rkey] = record
        self._replaced(member, old, record)
        if collection == POST and known:
            self.change(said["uri"], text=record["text"], edited=True, deleted=False)
        elif collection == POST:
            parent = ((record.get("reply") or {}).get("parent") or {}).get("uri", "")
            url = f"https://bsky.app/profile/{member.did}/post/{rkey}"
            more = {"cid": said["cid"], "record": record}
            media = tuple(_descriptions(record.get("embed") or {}))
            self._uris.add(said["uri"])
            self.publish(Posted(self.name, member.handle, said["uri"], url, record["text"], self.now(), media, parent, more=more))
        return Reply(200, {**said, "commit": self._commit()})


def _blobs(value: Any) -> Iterator[Mapping[str, Any]]:
    """All blob references in a record."""
    if isinstance(value, Mapping) and value.get("$type") == "blob":
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _blobs(inner)


def _descriptions(embed: Mapping[str, Any]) -> Iterator[str]:
    """What hangs on a post, in words."""
    kind = str(embed.get("$type", "")).removeprefix("app.bsky.embed.")
    if kind == "images":
        yield from (str(image["alt"]) for image in embed["images"])
    elif kind == "video":
        yield str(embed.get("alt", ""))
    elif kind == "external":
        yield f"card: {embed['external']['title']}"
    elif kind == "record":
        yield f"quotes {embed['record']['uri']}"
    elif kind == "recordWithMedia":
        yield f"quotes {embed['record']['record']['uri']}"
        yield from _descriptions(embed["media"])


FAKE = FakeBluesky
