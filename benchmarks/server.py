"""A loopback server that takes posts as Mastodon does, in a process of its own: python -m benchmarks.server DELAY [CERT KEY].

Prints its port. GET /_told tells (JSON) how many posts came, when the first and the last, and, with /_told?all, the posts themselves.
It counts for nobody: an asyncio protocol that reads HTTP/1.1 with a length, and no more.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from typing import Any

SAID = {
    "/api/v1/accounts/verify_credentials": {"id": "1", "username": "bench", "acct": "bench", "display_name": "Bench"},
    "/api/v2/instance": {"domain": "localhost", "version": "4.5.0", "configuration": {"statuses": {"max_characters": 500}}},
    "/api/v1/instance": {"uri": "localhost", "version": "4.5.0"},
}
KEPT = ("authorization", "content-type", "idempotency-key", "user-agent", "accept")


class Told:
    """What came in."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.posts: list[dict[str, Any]] = []
        self.keep = False

    def tell(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {"count": len(self.times), "seconds": self.times[-1] - self.times[0] if self.times else 0.0}
        if path.endswith("?all"):
            found["posts"] = self.posts
        self.keep = path.endswith("?keep") or (self.keep and not path.endswith("?reset"))
        if path.endswith(("?keep", "?reset")):
            self.times, self.posts = [], []
        return found


class Door(asyncio.Protocol):
    """One connection."""

    def __init__(self, told: Told, delay: float) -> None:
        self.told, self.delay, self.buffer = told, delay, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(headers.get("content-length", 0))
            if headers.get("transfer-encoding") == "chunked":
                if not rest.endswith(b"0\r\n\r\n"):
                    return
                length = len(rest)
            if len(rest) < length:
                return
            body, self.buffer = rest[:length], rest[length:]
            method, path, _ = lines[0].split(" ")
            self.answer(method, path, headers, body)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        if path == "/api/v1/statuses" and method == "POST":
            number = len(self.told.times) + 1
            self.told.times.append(time.perf_counter())
            if self.told.keep:
                kept = {name: headers[name] for name in KEPT if name in headers}
                self.told.posts.append({"path": path, "headers": kept, "body": body.decode("utf-8", "replace")})
            address = f"https://localhost/@bench/{number}"
            status = {"id": str(number), "uri": address, "url": address, "created_at": "2030-01-01T00:00:00.000Z", "content": ""}
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self.say, status)
            else:
                self.say(status)
        elif path.startswith("/_told"):
            self.say(self.told.tell(path))
        else:
            self.say(SAID.get(path, {"error": "Record not found"}), "200 OK" if path in SAID else "404 Not Found")

    def say(self, what: Any, status: str = "200 OK") -> None:
        body = json.dumps(what).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve(delay: float, files: list[str]) -> None:
    told = Told()
    context = None
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
    server = await asyncio.get_running_loop().create_server(lambda: Door(told, delay), "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), sys.argv[2:]))
