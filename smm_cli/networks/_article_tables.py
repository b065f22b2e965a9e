"""What all blogs read in a post's `for:`, and how their addresses are checked."""

from __future__ import annotations

from urllib.parse import urlsplit

from smm_cli.networks._table import Table


class ArticleOptions(Table):
    """`slug`: the last part of the address, where it is not to follow from the title. `excerpt`: a summary for lists."""

    slug: str = ""
    excerpt: str = ""


def checked_address(value: str, example: str) -> str:
    """An https address without a slash at its end (http on loopback only). Raises ValueError."""
    found = urlsplit(value.strip())
    loopback = found.hostname in ("127.0.0.1", "::1", "localhost")
    if found.scheme not in (("https", "http") if loopback else ("https",)) or not found.hostname or found.query or found.fragment:
        raise ValueError(f'must be an https address, like "{example}"')
    return f"{found.scheme}://{found.netloc.lower()}{found.path.rstrip('/')}"
