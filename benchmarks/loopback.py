"""The loopback server, started and asked; and a certificate for it that the three clients are told to trust."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.places import ROOT, TOOLS


class Loopback:
    """A running server."""

    def __init__(self, port: int, certificate: Path | None) -> None:
        self.host = f"localhost:{port}"
        self.url = f"{'https' if certificate else 'http'}://{self.host}"
        self._context = ssl.create_default_context(cafile=certificate) if certificate else None

    def told(self, question: str = "") -> dict[str, Any]:
        """What came in so far; `keep` begins to keep posts, `reset` forgets them, `all` asks for them."""
        with urlopen(f"{self.url}/_told{'?' + question if question else ''}", context=self._context) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def loopback(delay: float = 0.0, certificate: tuple[Path, Path] | None = None) -> Iterator[Loopback]:
    """A server that answers after `delay` seconds, with TLS where there is a certificate."""
    command = [sys.executable, "-m", "benchmarks.server", str(delay), *map(str, certificate or ())]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Loopback(int(process.stdout.readline()), certificate[0] if certificate else None)
    finally:
        process.terminate()
        process.wait()


def certificate() -> tuple[Path, Path]:
    """A certificate and key for localhost, valid for a week."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    TOOLS.mkdir(parents=True, exist_ok=True)
    cert, key_file = TOOLS / "localhost.pem", TOOLS / "localhost.key"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return cert, key_file
