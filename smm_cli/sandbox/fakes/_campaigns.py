"""What the fakes of newsletter services share: campaigns, which are drafts until they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smm_cli.sandbox.base import Posted, Refused
from smm_cli.sandbox.fakes._below import Below


class Mailing(Below):
    """A service for newsletters. `shows`: "drafts", and what was posted are drafts and whatever became of them; or "sent" alone."""

    shows = "drafts"

    def __init__(self, *said: Any, **more: Any) -> None:
        super().__init__(*said, **more)
        self.campaigns: dict[str, dict[str, Any]] = {}

    def draft(self, account: str, id: str, page: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """A new campaign; `record` is it as the service has it, with `status` and `text`."""
        self.campaigns[id] = {**record, "_page": page, "_account": account}
        if self.shows == "drafts":
            self._show(id)
        return self.campaigns[id]

    def campaign(self, id: str, body: Any = None, status: int = 404) -> dict[str, Any]:
        """The campaign `id`; refused where there is none."""
        if id not in self.campaigns:
            raise Refused(status, body or {"message": "not found"})
        return self.campaigns[id]

    def rewrite(self, id: str, **said: Any) -> dict[str, Any]:
        """A campaign with other words."""
        self.campaigns[id] |= said
        if any(posted.id == id for posted in self.posted):
            self.change(id, text=str(self.campaigns[id]["text"]), edited=True, more=self._more(id))
        return self.campaigns[id]

    def send_out(self, id: str, status: str) -> None:
        """A campaign on its way to the list."""
        self.campaigns[id]["status"] = status
        if self.shows == "sent":
            self._show(id)
        else:
            self.change(id, more=self._more(id))

    def discard(self, id: str) -> None:
        del self.campaigns[id]
        if any(posted.id == id for posted in self.posted):
            self.change(id, deleted=True)

    def _show(self, id: str) -> None:
        found = self.campaigns[id]
        at = self.now()
        self.publish(Posted(self.name, found["_account"], id, found["_page"], str(found["text"]), at, more=self._more(id)))

    def _more(self, id: str) -> dict[str, Any]:
        return {key: value for key, value in self.campaigns[id].items() if not key.startswith("_")}
