"""A fake Pinboard, which speaks the API v1 of del.icio.us. Source: pinboard.in/api (2026-11-22)."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from urllib.parse import quote_plus, urlsplit, urlunsplit
from xml.sax.saxutils import quoteattr

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Posted, Refused, Reply, route
from smm_cli.sandbox.fakes._bookmarks import Shelf

NOTE, TITLE, TAGS, TAG = 65_536, 255, 100, 255
ADDRESS = 8192
"""Bytes of a request line: nginx, large_client_header_buffers."""
BETWEEN = 3.0
"""Seconds between two calls of one account: pinboard.in/api, Rate limits."""
SCHEMES = ("http://", "https://", "javascript:", "mailto:", "ftp://", "file:")


class FakeDelicious(Shelf):
    """One server. `texts`: it answers as XML whatever it is asked for, in the older form where "older"."""

    name = "delicious"
    hosts = ("api.pinboard.in",)
    channel = ""
    below = "/v1"

    def __init__(self, clock: Clock, *, texts: str = "") -> None:
        super().__init__(clock)
        self.texts = texts
        self.last: dict[str, datetime] = {}

    def of(self, url: str) -> Posted | None:
        """The server makes addresses alike before it compares them."""
        return next((posted for posted in self.public if _alike(posted.more["url"]) == _alike(url)), None)

    @route("GET", "/posts/get")
    def get(self, call: Call) -> Reply:
        user = self._user(call)
        found = self.of(call.asked("url"))
        posts = [self._shown(found)] if found else []
        if self._xml(call):
            inside = "".join(f"<post {' '.join(f'{key}={quoteattr(value)}' for key, value in post.items())} />" for post in posts)
            inside = inside.replace(" tags=", " tag=")
            return Reply(200, f'<?xml version="1.0"?><posts user="{user}">{inside}</posts>', {"content-type": "text/xml"})
        return Reply(200, {"date": self.now().isoformat(), "user": user, "posts": posts}, {"content-type": "text/plain"})

    @route("GET", "/posts/add", commits=True)
    def add(self, call: Call) -> Reply:
        user, url, title = self._user(call), call.asked("url"), call.asked("description")
        if not url.startswith(SCHEMES):
            return self._code(call, "missing url" if not url else "invalid url")
        if not title:
            return self._code(call, "must provide title")
        tags = call.asked("tags").split()
        if len(title) > TITLE or len(call.asked("extended")) > NOTE or len(tags) > TAGS or any(len(tag) > TAG for tag in tags):
            return self._code(call, "something is too long")
        record = {"url": url, "description": title, "extended": call.asked("extended"), "tags": " ".join(tags)}
        record["shared"] = call.asked("shared", "yes")
        twin = self.of(url)
        if twin and call.asked("replace", "yes") == "no":
            return self._code(call, "item already exists")
        if twin:
            self.rewrite(twin.id, record["extended"], {**record, "url": twin.id})
        else:
            self.shelve(user, url, f"https://pinboard.in/u:{user}", record["extended"], record)
        return self._code(call, "done")

    @route("GET", "/posts/delete")
    def remove(self, call: Call) -> Reply:
        self._user(call)
        found = self.of(call.asked("url"))
        if not found:
            return self._code(call, "item not found")
        self.posted[:] = [posted for posted in self.posted if posted is not found]
        return self._code(call, "done")

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, "Too many requests", {"retry-after": str(int(seconds))})

    def _shown(self, posted: Posted) -> dict[str, str]:
        more = posted.more
        return {"href": more["url"], **{key: more[key] for key in ("description", "extended", "shared", "tags")}, "toread": "no"}

    def _xml(self, call: Call) -> bool:
        return bool(self.texts) or call.asked("format") != "json"

    def _code(self, call: Call, code: str) -> Reply:
        if self.texts == "older":
            return Reply(200, f"<result>{code}</result>", {"content-type": "text/xml"})
        if self._xml(call):
            return Reply(200, f'<?xml version="1.0" encoding="UTF-8"?>\n<result code="{code}" />', {"content-type": "text/xml"})
        return Reply(200, {"result_code": code}, {"content-type": "text/plain"})

    def _user(self, call: Call) -> str:
        if sum(len(key) + len(value.encode()) * 3 for key, value in call.query) > 3 * ADDRESS:
            raise Refused(414, "Request-URI Too Large")
        if len(quote_plus(call.asked("extended"))) > 6000:  # with title, tags and token it would be over ADDRESS
            raise Refused(414, "Request-URI Too Large")
        scheme, _, basic = call.headers.get("authorization", "").partition(" ")
        token = b64decode(basic).decode().partition(":")[2] if scheme == "Basic" else call.asked("auth_token")
        now, user = self.now(), self.whose(token)
        if not user:
            raise Refused(401, "API requires authentication")
        if user in self.last and 0 <= (now - self.last[user]).total_seconds() < BETWEEN:
            raise Refused(429, "Too many requests")
        self.last[user] = now
        return user


def _alike(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, parts.fragment))


FAKE = FakeDelicious
