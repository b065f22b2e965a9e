"""Pictures for Reddit: a place is asked for, the bytes go to a bucket of Amazon's, the post then names the picture's address.

Source: PRAW 8.0.3, Subreddit._upload_media (2026); the largest sizes are unverified.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.networks._file import blob_of
from smm_cli.words.conversation import Step
from smm_cli.words.exchange import Field, Form, Multipart, Request
from smm_cli.words.post import Media

FRESH = 600.0
"""Seconds for which a place is relied on."""
KEEPS = 6 * 3600.0
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}


def upload(api: str, headers: Mapping[str, str], medium: Media) -> Generator[Step, Any, tuple[str, str]]:
    """Upload one picture; its id, and the address for the post. The fields of the form open this one place, for minutes."""
    blob = blob_of(medium)
    name = f"{blob.sha256[:12]}.{ENDINGS.get(blob.type, 'png')}"
    asked = Form((("filepath", name), ("mimetype", blob.type)))
    place = yield Request("POST", f"{api}/api/media/asset.json", asked, headers, keeps_for=FRESH)
    bucket = "https:" + str(place.get("args", "action", default="")).removeprefix("https:")
    pairs = [(str(one.get("name")), str(one.get("value"))) for one in place.get("args", "fields", default=[])]
    fields = (*(Field(key, value) for key, value in pairs), Field("file", blob, name, blob.type))
    yield Request("POST", bucket, Multipart(fields), reads="text", auth="", keeps_for=KEEPS, timeout=300.0)
    return str(place.get("asset", "asset_id")), f"{bucket}/{dict(pairs).get('key', '')}"
