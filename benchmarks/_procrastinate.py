"""procrastinate with a lock for each account: `defer` puts jobs that do nothing into its queue, `work` does them and ends.

Its pool is as it comes (four connections): with one for each of ten jobs at a time it did fewer jobs a second.
"""

from __future__ import annotations

import asyncio
import sys

import procrastinate
from _gate import wait_for_the_other  # beside this file: here smm is not installed

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=sys.argv[2]))


@app.task(name="job")
async def job(n: int) -> None:
    """Nothing: what is measured is the queue."""


async def defer(jobs: int, accounts: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for n in range(jobs):
            await job.configure(lock=f"account-{n % accounts}").defer_async(n=n)


async def work(concurrency: int) -> None:
    async with app.open_async():
        wait_for_the_other()
        await app.run_worker_async(
            wait=False, concurrency=concurrency, install_signal_handlers=False, delete_jobs="never", listen_notify=False
        )


if __name__ == "__main__":
    asyncio.run(defer(int(sys.argv[3]), int(sys.argv[4])) if sys.argv[1] == "defer" else work(int(sys.argv[3])))
