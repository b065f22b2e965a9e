"""A fake of Facebook's Graph API for Pages: /feed, /photos, /videos, /video_reels, comments.

Rules: developers.facebook.com/docs/pages-api/posts, graph-api/reference/page/feed, /photos, /videos, video-api/guides/reels-publishing
(2026-11-22); facebook-python-business-sdk v25.0.2 for names of fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from smm_cli.sandbox.base import Call, Posted, Reply, Upload, route
from smm_cli.sandbox.fakes._meta_graph import asked_fields, stamp
from smm_cli.sandbox.fakes._meta_instagram import InstagramDoors

LONGEST = 63_206
"""No document says it; what integrators found."""
PHOTO = 10_000_000
"""Page photos: at most 10 MB (graph-api/reference/page/photos)."""


class FakeFacebook(InstagramDoors):
    """All Pages, and the Instagram accounts that hang on them. A token `sandbox-name` is that of the Page `name`.

    `prepares`: seconds that a film takes.
    """

    name = "facebook"
    hosts = ("graph.facebook.com", "rupload.facebook.com")
    channel = 'api_version = "v25.0"'
    prepares = 0.0

    # -- who ------------------------------------------------------------------------------------------------------------------

    @route("GET", "/{version}/me/accounts")
    def accounts(self, call: Call) -> Reply:
        account = self.who(call)
        return self.page(call, [{"id": self.number(account), "name": account.title()}])

    @route("GET", "/{version}/me")
    def me(self, call: Call) -> Reply:
        account = self.who(call)
        known = {"id": self.number(account), "name": account.title(), "username": account, "category": "Software"}
        if call.asked("fields").startswith("instagram_business_account"):
            return Reply(200, {"id": known["id"], "instagram_business_account": {"id": known["id"], "username": account}})
        return Reply(200, asked_fields(call, known | {"link": f"https://www.facebook.com/{account}"}))

    @route("GET", "/{version}/oauth/access_token")
    def tokens_by_query(self, call: Call) -> Reply:
        return self.token_for(call, dict(call.query))

    def token_for(self, call: Call, said: Mapping[str, Any]) -> Reply:
        """A token for a code, or a longer one for a token."""
        if not said.get("client_id") or not said.get("client_secret"):
            raise self.refuse(101, "Missing client_id or client_secret parameter.")
        if not (said.get("code") or said.get("fb_exchange_token")):
            raise self.refuse(100, "This authorization code has expired.")
        days = 60 if said.get("fb_exchange_token") else 0
        return Reply(200, {"access_token": self.token("it"), "token_type": "bearer", "expires_in": days * 86_400 or 5400})

    # -- posts ----------------------------------------------------------------------------------------------------------------

    @route("POST", "/{version}/{page}/feed", commits=True)
    def feed(self, call: Call) -> Reply:
        account, sent = self.owner(call, call.args["page"]), call.sent
        message, link = str(sent.get("message") or ""), str(sent.get("link") or "")
        photos = [self.photo_of(account, sent[key]) for key in sorted(sent) if key.startswith("attached_media[")]
        if not message and not link and not photos:
            raise self.refuse(100, "(#100) One of message, link or attached_media is required")
        if len(message.encode("utf-16-le")) // 2 > LONGEST:
            raise self.refuse(100, "(#100) Param message is too long")
        if photos and link:
            raise self.refuse(100, "(#100) A post has a link or attached media")
        seen = str(sent.get("published", "true")).lower() != "false"
        if seen and any(one["message"] == message and message and one["shown"] for one in self.posts(account)):
            raise self.refuse(506, "(#506) Duplicate status message")  # the same text again, Graph error reference
        id = f"{self.number(account)}_{self.next_number()}"
        post = {"account": account, "message": message, "link": link, "photos": photos, "at": self.now(), "shown": False}
        self.objects[id] = post
        if seen:
            self.show(call, id)
        return Reply(200, asked_fields(call, self.told(id, post)))

    def posts(self, account: str) -> list[dict[str, Any]]:
        return [one for one in self.objects.values() if one["account"] == account and "message" in one]

    def photo_of(self, account: str, said: str) -> str:
        """The alternative text of an attached photo. Raises Refused."""
        photo = self.objects.get(str(json.loads(said).get("media_fbid")))
        if photo is None or photo["account"] != account or "alt" not in photo:
            raise self.refuse(100, "(#100) The photo does not exist", 33)
        return str(photo["alt"])

    def show(self, call: Call, id: str) -> None:
        """Make public, once: to show again changes nothing."""
        post = self.objects[id]
        if post["shown"]:
            return
        post |= {"shown": True, "at": self.now()}
        text, more = (
            str(post.get("message") or post.get("description") or ""),
            {"link": post.get("link", ""), "title": post.get("title", "")},
        )
        self.publish(
            Posted(
                self.name, post["account"], id, f"https://www.facebook.com/{id}", text, self.now(), tuple(post.get("photos", ())), more=more
            )
        )

    def told(self, id: str, post: Mapping[str, Any]) -> dict[str, Any]:
        known = {"id": id, "permalink_url": f"https://www.facebook.com/{id}", "created_time": stamp(post["at"])}
        if "message" in post:
            return known | {"message": post["message"], "is_published": post["shown"]}
        return known | {"published": post["shown"], "post_id": f"9{id}", "status": self.film_status(post)}

    @route("GET", "/{version}/{page}/published_posts")
    def published(self, call: Call) -> Reply:
        account = self.owner(call, call.args["page"])
        shown = [(id, one) for id, one in self.objects.items() if one["account"] == account and "message" in one and one["shown"]]
        return self.page(call, [asked_fields(call, self.told(id, one)) for id, one in shown[::-1]])

    @route("POST", "/{version}/{page}/photos")
    def photos(self, call: Call) -> Reply:
        account, file = self.owner(call, call.args["page"]), call.multipart.get("source")
        if not isinstance(file, Upload):
            raise self.refuse(324, "(#324) Requires upload file")
        if file.type not in ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff") or len(file.content) > PHOTO:
            raise self.refuse(324, "Your photos couldn't be uploaded. Photos should be less than 4 MB and saved as JPG, PNG", 1366046)
        id = f"77{self.next_number()}"
        self.objects[id] = {"account": account, "alt": str(call.sent.get("alt_text_custom") or "")}
        return Reply(200, {"id": id})

    # -- films ----------------------------------------------------------------------------------------------------------------

    @route("POST", "/{version}/{page}/videos")
    def videos(self, call: Call) -> Reply:
        account, file = self.owner(call, call.args["page"]), call.multipart.get("source")
        if not isinstance(file, Upload) or not file.type.startswith("video/"):
            raise self.refuse(352, "(#352) Sorry, the video file you selected is in a format that we don't support.", 1363024)
        id = f"88{self.next_number()}"
        told = {key: str(call.sent.get(key) or "") for key in ("description", "title")}
        self.objects[id] = {
            "account": account,
            "film": True,
            "finished": True,
            "shown": False,
            "at": self.now(),
            "begun": self.now(),
            **told,
        }
        if str(call.sent.get("published", "true")).lower() != "false":
            self.show(call, id)
        return Reply(200, {"id": id})

    @route("POST", "/{version}/{page}/video_reels", commits=True)
    def reels(self, call: Call) -> Reply:
        account, sent = self.owner(call, call.args["page"]), call.sent
        if sent.get("upload_phase") == "start":
            id = f"99{self.next_number()}"
            reel = {"account": account, "film": True, "finished": False, "shown": False, "at": self.now(), "begun": self.now(), "size": 0}
            self.objects[id] = reel
            return Reply(200, {"video_id": id, "upload_url": f"https://rupload.facebook.com/video-upload/v25.0/{id}"})
        reel = self.own(call, str(sent.get("video_id")))
        if not reel["size"] or sent.get("video_state") != "PUBLISHED":
            raise self.refuse(6000, "There was a problem uploading your video file", 1363030)
        reel |= {"finished": True, "description": str(sent.get("description") or ""), "title": str(sent.get("title") or "")}
        self.show(call, str(sent["video_id"]))
        return Reply(200, {"success": True, "post_id": f"9{sent['video_id']}"})

    @route("POST", "/video-upload/{version}/{id}")
    def bytes(self, call: Call) -> Reply:
        """rupload wants `OAuth` before the token (reels-publishing, step 2)."""
        reel, scheme = self.objects.get(call.args["id"]), call.headers.get("authorization", "").partition(" ")[0]
        if reel is None or scheme != "OAuth":
            return Reply(400, {"debug_info": {"retriable": False, "type": "NotAuthorizedError", "message": "Not authorized"}})
        if call.headers.get("file_size") != str(len(call.content)) or call.headers.get("offset") != "0":
            return Reply(400, {"debug_info": {"retriable": False, "type": "PartialRequestError", "message": "Partial request"}})
        reel["size"] = len(call.content)
        return Reply(200, {"success": True})

    def film_status(self, film: Mapping[str, Any]) -> dict[str, Any]:
        ready = (self.now() - film["begun"]).total_seconds() >= self.prepares
        phase = {"status": "complete", "publish_status": "published"} if film["shown"] else {"status": "not_started"}
        done = "not_started" if not film["finished"] else "complete" if ready else "in_progress"
        return {"video_status": "ready" if ready else "processing", "processing_phase": {"status": done}, "publishing_phase": phase}

    # -- any object -----------------------------------------------------------------------------------------------------------

    @route("GET", "/{version}/{id}")
    def read(self, call: Call) -> Reply:
        account = self.who(call)
        if call.args["id"] == self.number(account):
            known = {"id": self.number(account), "name": account.title(), "username": account, "access_token": self.token(account)}
            return Reply(200, asked_fields(call, known))
        one = self.own(call, call.args["id"])
        if "container" in one or "media" in one:
            return self.told_instagram(call, call.args["id"], one)
        return Reply(200, asked_fields(call, self.told(call.args["id"], one)))

    @route("POST", "/{version}/{id}", commits=True)
    def write(self, call: Call) -> Reply:
        id, sent = call.args["id"], call.sent
        one = self.own(call, id)
        if "true" in (str(sent.get("is_published")).lower(), str(sent.get("published")).lower()):
            self.show(call, id)
        for key in ("message", "description"):
            if sent.get(key):
                one[{"comment": "text"}.get("comment" if "comment" in one else "", key)] = str(sent[key])
                self.change(id, text=str(sent[key]), edited=True)
        # read-after-write: graph-api/overview, "For create and update calls"
        return Reply(200, asked_fields(call, self.told(id, one)) if call.asked("fields") else {"success": True})

    @route("DELETE", "/{version}/{id}")
    def delete(self, call: Call) -> Reply:
        return self.take_down(call, call.args["id"])


FAKE = FakeFacebook
