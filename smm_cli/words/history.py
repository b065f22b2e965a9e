"""What happened so far, as plan/ gets it: one Record for each delivery that was ever touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from smm_cli.words.delivery import PUBLISHED, Record


@dataclass(frozen=True)
class History:
    """Records by delivery name. `digests` maps (channel, text digest) to the post id of what went out there."""

    records: Mapping[str, Record] = field(default_factory=dict)
    digests: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def get(self, name: str) -> Record | None:
        return self.records.get(name)

    def published_times(self) -> dict[str, list[datetime]]:
        """When something went out, by channel, ascending."""
        times: dict[str, list[datetime]] = {}
        for record in self.records.values():
            if record.state == PUBLISHED and record.at:
                times.setdefault(record.channel, []).append(record.at)
        for found in times.values():
            found.sort()
        return times

    def touched_posts(self) -> set[str]:
        """Ids of posts of which any delivery is public."""
        return {record.post for record in self.records.values() if record.state == PUBLISHED}


def history_of(records: Iterable[Record]) -> History:
    """A History of `records`; later ones of the same delivery win."""
    by_name = {record.delivery: record for record in records}
    digests = {(r.channel, r.digest): r.post for r in by_name.values() if r.digest and r.state == PUBLISHED}
    return History(by_name, digests)
