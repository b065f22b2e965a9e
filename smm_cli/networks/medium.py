"""Medium: its API is shut to new users (no tokens since 2025); a person imports the published page, or pastes the text.

Sources: github.com/Medium/medium-api-docs (archived 2023-03-02); help.medium.com, import a story (2026-11): the import sets the
canonical address.
"""

from __future__ import annotations

from smm_cli.networks._handoff import Handoff, link_of
from smm_cli.networks.base import Facts
from smm_cli.words.delivery import Payload
from smm_cli.words.limit import Limit
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

SOURCE = "https://github.com/Medium/medium-api-docs"


class Medium(Handoff):
    """A person's stories on Medium, posted by hand."""

    name = "medium"
    title = "Medium"
    docs = "https://help.medium.com/hc/en-us/articles/214550207-Import-a-post"
    text = (Limit("title", 100, "code_points", SOURCE, "2026-11-22"),)
    takes = frozenset({"title", "link", "tags", "alt"})
    demands = frozenset({"title"})
    appends = frozenset()
    steps = "Nothing to create: smm opens Medium's import, you give it the page's address, publish, and give the story's address back."

    def share_link(self, payload: Payload) -> str:
        """Medium's import where there is a page to import, else the editor."""
        return "https://medium.com/p/import" if link_of(payload) else "https://medium.com/new-story"

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        if len(post.tags) <= 5:
            return ()
        what = f"Medium takes 5 topics, this post has {len(post.tags)} tags"
        return (Problem("tags", what, Place(post.path, channel=self.channel.name), "take the first five", WARNING),)


NETWORK = Medium
