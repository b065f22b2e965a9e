"""People as git, logins and approvals name them, and as channels.toml does."""

from __future__ import annotations

from smm_cli.calendar.model import Calendar
from smm_cli.words.frozen import dataclass

NOREPLY = "@users.noreply.github.com"


@dataclass(frozen=True, slots=True)
class Told:
    """People, by their names in channels.toml; or why nobody can tell who they are."""

    people: frozenset[str] = frozenset()
    unknown: str = ""


def person_of(who: str, calendar: Calendar) -> str:
    """The name under `[people]` of a name, a login or a mail address of git; itself in lower case where nobody has it."""
    if who in calendar.people:
        return who
    name = who.removeprefix("@").lower()
    people = calendar.people.values()
    found = next((p.name for p in people if name == p.login.lower() or name in (address.lower() for address in p.git)), None)
    if found is None and name.endswith(NOREPLY):  # 123+ada-acme@users.noreply.github.com: GitHub's, for who hides her address
        login = name.removesuffix(NOREPLY).rpartition("+")[2]
        found = next((p.name for p in people if login == p.login.lower()), None)
    return found or name
