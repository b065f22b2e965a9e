"""What the fakes of bookmark services share: bookmarks by their link, newest last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.sandbox.base import Posted, Refused
from smm_cli.sandbox.fakes._below import Below


class Shelf(Below):
    """A service that keeps bookmarks of one account. `more` of what was posted is the bookmark as the service has it."""

    def of(self, url: str) -> Posted | None:
        """The bookmark of exactly this link."""
        return next((posted for posted in self.public if posted.more["url"] == url), None)

    def by_id(self, id: str, status: int = 404, body: Any = None) -> Posted:
        """The bookmark `id`; refused where there is none."""
        for posted in self.public:
            if posted.id == id:
                return posted
        raise Refused(status, {"message": "not found"} if body is None else body)

    def shelve(self, account: str, id: str, page: str, note: str, record: Mapping[str, Any]) -> Posted:
        """A new bookmark."""
        return self.publish(Posted(self.name, account, id, page, note, self.now(), more=dict(record)))

    def rewrite(self, id: str, note: str, record: Mapping[str, Any]) -> Posted:
        """A bookmark with another content."""
        return self.change(id, text=note, edited=True, more=dict(record))
