"""A part on its way to its record: its media, the record itself, what stands beside it, and whether it was written."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import OutcomeUnknown, Rejected
from smm_cli.networks import _bluesky_record as records
from smm_cli.networks import _bluesky_video as video
from smm_cli.networks._bluesky_card import card
from smm_cli.networks._bluesky_pds import Pds
from smm_cli.networks._bluesky_place import place, strong
from smm_cli.words.conversation import Absent, CannotTell, Doing, Found, Intent, Looking, Publishing, Step
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Json


def embedded(message: PayloadPart, repo: str, pds: Pds, service: str) -> Generator[Step, Any, dict[str, Any] | None]:
    """The embed of a part: its film, its pictures, the card of its link, or none. `service` prepares films, where there is one."""
    kept = []
    for one in message.media:
        if one.blob is None:
            raise Rejected(f"{one.path} was not looked at", slug="media")
        if one.kind == "video" and service:
            kept.append((yield from video.upload(one.blob, did=repo, pds=pds.address, service=service)))
        else:
            kept.append((yield pds.keep(one.blob)).get("blob"))
    if message.media:
        first = message.media[0]
        return records.film(first, kept[0]) if first.kind == "video" else records.images(message.media, kept)
    url = message.fields.get("card")
    return (yield from card(url, lambda blob: pds.keep(blob, may_fail=True))) if url else None


def record_of(
    payload: Payload, part: int, media: dict[str, Any] | None, dids: Mapping[str, str], answers: Any, quoted: Any
) -> dict[str, Any]:
    """The record of one part."""
    message = payload.parts[part]
    spans = message.fields.get("facets", ())
    return records.post_record(
        message.text,
        records.created_at(payload.at, part),
        facets=[facet for span in spans if (facet := records.facet(span, dids))],
        langs=message.fields.get("langs", ()),
        labels=payload.fields.get("labels", ()),
        reply=answers,
        embed=records.quoting(quoted, media) if quoted else media,
    )


def written(pds: Pds, repo: str, payload: Payload, part: int, record: Mapping[str, Any], app: str) -> Publishing:
    """The one putRecord that publishes, then the records beside it."""
    key, reply = records.record_key(payload.at, payload.key, part), record.get("reply")
    answer: Answer = yield pds.put(repo, key, record, commits=True)
    uri, cid = str(answer.get("uri", default="")), answer.get("cid")
    if not uri or not cid:
        raise OutcomeUnknown(f"{pds.address} answered {answer.status} without the address of a record")
    gates = gates_of(payload, part, uri, record["createdAt"], answers=bool(reply))
    beside = [gate["$type"] for gate in gates]
    receipt = records.receipt(uri, str(cid), app, root=reply and reply["root"], gates=beside)
    if gates:
        yield receipt
    for gate in gates:
        yield pds.put(repo, key, gate)
    return receipt


def gates_of(payload: Payload, part: int, uri: str, created: str, *, answers: bool) -> list[dict[str, Any]]:
    """Records that stand beside the post under the same key: who may answer (the first of a thread only), who may quote."""
    gates = []
    if "threadgate" in payload.fields and part == 0 and not answers:
        gates.append(records.threadgate(uri, payload.fields["threadgate"], created))
    if payload.fields.get("quotes") is False:
        gates.append(records.postgate(uri, created))
    return gates


def look_for(payload: Payload, intent: Intent, app: str, identifier: str) -> Looking:
    """Read the record that was to be written, where it was to be written. Decisive: the server is asked, not an index of it."""
    sent = intent.request.body.value if isinstance(intent.request.body, Json) else {}
    repo, collection, key = (str(sent.get(name, "")) for name in ("repo", "collection", "rkey"))
    answer = yield Pds(intent.request.url.rpartition("/xrpc/")[0]).record(repo, collection, key)
    if answer.get("error") == "RecordNotFound":
        return Absent()
    meant = sent.get("record", {})
    if any(answer.get("value", name) != meant.get(name) for name in ("text", "createdAt")):
        return CannotTell(f"{app}/profile/{repo or identifier}")
    uri, cid, found = str(answer.get("uri")), str(answer.get("cid")), answer.get("value", default={})
    beside = [gate["$type"] for gate in gates_of(payload, intent.part, uri, "", answers="reply" in found)]
    return Found(records.receipt(uri, cid, app, root=strong(uri, cid, found)["root"], gates=beside))


def deleted(pds: Pds, receipt: PartReceipt) -> Doing:
    """Delete the record, then what stood beside it. The server says 200 also when it is gone already."""
    where = place(receipt.id, {}) or place(receipt.url, {})
    if "rkey" not in where:
        raise Rejected(f"{receipt.id or receipt.url} is no address of a Bluesky post", hint="delete it in the app")
    for collection in (records.POST, *receipt.more.get("gates", ())):
        yield pds.delete(where["actor"], collection, where["rkey"])
