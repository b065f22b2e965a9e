"""Posts of a channel on YouTube (once its community tab): YouTube's API has nothing for them, a person posts.

Sources: the API's discovery document has no such resource (2026-11); support.google.com/youtube/answer/7124474.
"""

from __future__ import annotations

from smm_cli.networks._handoff import Handoff
from smm_cli.networks.base import Later
from smm_cli.words.delivery import Payload


class YouTubeCommunity(Handoff):
    """The posts of a channel on YouTube, made by hand."""

    name = "youtube-community"
    title = "YouTube posts"
    docs = "https://support.google.com/youtube/answer/7124474"
    takes = frozenset({"link", "tags", "alt", "first_comment"})
    steps = "Nothing to create: smm shows the text and opens the form of your channel, you post and give the address back."

    Settings = Later("smm_cli.networks._youtube_community_tables", "Settings")

    def share_link(self, payload: Payload) -> str:
        """The channel's own form, as its button opens it (observed, not documented)."""
        id = self.settings.channel_id
        return f"https://www.youtube.com/channel/{id}/posts?show_create_dialog=1" if id else "https://www.youtube.com/"


NETWORK = YouTubeCommunity
