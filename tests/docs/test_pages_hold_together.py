"""Pages: links lead somewhere, tables of keys are whole, and nobody is asked to know our words."""

from __future__ import annotations

import re
import tomllib

from smm_cli.calendar.post_model import KEYS
from smm_cli.words import delivery

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```\w*\n.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def _anchor(title):
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def test_every_link_inside_the_documentation_leads_somewhere(prose):
    broken = []
    for page, text in prose.items():
        for target in LINK.findall(CODE.sub("", text)):
            path, _, anchor = target.partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            file = (page.parent / path).resolve() if path else page
            if not file.exists():
                broken.append((page.name, target))
            elif anchor and file.suffix == ".md":
                titles = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
                if anchor not in {_anchor(title) for title in titles}:
                    broken.append((page.name, target))
    assert broken == []


def test_every_piece_of_toml_can_be_read(prose):
    pieces = [
        (page.name, piece) for page, text in prose.items() for piece in re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]
    assert pieces
    for page, piece in pieces:
        assert tomllib.loads(piece), page


def test_every_key_of_a_post_is_explained(root):
    page = (root / "docs/how-to/write-posts.md").read_text("utf-8")
    rows = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert [key for key in KEYS if f"`{key}`" not in rows] == []


def test_every_state_of_a_delivery_is_explained(root):
    page = (root / "docs/reference/words.md").read_text("utf-8")
    names = ("PLANNED", "HELD", "SENDING", "PUBLISHED", "FAILED", "UNKNOWN", "CANCELLED", "WAITING", "SKIPPED", "RETRY")
    assert [name for name in names if f"| `{getattr(delivery, name)}` |" not in page] == []


def test_every_decision_stands_in_the_list(root):
    folder = root / "docs/decisions"
    listed = (folder / "README.md").read_text("utf-8")
    assert [path.name for path in folder.glob("0*.md") if f"({path.name})" not in listed] == []


def test_pictures_are_drawn_here_and_described(root):
    readme = (root / "README.md").read_text("utf-8")
    for alt, path in re.findall(r"!\[(.*?)\]\((.+?)\)", readme):
        assert len(alt) > 20
        text = (root / path).read_text("utf-8")
        assert "<title" in text and "<desc" in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
