"""Containers on a fake graph: made, after a while ready, published once; unpublished ones end after a day.

Rules: developers.facebook.com/docs/instagram-platform/content-publishing, docs/threads/posts and /troubleshooting (2026-11-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.sandbox.base import Call, Posted, Reply
from smm_cli.sandbox.fakes._meta_graph import FakeGraph, asked_fields, stamp

DAY = 86_400
FOR_A_FILM = 12.0


class FakeContainers(FakeGraph):
    """`prepares`: seconds that a film takes. `spoils`: what the next containers' status says instead of ready."""

    prepares = FOR_A_FILM

    @property
    def spoils(self) -> list[str]:
        found: list[str] = self.__dict__.setdefault("_spoils", [])
        return found

    def keep_container(self, account: str, said: Mapping[str, Any], text: str, alts: tuple[str, ...], **more: Any) -> Reply:
        """Keep a container and answer its id."""
        id = f"178{self.next_number():05}"
        slow = "video_url" in said
        self.objects[id] = {
            "account": account, "container": True, "text": text, "alts": alts, "at": self.now(), "slow": slow, "published": False,
            "child": str(said.get("is_carousel_item", "")).lower() == "true", "wrong": self.spoils.pop(0) if self.spoils else "", **more,
        }  # fmt: skip
        return Reply(200, {"id": id})

    def state_of(self, one: Mapping[str, Any]) -> str:
        """IN_PROGRESS, FINISHED, ERROR, EXPIRED or PUBLISHED."""
        age = (self.now() - one["at"]).total_seconds()
        if one["published"]:
            return "PUBLISHED"
        if one["wrong"]:
            return "ERROR"
        if age >= DAY:
            return "EXPIRED"
        return "IN_PROGRESS" if one["slow"] and age < self.prepares else "FINISHED"

    def children_of(self, call: Call, said: Mapping[str, Any], most: int) -> tuple[str, ...]:
        """The descriptions of a carousel's children. Raises Refused."""
        ids = [id for id in str(said.get("children") or "").split(",") if id]
        if not 2 <= len(ids) <= most:
            raise self.refuse(100, f"(#100) A carousel has 2 to {most} items", 2207028)
        alts: tuple[str, ...] = ()
        for id in ids:
            child = self.own(call, id)
            if not child.get("child") or self.state_of(child) != "FINISHED":
                raise self.refuse(9007, "The media is not ready to be published", 2207027)
            alts += child["alts"]
        return alts

    def file_of(self, said: Mapping[str, Any], types: tuple[str, ...]) -> tuple[str, ...]:
        """The description of a container's one file. Raises Refused: no address, or a type that is not taken."""
        address = str(said.get("image_url") or said.get("video_url") or "")
        if not address.startswith("https://"):
            raise self.refuse(9004, "Only photo or video can be accepted as media type.", 2207052)
        if said.get("image_url") and not address.endswith(types):
            raise self.refuse(36001, "The image format is not supported.", 2207005)
        return (str(said.get("alt_text") or ""),)

    def publish_container(self, call: Call, url: str) -> Reply:
        """Publish a container that is ready, once."""
        one = self.own(call, str(call.sent.get("creation_id") or ""))
        if not one.get("container") or one["child"] or self.state_of(one) == "PUBLISHED":
            raise self.refuse(24, "The requested resource does not exist", 2207006)
        if self.state_of(one) != "FINISHED":
            raise self.refuse(9007, "The media is not ready to be published", 2207027)
        one["published"] = True
        id = f"180{self.next_number():05}"
        where, more, reply = f"{url}{id}/", dict(one.get("more", {})), str(one.get("reply_to", ""))
        medium = {"account": one["account"], "media": True, "text": one["text"], "at": self.now(), "url": where, "reply_to": reply}
        self.objects[id] = medium
        self.publish(Posted(self.name, one["account"], id, where, one["text"], self.now(), one["alts"], reply, more=more))
        return Reply(200, {"id": id})

    def told_media(self, id: str, one: Mapping[str, Any], text: str) -> dict[str, Any]:
        return {"id": id, text: one["text"], "permalink": one["url"], "timestamp": stamp(one["at"])}

    def list_media(self, call: Call, account: str, text: str, *, replies: bool | None = None) -> Reply:
        """What an account published, the newest first."""
        found = [(id, one) for id, one in reversed(self.objects.items()) if one.get("media") and one["account"] == account]
        shown = [(id, one) for id, one in found if replies is None or bool(one["reply_to"]) == replies]
        return self.page(call, [asked_fields(call, self.told_media(id, one, text)) for id, one in shown])
