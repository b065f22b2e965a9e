"""Hacker News: it has no API to submit, and wants people, not programs. The form takes link and title.

Source: news.ycombinator.com/submit and newsguidelines.html (2026-11).
"""

from __future__ import annotations

from smm_cli.networks._handoff import Handoff, form, link_of
from smm_cli.networks.base import Facts
from smm_cli.words.delivery import Payload
from smm_cli.words.limit import Limit
from smm_cli.words.post import Post
from smm_cli.words.problem import WARNING, Place, Problem

SUBMIT = "https://news.ycombinator.com/submitlink"
READ = "2026-11-22"


class HackerNews(Handoff):
    """An account on Hacker News, posted from by hand."""

    name = "hackernews"
    title = "Hacker News"
    docs = "https://news.ycombinator.com/newsfaq.html"
    text = (Limit("title", 80, "code_points", "https://news.ycombinator.com/submit", READ),)
    media = ()
    media_count = 0
    takes = frozenset({"title", "link", "first_comment"})
    demands = frozenset({"title"})
    appends = frozenset()
    steps = "Nothing to create: smm opens the form with link and title, you submit it and give the address back."

    def share_link(self, payload: Payload) -> str:
        """The form with link and title; without a link the one where the text is pasted."""
        link, title = link_of(payload), str(payload.parts[0].fields.get("title") or "")
        return form(SUBMIT, u=link, t=title) if link else form("https://news.ycombinator.com/submit", title=title)

    def remarks(self, post: Post, payload: Payload, facts: Facts) -> tuple[Problem, ...]:
        if not (link_of(payload) and payload.parts[0].text.strip()):
            return ()
        what = "Hacker News takes a link or a text: beside a link, the text is for a comment of your own"
        return (Problem("text-beside-link", what, Place(post.path, channel=self.channel.name), "", WARNING),)


NETWORK = HackerNews
