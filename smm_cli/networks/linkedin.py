"""LinkedIn: a person's or a page's posts, by the versioned Community Management API.

Source where no other stands: learn.microsoft.com/linkedin, community-management/shares (li-lms-2026-09). Documents (PDF) are left out:
smm knows pictures, films and sounds. A person's own posts cannot be read (r_member_social is closed), so that what became of a lost
answer can only be told by her.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smm_cli.networks._declared import Lasts
from smm_cli.networks._linkedin_account import API, PERSON, ask_account, ask_author, doors_for
from smm_cli.networks._linkedin_compose import has_card, rendered, share_link
from smm_cli.networks._linkedin_fault import read_fault
from smm_cli.networks._linkedin_lookup import look_for
from smm_cli.networks._linkedin_post import delete_request, edit_request, publish_comment, publish_post
from smm_cli.networks._linkedin_remarks import remarks_on
from smm_cli.networks._oauth import OAuthDoors, OwnApp
from smm_cli.networks._take_down import take_down
from smm_cli.networks.base import Facts, Later
from smm_cli.text.little import visible
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import GIF, JPEG, MP4, PNG, Limit, MediaLimit, PollLimit
from smm_cli.words.post import Part, Post

DOCS = "https://learn.microsoft.com/linkedin/marketing/community-management/shares"
READ = "2026-09-30"


class LinkedIn(OwnApp):
    """One author on LinkedIn."""

    name = "linkedin"
    title = "LinkedIn"
    docs = f"{DOCS}/posts-api"
    auth = OAuth2(scopes=PERSON)
    token_lasts = Lasts(60 * 86_400, "learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens", "2026-11-23")
    text = (
        # 3000 is the app's limit, the API's documents give none; whether it counts UTF-16 or code points is unverified: the stricter one
        Limit("text", 3000, "utf16", "https://www.linkedin.com/help/linkedin/answer/a528176", READ),
        Limit("comment", 1250, "utf16", "the app's limit (unverified)", READ),
        Limit("question", 140, "utf16", f"{DOCS}/poll-post-api-schema", READ),
        Limit("alt", 4086, "utf16", f"{DOCS}/images-api (unverified)", READ),
    )
    media = (
        # the largest picture in bytes is unverified: limits = { image_bytes = … } overrides
        MediaLimit("image", dict.fromkeys((JPEG, PNG, GIF), 8_000_000), 20, f"{DOCS}/images-api", READ, pixels=36_152_320, exclusive=True),
        MediaLimit("video", {MP4: 500_000_000}, 1, f"{DOCS}/videos-api", READ, seconds=1800, exclusive=True),
    )
    media_count = 20
    poll = PollLimit(4, 30, 3600, 1_209_600, f"{DOCS}/poll-post-api-schema", READ)
    dialect = "little"
    takes = frozenset({"link", "tags", "title", "visibility", "poll", "quote", "first_comment", "alt"})
    visibilities = ("public", "private")
    steps = (
        "At linkedin.com/developers make an app, tied to a page. For your own profile add its products Share on LinkedIn and Sign In with "
        "LinkedIn using OpenID Connect; for a page apply for the Community Management API. Under Auth add the redirect address "
        "http://127.0.0.1:8737/callback. Put client_id and client_secret into [networks.linkedin]. The login holds for 60 days."
    )

    Settings = Later("smm_cli.networks._linkedin_tables", "Settings")
    Options = Later("smm_cli.networks._linkedin_tables", "Options")

    apis = ("api.linkedin.com", "www.linkedin.com")
    fault = staticmethod(read_fault)
    remarks = remarks_on
    share_link = staticmethod(share_link)

    @property
    def doors(self) -> OAuthDoors:
        return doors_for(self.settings.author)

    def messages(self, post: Post, facts: Facts) -> tuple[Part, ...]:
        """As everywhere, but an address that is shown as a card does not stand in the text too."""
        return super().messages(replace(post, link="") if has_card(post, self.options(post)) else post, facts)

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """Little text; a comment is plain, where escapes would be seen."""
        return rendered(self, part, post, facts)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """What readers see counts, not the escapes."""
        return super().measured(replace(part, text=visible(part.text)) if limit.name == "text" else part, limit)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload, then the request that publishes; the last part may be a comment on the first."""
        message = payload.parts[part]
        author = self.settings.author or (self.account.id if self.account else "") or (yield from ask_author(API))
        if "comment" in message.fields:
            return (yield from publish_comment(API, self._headers, message.text, author, (yield Earlier())))
        return (yield from publish_post(API, self._headers, message, author, self.settings.waits))

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """The text alone can be changed."""
        yield edit_request(API, self._headers, receipt, payload.parts[part])
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Delete a post or a comment; one that is gone already is success."""
        yield from take_down(self, delete_request(API, self._headers, receipt))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        return (yield from look_for(API, self._headers, intent, earlier))

    def verify(self) -> Verifying:
        return (yield from ask_account(API, self._headers, self.settings.author, self.settings.client_id))

    @property
    def _headers(self) -> dict[str, str]:
        return {"LinkedIn-Version": self.settings.api_version, "X-Restli-Protocol-Version": "2.0.0"}


NETWORK = LinkedIn
