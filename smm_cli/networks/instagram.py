"""Instagram, for professional accounts: pictures, carousels, reels, stories, by the Instagram API.

Instagram fetches files itself, so that they are put at a public address first. It has no scheduling for programs, and captions
cannot be changed later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed, Rejected
from smm_cli.networks._meta_container import Containers, Pairs, file_of
from smm_cli.networks._meta_login import renew_itself, sign_in_by_facebook, sign_in_by_itself
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks._oauth import OAuthDoors
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.channel import Account
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer, Doing, Earlier, Intent, LoggingIn, Looking, Publishing, Step, Verifying
from smm_cli.words.limit import JPEG, MP4, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Media, Part, Post
from smm_cli.words.problem import WARNING, Place, Problem

DOCS = "https://developers.facebook.com/docs/instagram-platform"
MEDIA = f"{DOCS}/instagram-graph-api/reference/ig-user/media"
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
TAG, CALL = re.compile(r"#\w"), re.compile(r"(?<!\w)@\w")
TAGS, CALLS = 30, 20
"""Source: MEDIA, caption (2026-11-22)."""
FEW_TAGS = 5
"""Since December 2025 the app is said to count five (secondary sources, 2026-11): a warning, no more."""
TALLEST, WIDEST = 0.8, 1.91
"""Width by height of a picture. Source: MEDIA, image specifications (2026-11-22)."""
COMMENT = 300
"""Source: DOCS/instagram-graph-api/reference/ig-media/comments (2026-11-22)."""


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
            problem for part in payload.parts for problem in (_comment(part, place) if part.fields.get("comment") else _post(part, place))
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
            items.append((yield from _item(medium, alone=len(message.media) == 1, story=bool(message.fields.get("story")))))
        whole = yield from made.joined(items)
        (container,) = yield from made.all_ready([(*whole, *_words(message))])
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


def _item(medium: Media, *, alone: bool, story: bool) -> Generator[Step, Any, Pairs]:
    """What a container of one file says. A film alone is a reel."""
    file = yield from file_of(medium)
    kind = "STORIES" if story else "" if medium.kind == "image" else "REELS" if alone else "VIDEO"
    described = medium.kind == "image" and not story
    return (("media_type", kind), file, ("alt_text", medium.alt if described else ""))


def _words(message: PayloadPart) -> Pairs:
    """Caption and options, as the container that is published takes them."""
    fields, reel = message.fields, len(message.media) == 1 and message.media[0].kind == "video"
    if fields.get("story"):
        return ()
    pairs = [("caption", message.text)]
    if names := fields.get("collaborators"):
        pairs.append(("collaborators", json.dumps(names)))
    if reel:
        pairs.append(("share_to_feed", "true" if fields.get("share_to_feed", True) else "false"))
        pairs += [("thumb_offset", str(fields["thumb_offset"]))] if fields.get("thumb_offset") else []
    return tuple(pairs)


def _post(part: PayloadPart, place: Place) -> Iterator[Problem]:
    tags, calls = len(TAG.findall(part.text)), len(CALL.findall(part.text))
    if tags > TAGS:
        yield Problem("too-many-tags", f"the caption has {tags} hashtags; Instagram takes {TAGS}", place, f"take out {tags - TAGS}")
    elif tags > FEW_TAGS:
        yield Problem("many-tags", f"of {tags} hashtags Instagram may count {FEW_TAGS} only", place, "keep the best", WARNING)
    if calls > CALLS:
        yield Problem("too-many-mentions", f"the caption names {calls} accounts; Instagram takes {CALLS}", place, "name fewer")
    if part.fields.get("story") and (len(part.media) != 1 or part.text):
        many = len(part.media) != 1
        what = "a story has one picture or film" if many else "a story has no text: it is left out"
        yield Problem("story", what, place, "take out the others" if many else "", "error" if many else WARNING)
    for medium in part.media:
        if medium.kind == "image" and medium.width and medium.height and not part.fields.get("story"):
            shape = medium.width / medium.height
            if not TALLEST <= round(shape, 2) <= WIDEST:
                what = f"{medium.path} is {medium.width} x {medium.height}; Instagram takes pictures from 4:5 to 1.91:1"
                yield Problem("media-shape", what, replace(place, line=medium.line), "crop it")


def _comment(part: PayloadPart, place: Place) -> Iterator[Problem]:
    over = len(part.text) - COMMENT
    if over > 0:
        yield Problem("too-long", f"the first comment is {over} characters too long for Instagram ({COMMENT})", place, "shorten it")


NETWORK = Instagram
