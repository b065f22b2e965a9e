"""Signatures of commits, checked by git: SSH keys against the allowed signers, GPG keys against the keyring of this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from smm_cli.calendar import git
from smm_cli.calendar.blame import AS_IS

WRONG = {
    "B": "bears a bad signature",
    "U": "is signed by a key that nobody here vouches for",
    "X": "bears a signature that has expired",
    "Y": "is signed by a key that has expired",
    "R": "is signed by a key that was revoked",
    "E": "is signed by a key that is not known here",
    "N": "is not signed",
}
"""What git's %G? says, gitformat in git-log(1)."""


def signer(root: Path, commit: str) -> tuple[tuple[str, ...], str]:
    """Whose good signature `commit` bears (addresses or names, as the key has them), or why it counts for nobody's."""
    place = within(root)
    if place:
        return (), f"the allowed signers lie in the calendar ({place}), where whoever changes a post could add a key"
    said = git.ask(root, *AS_IS, "log", "-1", "--format=%G?%x00%GS", "--end-of-options", commit)
    state, _, who = (said or b"N\0").decode("utf-8", "replace").strip("\n").partition("\0")
    if state != "G":
        return (), f"commit {commit[:10]} {WRONG.get(state, WRONG['E'])}"
    return names(who), ""


def names(said: str) -> tuple[str, ...]:
    """Addresses in a principal list of SSH (`a@x,b@x`) or in a user id of GPG (`Ada <a@x>`)."""
    if said.endswith(">") and "<" in said:
        return (said.rpartition("<")[2][:-1],)
    return tuple(one.strip() for one in said.split(",") if one.strip())


def within(root: Path) -> str:
    """The allowed signers, where they are a file of the work tree; empty where they are not, or there are none."""
    said = git.ask(root, "config", "--type=path", "--get", "gpg.ssh.allowedSignersFile")
    shown = git.ask(root, "rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir", "--git-dir")
    if not said or not shown:
        return ""
    top, *own = (os.path.realpath(line) for line in shown.decode("utf-8", "surrogateescape").splitlines())
    written = said.decode("utf-8", "surrogateescape").strip("\n")
    return written if _is_below(os.path.realpath(Path(root) / written), top, own) else ""


def _is_below(place: str, top: str, own: Sequence[str]) -> bool:
    return Path(place).is_relative_to(top) and not any(Path(place).is_relative_to(folder) for folder in own)
