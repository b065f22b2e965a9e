"""Instagram, for professional accounts: pictures, carousels, reels, stories, by the Instagram API.

Instagram fetches files itself, so that they are put at a public address first. It has no scheduling for programs, and captions
cannot be changed later.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._declared import Lasts
from smm_cli.networks._instagram_account import SCOPES, account_of, hosts_of, is_by_facebook, owner_of, renew_for, sign_in_to
from smm_cli.networks._instagram_parts import MEDIA, chosen, items_of, problems_of, words_of
from smm_cli.networks._meta_container import Containers
from smm_cli.networks._meta_network import MetaNetwork
from smm_cli.networks.base import Facts, Later
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Step
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import JPEG, MP4, QUICKTIME, Limit, MediaLimit
from smm_cli.words.post import Part, Post
from smm_cli.words.problem import Place, Problem

DOCS = "https://developers.facebook.com/docs/instagram-platform"
MB = 1_000_000


class Instagram(MetaNetwork):
    """One professional account (business or creator)."""

    name = "instagram"
    title = "Instagram"
    docs = f"{DOCS}/content-publishing"
    auth = OAuth2(scopes=SCOPES)
    token_lasts = Lasts(
        60 * 86_400, "developers.facebook.com/docs/instagram-platform/reference/refresh_access_token", "2026-11-23", extends=True
    )
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
    def graph(self) -> str:
        return f"https://{self.hosts()[0]}/{self.settings.api_version}"

    def hosts(self) -> tuple[str, ...]:
        return hosts_of(self.settings)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The caption: plain, its links dead. What the post's options say stands in the fields."""
        made = self.plain_part(part, facts)
        return made if part.comment else replace(made, fields={**made.fields, **chosen(self.options(post))})

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        """Hashtags and names in number, the shape of pictures, what a story or a comment has no room for."""
        return problems_of(payload, Place(post.path, channel=self.channel.name))

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Files to a public address, containers of them, and when all is ready the one request that publishes."""
        message = payload.parts[part]
        if message.fields.get("comment"):
            return (yield from self.comment(message.text, (yield Earlier())))
        made = yield from self._containers()
        items = yield from items_of(message)
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
        if not is_by_facebook(self.settings) and not receipt.more.get("comment"):
            raise Rejected("Instagram lets programs delete posts with Facebook login only", hint=f"delete it in the app: {receipt.url}")
        yield from super().withdraw(receipt, part)

    verify = account_of
    login = sign_in_to
    refresh = renew_for

    def _containers(self) -> Generator[Step, Any, Containers]:
        owner = yield from owner_of(self)
        return Containers(self, owner, "media", "status_code,status", "permalink,timestamp", "caption")


NETWORK = Instagram
