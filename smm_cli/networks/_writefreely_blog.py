"""A blog on a WriteFreely server: its addresses, its account, the receipts of its posts, finding and removing one."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from smm_cli.errors import AuthFailed, OutcomeUnknown
from smm_cli.networks._moment import earliest, is_newer, moment
from smm_cli.networks._squashed import squashed
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Absent, CannotTell, Found, Intent, LoggingIn, Looking, Step, Tokens, Verifying
from smm_cli.words.delivery import PartReceipt
from smm_cli.words.exchange import Answer, Json, Request
from smm_cli.words.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Blog:
    """The blog `alias` on `server`; `single`: the server holds no other, and addresses do not name it."""

    server: str
    alias: str
    single: bool

    @property
    def host(self) -> str:
        """The server without its scheme."""
        return urlsplit(self.server).netloc

    @property
    def posts(self) -> str:
        """Where its posts are in the API."""
        return f"{self.server}/api/collections/{self.alias}/posts"

    def post(self, id: str) -> str:
        """Where one post is in the API."""
        return f"{self.server}/api/posts/{id}"

    def page(self, slug: str) -> str:
        """Where readers find a post, or the blog."""
        return f"{self.server}/{'' if self.single else f'{self.alias}/'}{slug}"

    def made(self, answer: Answer) -> PartReceipt:
        """The receipt of the post that an answer tells of."""
        post = answer.get("data")
        if not isinstance(post, Mapping) or not post.get("id"):
            raise OutcomeUnknown(f"{self.host} answered {answer.status} without the id of a post")
        return self.receipt(post)

    def receipt(self, post: Mapping[str, Any]) -> PartReceipt:
        """The receipt of a post as the API gives it."""
        slug = str(post.get("slug") or "")
        return PartReceipt(str(post["id"]), str(post.get("url") or self.page(slug)), {"slug": slug}, moment(post.get("created")))

    def among_newest(self, sent: Mapping[str, Any], intent: Intent, *, named: bool) -> Looking:
        """The post that says what was sent; decisive where the list reaches back to `intent`, and no other post has the name (`named`)."""
        listed = yield Request("GET", self.posts, may_fail=True)
        posts = listed.get("data", "posts")
        if not listed.ok or not isinstance(posts, list):
            return CannotTell(self.page(""))
        for one in posts:
            if is_ours(one, sent, intent):
                return Found(self.receipt(one))
        times = [time for time in (moment(one.get("created")) for one in posts) if time]
        falling = times == sorted(times, reverse=True)  # a blog of the kind "novel" begins with its oldest post (database.go, GetPosts)
        older = bool(times) and falling and times[-1] < earliest(intent)
        whole = older or listed.get("data", "total_posts", default=-1) == len(posts)
        return Absent() if whole and not named else CannotTell(self.page(""))

    def removed(self, id: str) -> Generator[Step, Answer, Answer]:
        """What deleting a post came to. Of what is gone it is 500 (posts.go, deletePost), so that it is asked whether it is there."""
        answer = yield Request("DELETE", self.post(id), reads="any", may_fail=True)
        if answer.status >= 500:
            there = yield Request("GET", self.post(id), reads="any", may_fail=True)
            return there if there.status in (404, 410) else answer
        return answer

    def account(self) -> Verifying:
        """Whose token it is. Raises AuthFailed where this blog is not among the account's own."""
        me = yield Request("GET", f"{self.server}/api/me")
        mine = yield Request("GET", f"{self.server}/api/me/collections")
        blogs = mine.get("data", default=[])
        own = next((one for one in blogs if isinstance(one, Mapping) and one.get("alias") == self.alias), None)
        if own is None:
            known = ", ".join(str(one.get("alias")) for one in blogs if isinstance(one, Mapping)) or "none"
            raise AuthFailed(f"this account has no blog {self.alias} on {self.host}", hint=f"its blogs: {known}")
        user = str(me.get("data", "username", default=""))
        return Account(f"{user}@{self.host}", name=str(own.get("title") or ""), url=self.page(""), software="writefreely")

    def token(self, user: str, password: str) -> LoggingIn:
        """A token for a user's name and password; `password` is a handle."""
        sent = Json({"alias": user, "pass": password})
        answer = yield Request("POST", f"{self.server}/api/auth/login", sent, auth="", secret=("data.access_token",))
        return Tokens({"access": str(answer.get("data", "access_token"))})


def is_ours(post: Mapping[str, Any], sent: Mapping[str, Any], intent: Intent) -> bool:
    """Whether a post says what was sent, and was made since."""
    same_title = str(post.get("title") or "") == str(sent.get("title") or "")
    return same_title and squashed(post.get("body")) == squashed(sent.get("body")) and is_newer(post.get("created"), intent)
