"""Instagram's doors on a fake graph: the same at graph.instagram.com and, for accounts that hang on a Page, at graph.facebook.com."""

from __future__ import annotations

from typing import Any

from smm_cli.sandbox.base import Call, Reply, route
from smm_cli.sandbox.fakes._meta_containers import FakeContainers
from smm_cli.sandbox.fakes._meta_graph import asked_fields

CAPTION, ALT, COMMENT, CHILDREN = 2200, 1000, 300, 10
"""Source: ig-user/media and ig-media/comments of the Instagram API reference (2026-11-22)."""


class InstagramDoors(FakeContainers):
    """Containers, media and comments of Instagram accounts."""

    @route("POST", "/{version}/{owner}/media")
    def make(self, call: Call) -> Reply:
        account, said = self.owner(call, call.args["owner"]), call.sent
        caption, kind = str(said.get("caption") or ""), str(said.get("media_type") or "")
        if len(caption.encode("utf-16-le")) // 2 > CAPTION or caption.count("#") > 30 or caption.count("@") > 20:
            raise self.refuse(36004, "The caption was too long", 2207010)
        if len(str(said.get("alt_text") or "")) > ALT:
            raise self.refuse(100, "(#100) Param alt_text is too long")
        if kind not in ("", "VIDEO", "REELS", "STORIES", "CAROUSEL"):
            raise self.refuse(100, f"(#100) Param media_type {kind} is unknown", 2207023)
        if kind == "VIDEO" and not said.get("is_carousel_item"):  # VIDEO alone was retired for REELS in 2023
            raise self.refuse(100, "(#100) Use media type REELS", 2207067)
        alts = self.children_of(call, said, CHILDREN) if kind == "CAROUSEL" else self.file_of(said, (".jpg", ".jpeg"))
        text = "" if kind == "STORIES" else caption
        more = {key: str(said[key]) for key in ("share_to_feed", "thumb_offset", "collaborators") if key in said}
        return self.keep_container(account, said, text, alts, more={"kind": kind, **more})

    @route("POST", "/{version}/{owner}/media_publish", commits=True)
    def publish_media(self, call: Call) -> Reply:
        self.owner(call, call.args["owner"])
        return self.publish_container(call, "https://www.instagram.com/p/")

    @route("GET", "/{version}/{owner}/media")
    def listed(self, call: Call) -> Reply:
        return self.list_media(call, self.owner(call, call.args["owner"]), "caption")

    @route("GET", "/{version}/{owner}/stories")
    def stories(self, call: Call) -> Reply:
        return self.list_media(call, self.owner(call, call.args["owner"]), "caption")

    @route("POST", "/{version}/{id}/comments", commits=True)
    def write_comment(self, call: Call) -> Reply:
        if self.objects.get(call.args["id"], {}).get("media") and len(str(call.sent.get("message") or "")) > COMMENT:
            raise self.refuse(100, "(#100) The comment is too long")
        return self.add_comment(call, call.args["id"])

    @route("GET", "/{version}/{id}/comments")
    def list_comments(self, call: Call) -> Reply:
        return self.comments(call, call.args["id"])

    def told_instagram(self, call: Call, id: str, one: dict[str, Any]) -> Reply:
        """A container or a medium by its id."""
        if one.get("container"):
            state = self.state_of(one)
            words = f"Error: Media upload has failed with error code {one['wrong']}" if state == "ERROR" else state.title()
            return Reply(200, asked_fields(call, {"id": id, "status_code": state, "status": words}))
        return Reply(200, asked_fields(call, self.told_media(id, one, "caption")))
