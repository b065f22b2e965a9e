"""Instagram, for professional accounts: pictures, carousels, reels, stories, by the Instagram API.

Instagram fetches files itself, so that they are put at a public address first. It has no scheduling for programs, and captions
cannot be changed later.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks._instagram_parts import MEDIA, comment_problems, item_of, post_problems, words_of
from smm_cli.networks._meta_container import Containers
from smm_cli.networks._meta_login import renew_itself, sign_in_by_facebook, sign_in_by_itself
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import JPEG, MP4, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.facebook.com/docs/instagram-platform"
SCOPES = ("instagram_business_basic", "instagram_business_content_publish", "instagram_business_manage_comments")
BY_FACEBOOK = (
    "instagram_basic", "instagram_content_publish", "instagram_manage_comments", "instagram_manage_contents", "pages_show_list",
    "pages_read_engagement",
)  # fmt: skip
DOORS = OAuthDoors(
    "https://www.instagram.com/oauth/authorize", "https://api.instagram.com/oauth/access_token", SCOPES, pkce=False, joined=","
)
OWN = "graph.instagram.com"
MB = 1_000_000


class Instagram(MetaNetwork):
    """One professional account (business or creator)."""

    name = "instagram"
    title = "Instagram"
    docs = f"{DOCS}/content-publishing"
    auth = OAuth2(scopes=SCOPES)
    text = (
        Limit("text", 2200, "utf16", f"{MEDIA}, caption; what a character is, is not said: counted strictly", "2026-11-22"),
        Limit("alt", 1000, "utf16", f"{MEDIA}, alt_text", "2026-11-22"),
    )
    media = (
        MediaLimit("image", {JPEG: 8 * MB}, 10, f"{MEDIA}, image specifications", "2026-11-22"),
        MediaLimit("video", dict.fromkeys((MP4, QUICKTIME), 300 * MB), 10, f"{MEDIA}, reel specifications", "2026-11-22", seconds=900.0),
    )
    media_count = 10
    fetches = frozenset({"image", "video"})
    mixing = True
    takes = frozenset({"link", "tags", "alt", "first_comment"})
    demands = frozenset({"media"})
    comment_text = "text"
    comment_time = "timestamp"
    steps = (
        "Make the account a professional one. At developers.facebook.com make an app of the type Business, add Instagram with Instagram "
        "login, and copy the Instagram app id and secret into [networks.instagram] (client_id, client_secret); register a redirect "
        "address with https and name it as redirect_uri. Add the account as a tester of the app and accept that in Instagram's settings. "
        'With login = "facebook" the app needs Facebook Login instead, and the account hangs on one of your Pages.'
    )

    Settings = Later("smm_cli.networks._instagram_tables", "Settings")
    Options = Later("smm_cli.networks._instagram_tables", "Options")

    @property
    def by_facebook(self) -> bool:
        return bool(self.settings.login == "facebook")

    @property
    def graph(self) -> str:
        return f"https://{'graph.facebook.com' if self.by_facebook else OWN}/{self.settings.api_version}"

    def hosts(self) -> tuple[str, ...]:
        return ("graph.facebook.com",) if self.by_facebook else (OWN, "api.instagram.com")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The caption: plain, its links dead. What the post's options say stands in the fields."""
        made = self.plain_part(part, facts)
        if part.comment:
            return made
        said, fields = self.options(post), dict(made.fields)
        fields |= {"story": True} if said.story else {}
        fields |= {"share_to_feed": said.share_to_feed, "thumb_offset": said.thumb_offset}
        fields |= {"collaborators": [name.removeprefix("@") for name in said.collaborators]} if said.collaborators else {}
        return replace(made, fields=fields)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Hashtags and names in number, the shape of pictures, what a story or a comment has no room for."""
        place = Place(post.path, channel=self.channel.name)
        return tuple(
            problem
            for part in payload.parts
            for problem in (comment_problems if part.fields.get("comment") else post_problems)(part, place)
        )

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files to a public address, containers of them, and when all is ready the one request that publishes."""
        message = payload.parts[part]
        if message.fields.get("comment"):
            return (yield from self.comment(message.text, (yield Earlier())))
        made = yield from self._containers()
        items = []
        for medium in message.media:
            items.append((yield from item_of(medium, alone=len(message.media) == 1, story=bool(message.fields.get("story")))))
        whole = yield from made.joined(items)
        (container,) = yield from made.all_ready([(*whole, *words_of(message))])
        yield Earlier()
        return (yield from made.publish(container))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """By the state of the container; of a comment among the comments."""
        message = payload.parts[intent.part]
        if message.fields.get("comment"):
            return (yield from self.find_comment(message.text, intent, earlier))
        made, story = (yield from self._containers()), message.fields.get("story")
        return (yield from made.lookup(intent, ("stories",) if story else ("media",), "" if story else message.text, earlier))

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Posts can be deleted with Facebook login alone (permission instagram_manage_contents, since 2026-06); comments always."""
        if not self.by_facebook and not receipt.more.get("comment"):
            raise Rejected("Instagram lets programs delete posts with Facebook login only", hint=f"delete it in the app: {receipt.url}")
        yield from super().withdraw(receipt, part)

    def verify(self) -> Verifying:
        """Which account, and of what kind."""
        if self.by_facebook:
            owner = yield from self._owner()
            me = yield self.asked(owner, "id,username,name")
        else:
            me = yield self.asked("me", "user_id,username,name,account_type")
            if isinstance(inner := me.get("data", 0), Mapping):  # so the documentation shows it (get-started), the server does not
                me = replace(me, body=inner)
        handle = str(me.get("username", default=""))
        id = str(me.get("user_id") or me.get("id", default=""))
        return Account(f"@{handle}", id, str(me.get("name", default="")), f"https://www.instagram.com/{handle}/")

    def login(self, inputs: Mapping[str, str]) -> LoggingIn:
        """The account's own login, or that of the Page it hangs on."""
        said = self.settings
        if self.by_facebook:
            return (yield from sign_in_by_facebook(self.graph, said.client_id, BY_FACEBOOK, said.page, inputs))
        return (yield from sign_in_by_itself(DOORS, f"https://{OWN}", "ig", said.client_id, inputs, self.title))

    def refresh(self) -> LoggingIn:
        """Sixty days more. The token of a Page does not end."""
        return (yield from renew_itself(f"https://{OWN}", "ig", self.title))

    # -- parts of conversations ------------------------------------------------------------------------------------------

    def _containers(self) -> Generator[Step, Any, Containers]:
        owner = yield from self._owner()
        return Containers(self, owner, "media", "status_code,status", "permalink,timestamp", "caption")

    def _owner(self) -> Generator[Step, Any, str]:
        """The account in paths: `me` with its own login, else an id, which the Page knows."""
        if not self.by_facebook or self.settings.account_id:
            return str(self.settings.account_id or "me")
        page = yield self.asked("me", "instagram_business_account{id,username}")
        id = str(page.get("instagram_business_account", "id", default=""))
        if not id:
            raise AuthFailed("no Instagram account hangs on this Page", hint="connect them in the settings of the Page, or set account_id")
        return id


NETWORK = Instagram
