"""One post to one Mastodon account, the whole process, beside `toot post` and `crosspost`: the same TLS server on loopback."""

from __future__ import annotations

import json
import time
from itertools import count
from pathlib import Path

from benchmarks import calendars
from benchmarks.loopback import certificate, loopback
from benchmarks.measure import Cost, Failed, Figure, compared, cost_of, environment, in_turn, mb
from benchmarks.places import crosspost, fresh, smm, toot

TOKEN = "bench-token"
TEXT = calendars.TEXT.format(n=1)


def figures(runs: int) -> list[Figure]:
    """CPU time. smm's channel has posted before: its account was asked for less than a day ago."""
    files = certificate()
    with loopback(certificate=files) as server:
        trusted = {"SSL_CERT_FILE": str(files[0]), "REQUESTS_CA_BUNDLE": str(files[0]), "NODE_EXTRA_CA_CERTS": str(files[0])}
        config = fresh("config")
        env = environment(**trusted, XDG_CONFIG_HOME=str(config), BENCH_TOKEN=TOKEN, MASTODON_ACCESS_TOKEN=TOKEN, MASTODON_HOST=server.host)
        _log_in_toot(config, server.url, server.host)
        root = calendars.due("posting", server.url, 1, 1)
        cost_of([smm(), "publish"], root, env)
        numbers = count(1)

        def ours() -> Cost:
            calendars.add_due(root, next(numbers), "[m0]")
            return cost_of([smm(), "publish"], root, env)

        def known() -> Cost:
            calendars.add_due(root, next(numbers), "[m0]")
            cost_of([smm(), "queue", "list", "--json"], root, env)
            time.sleep(2.2)  # a file younger than that is read again
            return cost_of([smm(), "publish"], root, env)

        acts = [
            ours,
            known,
            lambda: cost_of([toot(), "post", "--using", f"bench@{server.host}", TEXT], root, env),
            lambda: cost_of([*crosspost(), "--mastodon", TEXT], root, env),
        ]
        before = server.told()["count"]
        mine, seen, toots, crossposts = in_turn(runs, *acts)
        if server.told()["count"] - before != runs * len(acts):
            raise Failed("not every post came")
    return [
        compared("one post to Mastodon: CPU, toot", mine.cpu, toots.cpu, 1.0),
        compared("one post to Mastodon: CPU, crosspost", mine.cpu, crossposts.cpu, 1.0),
        compared("one post to Mastodon, seen by an earlier run: CPU, toot", seen.cpu, toots.cpu, 1.0),
        compared("one post to Mastodon, seen by an earlier run: CPU, crosspost", seen.cpu, crossposts.cpu, 1.0),
        compared("one post to Mastodon: wall, toot", mine.wall, toots.wall, None),
        compared("one post to Mastodon: wall, crosspost", mine.wall, crossposts.wall, None),
        compared("one post to Mastodon: memory, toot", mine.memory, toots.memory, None, lambda size: mb(int(size))),
    ]


def _log_in_toot(config: Path, url: str, host: str) -> None:
    (config / "toot").mkdir(parents=True, exist_ok=True)
    user = f"bench@{host}"
    told = {
        "apps": {host: {"instance": host, "base_url": url, "client_id": "x", "client_secret": "x"}},
        "users": {user: {"instance": host, "username": "bench", "access_token": TOKEN}},
        "active_user": user,
    }
    (config / "toot" / "config.json").write_text(json.dumps(told), "utf-8")
