"""AWS Signature Version 4, for one request to an S3-compatible bucket. No library that is not a whole SDK does just this.

Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (read 2026-11-23).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

UNRESERVED = "-_.~"


def sign_s3(
    key: str, secret: str, region: str, method: str, url: str, sha256: str, now: datetime, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The headers that sign a request whose body has the digest `sha256` (hex): all that must be sent, lower-case, but `host`.

    `more` are further headers to sign, lower-case. `now` is aware.
    """
    parts = urlsplit(url)
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {**(more or {}), "host": parts.netloc, "x-amz-content-sha256": sha256, "x-amz-date": stamp}
    names = sorted(headers)
    query = "&".join(f"{quote(k, safe=UNRESERVED)}={quote(v, safe=UNRESERVED)}" for k, v in sorted(parse_qsl(parts.query, True)))
    lines = [method, parts.path or "/", query, *(f"{name}:{headers[name].strip()}" for name in names), "", ";".join(names), sha256]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    asked = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256("\n".join(lines).encode()).hexdigest()])
    made = f"AWS4{secret}".encode()
    for step in (stamp[:8], region, "s3", "aws4_request"):
        made = hmac.new(made, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(made, asked.encode(), hashlib.sha256).hexdigest()
    del headers["host"]
    said = f"Credential={key}/{scope},SignedHeaders={';'.join(names)},Signature={signature}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {said}"}
