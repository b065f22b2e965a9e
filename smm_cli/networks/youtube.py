"""YouTube: films. A film is uploaded as private; what publishes it is the change of its privacy, which may be said twice."""

from __future__ import annotations

from typing import Any

from smm_cli.errors import Rejected
from smm_cli.networks._google import Google
from smm_cli.networks._short import described
from smm_cli.networks._take_down import take_down
from smm_cli.networks._youtube_account import SCOPES, ask_account
from smm_cli.networks._youtube_api import HOST, update_of
from smm_cli.networks._youtube_film import ANGLES, fields_of, find_film, receipt_of, set_thumbnail, snippet_of, status_of, upload_film
from smm_cli.networks.base import Facts, Later, Repeat
from smm_cli.text.dialects import plain
from smm_cli.text.quiet import quiet
from smm_cli.words.auth import OAuth2
from smm_cli.words.conversation import Doing, Earlier, Intent, Looking, Publishing, Verifying
from smm_cli.words.delivery import PartReceipt, Payload, PayloadPart
from smm_cli.words.exchange import Answer
from smm_cli.words.limit import MP4, QUICKTIME, WEBM, Limit, MediaLimit
from smm_cli.words.post import Part, Post

DOCS = "https://developers.google.com/youtube/v3/docs/videos"


class YouTube(Google):
    """One YouTube channel."""

    name = "youtube"
    title = "YouTube"
    docs = DOCS
    auth = OAuth2(SCOPES)
    scopes = SCOPES
    apis = (HOST,)
    text = (
        Limit("title", 100, "code_points", f"{DOCS}#snippet.title", "2026-11-22", minimum=1),
        Limit("text", 5000, "utf8", f"{DOCS}#snippet.description", "2026-11-22"),
        Limit("tags", 500, "code_points", f"{DOCS}#snippet.tags[]", "2026-11-22"),
    )
    media = (
        MediaLimit("video", dict.fromkeys((MP4, WEBM, QUICKTIME), 256 * 1024**3), 1, f"{DOCS}/insert", "2026-11-22", seconds=12 * 3600,
                   exclusive=True),
    )  # fmt: skip
    media_count = 1
    takes = frozenset({"title", "link", "tags", "language", "visibility"})
    demands = frozenset({"title", "video"})
    visibilities = ("public", "unlisted", "private")
    appends = frozenset({"link"})
    steps = (
        "At console.cloud.google.com: make a project, enable “YouTube Data API v3”, set up the consent screen and publish it (in Testing "
        "a login ends after seven days), make an OAuth client of the kind Desktop app. Put its client_id and client_secret into "
        "[networks.youtube] of channels.toml. Films of a project that Google has not audited may stay private."
    )

    Settings = Later("smm_cli.networks._youtube_tables", "Settings")
    Options = Later("smm_cli.networks._youtube_tables", "Options")

    def repeat(self) -> Repeat | None:
        """For ever: it says what the privacy of one film is to be."""
        return Repeat(None, f"{DOCS}/update (the same privacy again changes nothing)", "2026-11-22")

    def render(self, part: Part, number: int, post: Post, facts: Facts) -> PayloadPart:
        """The text is the description; a vertical film of up to three minutes becomes a Short by itself."""
        mention = self.mention(facts)
        text = plain(quiet(part.blocks), mention, links="after").translate(ANGLES)
        fields = fields_of(post, self.options(post), self.settings, mention)
        return PayloadPart(text, fields, described(part.media, mention), part.line)

    def measured(self, part: PayloadPart, limit: Limit) -> int:
        """Tags count together, with a comma between and quotes around those of several words (snippet.tags[])."""
        if limit.name != "tags":
            return super().measured(part, limit)
        tags = part.fields.get("tags") or ()
        return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(0, len(tags) - 1)

    # -- conversations ---------------------------------------------------------------------------------------------------

    def publish(self, payload: Payload, part: int) -> Publishing:
        """Upload as private, set the thumbnail, see whether YouTube can use it; then the change of privacy."""
        message = payload.parts[part]
        id = yield from upload_film(self.settings.version, message, self.settings)
        yield Earlier()
        wanted = str(message.fields["visibility"])
        answer = yield update_of(self.settings.version, "status", id, commits=True, status=status_of(wanted, message, self.settings))
        receipt = receipt_of(str(answer.get("id", default=id)))
        yield receipt
        if (now := answer.get("status", "privacyStatus", default=wanted)) != wanted:
            hint = "has Google audited your project? See smm network show youtube"
            raise Rejected(f"YouTube left the film {now}, not {wanted}", hint=hint)
        return receipt

    def edit(self, payload: Payload, part: int, receipt: PartReceipt) -> Publishing:
        """Title, description, tags, privacy; the film itself cannot be changed."""
        message = payload.parts[part]
        status = status_of(str(message.fields["visibility"]), message, self.settings)
        yield update_of(self.settings.version, "snippet,status", receipt.id, snippet=snippet_of(message), status=status)
        if message.media:
            yield from set_thumbnail(self.settings.version, message.media[0], receipt.id)
        return receipt

    def withdraw(self, receipt: PartReceipt, part: int) -> Doing:
        """Make it private: its views and comments are kept. A film that is gone is success."""
        status = {"privacyStatus": "private", "selfDeclaredMadeForKids": self.settings.made_for_kids}
        yield from take_down(self, update_of(self.settings.version, "status", receipt.id, may_fail=True, status=status))

    def lookup(self, payload: Payload, intent: Intent, answers: tuple[Answer, ...], earlier: Any) -> Looking:
        """The privacy of the very film."""
        return (yield from find_film(self.settings.version, intent))

    def verify(self) -> Verifying:
        return (yield from ask_account(self.settings.version))


NETWORK = YouTube
