"""Capabilities that answers carried (signed upload addresses, service tokens): kept 0600 until the delivery has its receipt."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from smm_cli.ledger.store import Ledger


class Vault(MutableMapping[str, str]):
    """Values by handle name, of one delivery; never in files, git or logs."""

    def __init__(self, ledger: Ledger, delivery: str) -> None:
        self._ledger = ledger
        self._params = {"calendar": ledger.calendar, "delivery": delivery}
        self._known: dict[str, str] | None = None

    def _read(self) -> dict[str, str]:
        if self._known is None:
            rows = self._ledger.db.read(
                "SELECT name, value FROM capability WHERE calendar = :calendar AND delivery = :delivery ORDER BY name", self._params
            )
            self._known = {row["name"]: row["value"] for row in rows}
        return self._known

    def __getitem__(self, name: str) -> str:
        return self._read()[name]

    def __setitem__(self, name: str, value: str) -> None:
        self._read()[name] = value
        self._ledger.write(
            lambda c: c.execute(
                "INSERT INTO capability (calendar, delivery, name, value) VALUES (:calendar, :delivery, :name, :value)"
                " ON CONFLICT (calendar, delivery, name) DO UPDATE SET value = excluded.value",
                {**self._params, "name": name, "value": value},
            )
        )

    def __delitem__(self, name: str) -> None:
        del self._read()[name]
        self._ledger.write(
            lambda c: c.execute(
                "DELETE FROM capability WHERE calendar = :calendar AND delivery = :delivery AND name = :name",
                {**self._params, "name": name},
            )
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())
