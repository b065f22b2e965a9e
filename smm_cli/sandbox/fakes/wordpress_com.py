"""A fake WordPress.com: the rules of a site of one's own, asked with a bearer token at one address for all sites."""

from __future__ import annotations

from smm_cli.sandbox.base import Call, Reply, route
from smm_cli.sandbox.fakes.wordpress import FakeWordPress


class FakeWordPressCom(FakeWordPress):
    """All sites in one."""

    name = "wordpress-com"
    hosts = ("public-api.wordpress.com",)
    channel = 'site = "blog.example"'
    place = ""

    def _site(self, call: Call) -> str:
        return "https://" + call.path.removeprefix("/wp/v2/sites/").partition("/")[0]

    @route("POST", "/oauth2-1/token")
    def token_for(self, call: Call) -> Reply:
        """RFC 6749; only what the contract of OAuth asks for is looked at."""
        sent = call.sent
        if not sent.get("client_id") or not (sent.get("code") or sent.get("refresh_token")):
            return Reply(400, {"error": "invalid_request", "error_description": "missing parameters"})
        account = str(sent.get("code") or sent.get("refresh_token"))
        return Reply(200, {"access_token": self.token(account), "refresh_token": account, "token_type": "bearer", "expires_in": 1_209_600})


FAKE = FakeWordPressCom
