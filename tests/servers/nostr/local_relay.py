"""The LocalRelay of nostr-sdk (rust-nostr), on loopback: local_relay.py PORT [auth | work]. Runs in the environment of .tools/relays."""

from __future__ import annotations

import asyncio
import sys

import nostr_sdk


async def main() -> None:
    builder = nostr_sdk.LocalRelayBuilder().addr("127.0.0.1").port(int(sys.argv[1]))
    if "auth" in sys.argv:
        builder = builder.nip42(nostr_sdk.LocalRelayBuilderNip42(mode=nostr_sdk.LocalRelayBuilderNip42Mode.WRITE))
    if "work" in sys.argv:
        builder = builder.min_pow(20)
    relay = builder.build()
    await relay.run()
    await asyncio.Event().wait()


asyncio.run(main())
