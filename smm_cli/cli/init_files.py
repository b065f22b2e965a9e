"""What `smm init` writes: channels.toml with the words that explain it, a first draft, .gitignore."""

from __future__ import annotations

import json
from dataclasses import dataclass

from smm_cli.calendar.edit import new_post
from smm_cli.calendar.model import WORKTREE


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person answered; empty and None: not yet."""

    name: str = ""
    timezone: str = ""
    language: str = ""
    publish_from: str = ""
    site: bool | None = None
    address: str = ""
    public: str = ""
    approval: bool | None = None

    @property
    def german(self) -> bool:
        return self.language.partition("-")[0] == "de"


def files_of(answers: Answers) -> dict[str, bytes]:
    """The files by path: channels.toml, the draft, .gitignore."""
    post = "hallo" if answers.german else "hello"
    ignored = ["/.smm/", *(["/public/"] if answers.site and answers.public == "deployed" else [])]
    return {
        "channels.toml": config(answers).encode(),
        f"posts/{post}.md": draft(answers, post),
        ".gitignore": ("\n".join(ignored) + "\n").encode(),
    }


def config(answers: Answers) -> str:
    """channels.toml."""
    published = (
        "# Posts go out as they lie in this folder."
        if answers.publish_from == WORKTREE
        else "# Posts go out as this branch has them: what is not committed does not go out."
    )
    lines = [
        "# The calendar: who publishes where. smm check reads it, smm schema describes every key.",
        "",
        "[calendar]",
        f"name = {json.dumps(answers.name)}",
        f"timezone = {json.dumps(answers.timezone)}",
        f"language = {json.dumps(answers.language)}",
        published,
        f"publish_from = {json.dumps(answers.publish_from)}",
        '# quiet = "20:00-07:00; Sa,Su 00:00-24:00"   # nothing goes out then',
        '# holidays = "DE-BY"                          # nor on these days',
        "",
        *(_site(answers) if answers.site else []),
        "# More accounts: smm channel add. Their secrets never stand here, only where they are: env:NAME, file:path.",
        "",
        "# Several channels by one name, for posts that go to all of them:",
        "# [groups]",
        '# all = ["blog", "mastodon"]',
        *(_approval(answers.publish_from) if answers.approval else []),
    ]
    return "\n".join(lines) + "\n"


def _site(answers: Answers) -> list[str]:
    kept = "Git keeps it" if answers.public == "committed" else "Git ignores it: deploy it from where smm runs"
    return [
        f"# A site with feeds, written into public/. {kept}.",
        "[channels.blog]",
        'network = "site"',
        'output = "public"',
        f"address = {json.dumps(answers.address)}",
        "",
    ]


def _approval(branch: str) -> list[str]:
    return [
        "",
        f"# A second person looks at every post: what is merged into {branch} is approved, so protect that branch.",
        '# by = "line" asks for a line in each post instead.',
        "[approval]",
        "required = true",
        'by = "merge"',
    ]


def draft(answers: Answers, post: str) -> bytes:
    """The first post: a draft, so that it goes nowhere by itself."""
    title = "Hallo" if answers.german else "Hello"
    values: dict[str, str | list[str]] = {"id": post, "title": title, **({"channels": "blog"} if answers.site else {}), "status": "draft"}
    body = (
        'Das ist ein Entwurf. Er bleibt hier, bis du sagst, wann er hinausgeht:\n\n    smm post schedule hallo "morgen 9 Uhr"\n'
        if answers.german
        else 'This is a draft. It stays here until you say when it goes out:\n\n    smm post schedule hello "tomorrow 9am"\n'
    )
    return new_post(values, body)
