"""phpBB: a board of it has no HTTP API, and to fill in its forms by program is against most boards' rules. A person posts the BBCode.

Source: phpBB 3.3, area51.phpbb.com/docs/dev (2026-11). Limits are the board's own: those of a fresh installation stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smm_cli.networks._handoff import Handoff, form
from smm_cli.networks.base import Later
from smm_cli.text.bbcode import bbcode
from smm_cli.words.delivery import Payload
from smm_cli.words.limit import Limit
from smm_cli.words.tree import Block, Mention

DEFAULTS = "phpBB 3.3, install/schemas/schema_data.sql and phpbb/message_parser (observed)"


class PhpBB(Handoff):
    """A forum of a board, posted to by hand."""

    name = "phpbb"
    title = "phpBB"
    docs = "https://www.phpbb.com/support/docs/"
    text = (
        Limit("text", 60_000, "code_points", DEFAULTS, "2026-11-22"),
        Limit("title", 120, "code_points", DEFAULTS, "2026-11-22"),
    )
    takes = frozenset({"title", "link", "alt"})
    demands = frozenset({"title"})
    appends = frozenset({"link"})
    example = 'server = "https://board.example/forum"\nforum = 2'
    steps = "Nothing to create: smm opens the form for a new topic, you paste title and text, post, and give the topic's address back."

    Settings = Later("smm_cli.networks._phpbb_tables", "Settings")

    def written(self, blocks: Sequence[Block], mention: Callable[[Mention], str]) -> str:
        """BBCode."""
        return bbcode(blocks, mention)

    def share_link(self, payload: Payload) -> str:
        """The board's form for a new topic."""
        return form(f"{self.settings.server}/posting.php", mode="post", f=str(self.settings.forum))


NETWORK = PhpBB
