"""Signing in at the fake server, and its throttle."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from urllib.parse import urlencode

from smm_cli.sandbox.base import Call, Fake, Refused, Reply, route
from smm_cli.sandbox.fakes._mastodon_shapes import stamp

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
LIMITS = {"api": (300, 300), "media": (30, 1800), "delete": (30, 1800), "statuses": (300, 10_800)}
"""Requests and seconds for one account. Source: docs.joinmastodon.org/api/rate-limits (2026-07-02); statuses: app/lib/rate_limiter.rb."""


class Throttle:
    """Counts requests in fixed windows of the fake's clock, as rack-attack does."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self.told: dict[str, str] = {}

    def count(self, name: str, account: str, now: datetime) -> None:
        """One more; raises Refused beyond the limit. `told`: headers of the limit that is nearest to its end."""
        most, seconds = LIMITS[name]
        window = int(now.timestamp()) // seconds
        key = (name, account, window)
        self._counts[key] = self._counts.get(key, 0) + 1
        left = most - self._counts[key]
        # ISO 8601, not seconds since 1970: config/initializers/rack_attack.rb (4.5)
        reset = stamp(datetime.fromtimestamp((window + 1) * seconds, UTC))
        if not self.told or left < int(self.told["x-ratelimit-remaining"]):
            self.told = {"x-ratelimit-limit": str(most), "x-ratelimit-remaining": str(max(left, 0)), "x-ratelimit-reset": reset}
        if left < 0:
            raise Refused(429, {"error": "Too many requests"})


class Doors(Fake):
    """Apps, authorization with PKCE, tokens. `visitor` is the account whose browser visits."""

    visitor = "ada"

    def open_doors(self) -> None:
        self.apps: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}

    @route("POST", "/api/v1/apps")
    def app(self, call: Call) -> Reply:
        # app/models/concerns: redirect_uri must be absolute, name must not be blank (doorkeeper, 4.5)
        sent = call.sent
        if not sent.get("client_name") or not sent.get("redirect_uris"):
            raise Refused(422, {"error": "Validation failed: Application name can't be blank, Redirect URI must be an absolute URI."})
        number = str(self.next_number())
        app = {
            "id": number,
            "name": str(sent["client_name"]),
            "client_id": f"app{number}",
            "client_secret": f"very-secret-{number}",
            "redirect_uri": str(sent["redirect_uris"]),
        }
        self.apps[app["client_id"]] = {**app, "scopes": str(sent.get("scopes") or "read")}
        return Reply(200, {**app, "client_secret_expires_at": 0})

    @route("GET", "/oauth/authorize")
    def authorize(self, call: Call) -> Reply:
        """The visitor allows it at once: a redirect with the code, or the code on a page."""
        app = self.apps.get(call.asked("client_id"))
        if not app or call.asked("redirect_uri") not in app["redirect_uri"].split():
            return Reply(400, "<h1>The redirect URI included is not valid.</h1>", {"content-type": "text/html"})
        wanted, allowed = set(call.asked("scope", "read").split()), set(app["scopes"].split())
        if not wanted <= allowed:
            return Reply(400, "<h1>The requested scope is invalid, unknown, or malformed.</h1>", {"content-type": "text/html"})
        code = f"code{self.next_number()}"
        self.codes[code] = {"challenge": call.asked("code_challenge"), **dict(call.query), "account": self.visitor}
        if call.asked("redirect_uri") == OUT_OF_BAND:
            return Reply(200, f"<code>{code}</code>", {"content-type": "text/html"})
        query = urlencode({"code": code, "state": call.asked("state")})
        return Reply(302, "", {"location": f"{call.asked('redirect_uri')}?{query}"})

    @route("POST", "/oauth/token")
    def exchange(self, call: Call) -> Reply:
        sent = call.sent
        app = self.apps.get(str(sent.get("client_id")))
        if not app or app["client_secret"] != sent.get("client_secret"):
            raise Refused(401, {"error": "invalid_client", "error_description": "Client authentication failed due to unknown client."})
        code = self.codes.pop(str(sent.get("code")), None)
        verifier = str(sent.get("code_verifier") or "")
        made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        fits = code and code["redirect_uri"] == sent.get("redirect_uri") and code["client_id"] == app["client_id"]
        if not code or not fits or (code["challenge"] and code["challenge"] != made):
            raise Refused(400, {"error": "invalid_grant", "error_description": "The provided authorization grant is invalid or expired."})
        token = f"token-{self.next_number()}-of-{code['account']}"
        self.tokens[token] = code["account"]
        made_at = int(self.now().timestamp())
        return Reply(200, {"access_token": token, "token_type": "Bearer", "scope": code.get("scope", "read"), "created_at": made_at})
