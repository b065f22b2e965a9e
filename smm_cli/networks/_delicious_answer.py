"""What an answer of the del.icio.us API says, in JSON or in XML, and what it means: errors stand in a 200."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from smm_cli.errors import AuthFailed, RateLimited, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status, retry_after, said_by

TAG = re.compile(r"<(posts|post|result)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>(?:([^<]*)</result>)?")
ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FINE = ("", "done", "ok", "item not found")
"""`item not found` is said of a bookmark that is to be deleted, and is gone."""


def delicious_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """Sees the code in a 200; 999 was how Delicious said 429."""
    if status == 999:
        return RateLimited("999: too many calls", after=retry_after(headers))
    if status == 403:
        return AuthFailed(f"403 {said_by(body)}".strip(), hint="is the token or password right, and does this server let programs in?")
    if status == 414:
        return Rejected("414: the note makes the address too long for this server", hint="write a shorter text for this channel")
    if status >= 300:
        return fault_by_status(status, headers, body)
    if not _is_answer(body):
        return Retriable("what came is no answer of this API")
    code = code_of(body)
    if code.lower() in FINE:
        return None
    if "went wrong" in code.lower():
        return Retriable(f"the server says: {code[:200]}")
    return Rejected(f"the server says: {code[:200]}", slug="link-exists" if "exists" in code.lower() else "refused")


def _read(body: Any) -> Any:
    """What a body says: JSON, however it is labelled, or the text itself."""
    if isinstance(body, str) and body.lstrip().startswith(("{", "[")):
        try:
            return json.loads(body)
        except ValueError:
            return body
    return body


def _elements(body: Any) -> list[tuple[str, dict[str, str], str]]:
    """Elements posts, post and result of an XML answer: name, attributes, text. No other XML is read."""
    found = TAG.findall(body) if isinstance(body, str) else []
    return [(name, {key: unescape(one or other) for key, one, other in ATTRIBUTE.findall(said)}, text) for name, said, text in found]


def _is_answer(body: Any) -> bool:
    """Whether a body lists bookmarks or tells a result; a page of a proxy or of a login does neither."""
    said = _read(body)
    if isinstance(said, Mapping):
        return bool(said.keys() & {"posts", "user", "result_code", "result"})
    return isinstance(said, list) or bool(_elements(said))


def posts_of(body: Any) -> Any:
    """The bookmarks of an answer."""
    said = _read(body)
    if isinstance(said, Mapping):
        return said.get("posts")
    return said if isinstance(said, list) else [attributes for name, attributes, _ in _elements(said) if name == "post"]


def owner_of(body: Any) -> str:
    """Whose bookmarks an answer lists."""
    said = _read(body)
    if isinstance(said, Mapping):
        return str(said.get("user") or "")
    return next((attributes.get("user", "") for name, attributes, _ in _elements(said) if name == "posts"), "")


def code_of(body: Any) -> str:
    """`done`, what went wrong, or nothing: `<result code="done"/>`, `<result>done</result>`, {"result_code": "done"}."""
    said = _read(body)
    if isinstance(said, Mapping):
        return str(said.get("result_code") or said.get("result") or "")
    return next((attributes.get("code", "") or text.strip() for name, attributes, text in _elements(said) if name == "result"), "")
