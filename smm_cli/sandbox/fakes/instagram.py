"""A fake of the Instagram API with Instagram login (graph.instagram.com). With Facebook login the fake of Facebook answers.

Rules: developers.facebook.com/docs/instagram-platform (2026-11-22).
"""

from __future__ import annotations

from smm_cli.sandbox.base import Call, Reply, route
from smm_cli.sandbox.fakes._meta_graph import asked_fields
from smm_cli.sandbox.fakes._meta_instagram import InstagramDoors


class FakeInstagram(InstagramDoors):
    """All professional accounts. A token `sandbox-name` is that of @name."""

    name = "instagram"
    hosts = ("graph.instagram.com", "api.instagram.com")
    channel = 'login = "instagram"'
    bucket = "instagram"
    comment_text = "text"
    comment_time = "timestamp"

    @route("POST", "/oauth/access_token")
    def short(self, call: Call) -> Reply:
        """The documentation wraps the answer in `data`; so does this fake."""
        if call.sent.get("client_secret") in (None, "") or not call.sent.get("code"):
            return Reply(400, {"error_type": "OAuthException", "code": 400, "error_message": "Invalid authorization code"})
        return Reply(200, {"data": [{"access_token": self.token("it"), "user_id": self.number("it"), "permissions": ""}]})

    @route("GET", "/access_token")
    def exchange(self, call: Call) -> Reply:
        return self.lasting(call, "ig_exchange_token", bool(call.asked("client_secret")))

    @route("GET", "/refresh_access_token")
    def refresh(self, call: Call) -> Reply:
        return self.lasting(call, "ig_refresh_token", True)

    @route("GET", "/{version}/me")
    def me(self, call: Call) -> Reply:
        account = self.who(call)
        known = {"id": "9" + self.number(account), "user_id": self.number(account), "username": account, "account_type": "BUSINESS"}
        return Reply(200, asked_fields(call, known | {"name": account.title()}))

    @route("GET", "/{version}/{id}")
    def read(self, call: Call) -> Reply:
        return self.told_instagram(call, call.args["id"], self.own(call, call.args["id"]))

    @route("DELETE", "/{version}/{id}")
    def delete(self, call: Call) -> Reply:
        if self.own(call, call.args["id"]).get("media"):  # instagram_manage_contents exists with Facebook login alone
            raise self.refuse(3, "(#3) Application does not have the capability to make this API call.")
        return self.take_down(call, call.args["id"])


FAKE = FakeInstagram
