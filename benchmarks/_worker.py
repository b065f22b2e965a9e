"""One worker of the queue's measure: takes what is due and writes down that it is published, as fast as it can. Nothing is sent."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from _gate import wait_for_the_other

from smm_cli.clock import SystemClock
from smm_cli.ledger.lanes import claim_due
from smm_cli.ledger.outcomes import log_attempt, published
from smm_cli.ledger.store import Ledger
from smm_cli.words.delivery import PUBLISHED, PartReceipt, Receipt


def main(url: str, folder: str, most: int) -> None:
    """Until nothing is due."""
    ledger = Ledger.shared(url, Path(folder), "bench", "bench", SystemClock())
    clock = ledger.clock or SystemClock()
    wait_for_the_other()
    patience = time.monotonic() + 10
    while True:
        taken = ledger.write(lambda c: claim_due(c, "bench", 1, ledger.alive.owner, clock.now(), most=most))
        if not taken:
            left = ledger.db.read("SELECT 1 FROM planned WHERE calendar = 'bench' AND claim_at < 2000000000000 LIMIT 1")
            if not left or time.monotonic() > patience:
                break
            time.sleep(0.002)
            continue
        now = clock.now()

        def act(c) -> None:  # type: ignore[no-untyped-def]
            for one in taken:  # noqa: B023 - run at once
                part = PartReceipt("1", f"https://tailwind.example/{one.post}", at=now)  # noqa: B023
                made = Receipt(one.claim.delivery, one.post, one.claim.channel, "mastodon", PUBLISHED, now, parts=(part,))  # noqa: B023
                published(c, one.claim, made, 1)
                log_attempt(c, one.claim, now, 1, PUBLISHED, made.url)  # noqa: B023

        ledger.write(act)
    ledger.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
