"""One file of the branch that two runners changed: which of the two is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from smm_cli.errors import SmmError
from smm_cli.ledger.corrected import CORRECTIONS, merged_corrections
from smm_cli.ledger.gates import FOLDER as CHANNELS
from smm_cli.ledger.gates import merged_gates
from smm_cli.ledger.progress import FOLDER, merged
from smm_cli.ledger.receipts import read_receipt
from smm_cli.words.delivery import CANCELLED, PUBLISHED, UNKNOWN

RANKS = {PUBLISHED: 3, CANCELLED: 2, UNKNOWN: 1}


def resolver(folder: Path) -> Callable[[str, bytes | None, bytes | None, bytes | None], bytes | None]:
    """Who is right where two runners changed one file: of receipts the one that says more, of the rest both, key by key."""

    def resolve(path: str, was: bytes | None, here: bytes | None, there: bytes | None) -> bytes | None:
        if path.startswith(f"{CORRECTIONS}/"):
            return merged_corrections(was, here, there, path)
        if path.startswith(f"{CHANNELS}/"):
            return merged_gates(was, here, there, path)
        if path.startswith(f"{FOLDER}/"):
            post, _, rest = Path(path).name.removesuffix(".json").partition("@")
            receipt = folder / "receipts" / post / f"{rest.replace('@', '/')}.toml"
            return merged(was, here, there, over=receipt.exists() and _rank(receipt.read_bytes(), path)[0] > 1)
        return here if _rank(here, path) > _rank(there, path) else there

    return resolve


def _rank(receipt: bytes | None, where: str) -> tuple[int, int]:
    if receipt is None:
        return 0, 0
    try:
        found = read_receipt(receipt, where)
    except SmmError:
        return -1, 0
    return RANKS.get(found.state, 0), len(found.changes)
