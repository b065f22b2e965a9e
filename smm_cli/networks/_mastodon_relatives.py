"""Programs that speak the Mastodon API, and where they differ. A program that is not named here is taken for Mastodon, with the limits
that its server tells.

Sources: superseriousbusiness/gotosocial docs and code (2025-10-03); docs.pleroma.social, differences in the Mastodon API, and Akkoma's
(2024); pixelfed/pixelfed ApiV1Controller.php (2024-03); friendica/friendica src/Module/Api/Mastodon (2024-10). How they count, read
2026-11-23: GoToSocial statuscreate.go ([]rune of status and spoiler_text), Pleroma common_api/utils.ex (String.length of both), Pixelfed
statusCreate (max: of status alone): addresses and mentions at full length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from smm_cli.words.channel import Account
from smm_cli.words.frozen import dataclass
from smm_cli.words.limit import Limit, MediaLimit

MIB = 1024 * 1024
WORDS = ("public", "unlisted", "private", "direct")


@dataclass(frozen=True, slots=True)
class Relative:
    """A program. `plain`: an account may have Markdown as its habit, so that a text must say that it is plain.

    `quotes`: the field that names a quoted post; empty: it has no quotes. `upload`: where media go. `warning`: longest content warning
    (0: counted with the text). `demands`: every post that answers none needs media. `titles`: a post may have one. `told`: limits that
    its instance document leaves out. `hurries`: 503 with Retry-After before anything is done. `ruler`: how texts are counted.
    """

    visibilities: tuple[str, ...] = WORDS
    plain: bool = False
    quotes: str = "quoted_status_id"
    polls: bool = True
    mixing: bool = False
    upload: str = "/api/v2/media"
    warning: int = 0
    demands: bool = False
    titles: bool = False
    hurries: bool = False
    told: Mapping[str, int] = field(default_factory=dict)
    ruler: str = "mastodon"

    def texts(self, declared: tuple[Limit, ...]) -> tuple[Limit, ...]:
        """The limits of texts here: as this program counts; a warning with a limit of its own counts apart."""

        def here(limit: Limit) -> Limit:
            return replace(limit, ruler=self.ruler, together=() if self.warning else limit.together)

        return tuple(here(limit) if limit.name == "text" else limit for limit in declared)

    def files(self, declared: tuple[MediaLimit, ...], most: int, types: frozenset[str]) -> tuple[MediaLimit, ...]:
        """The limits of files here: kinds may be mixed, up to the `most` of one post; of types, those that the server names."""
        if self.mixing:
            declared = tuple(replace(limit, exclusive=False, count=most) for limit in declared)
        if not types:
            return declared
        return tuple(replace(limit, types={kind: most for kind, most in limit.types.items() if kind in types}) for limit in declared)


MASTODON = Relative()
PLEROMA = Relative((*WORDS, "local"), plain=True, quotes="", mixing=True, told={"text": 5000, "media_count": 16}, ruler="graphemes")
"""It has no maximum of media by itself; 16 is what one may look at."""
RELATIVES: Mapping[str, Relative] = {
    "gotosocial": Relative(
        (*WORDS, "mutuals_only"), plain=True, quotes="", mixing=True, hurries=True, told={"alt": 5000}, ruler="code_points"
    ),
    "pleroma": PLEROMA,
    "akkoma": PLEROMA,
    "pixelfed": Relative(
        ("public", "unlisted", "private"),
        quotes="",
        polls=False,
        warning=140,
        demands=True,
        told={"alt": 1000, "image_bytes": 15 * MIB, "video_bytes": 15 * MIB},
        ruler="code_points",
    ),
    "friendica": Relative(quotes="quote_id", polls=False, upload="/api/v1/media", titles=True),
}


def relative_of(account: Account | None) -> Relative:
    """What the account's server runs."""
    return RELATIVES.get(account.software, MASTODON) if account else MASTODON
