"""A film for a Pin: a place asked for, uploaded to, waited for."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from smm_cli.errors import Rejected, Retriable
from smm_cli.networks._file import film_name
from smm_cli.words.conversation import Step, Wait
from smm_cli.words.exchange import Answer, Field, Json, Multipart, Request
from smm_cli.words.post import Blob

KEEPS = 1800.0
"""How long a place is asked for anew after: its parameters are short-lived (no document says how short)."""
WAITS = (3.0, 5.0, 10.0, 10.0, 30.0, *(60.0,) * 30)


def upload_film(base: str, blob: Blob) -> Generator[Step, Any, str]:
    """The media id of an uploaded film, once it can be used.

    The parameters let anybody put this one file to this one place for a short time, and nothing else: they stay in the journal, since
    a secret of Pinterest's answer could not go to the other host that stores it.
    """
    place: Answer = yield Request("POST", f"{base}/media", Json({"media_type": "video"}), keeps_for=KEEPS)
    id, url, parameters = str(place.get("media_id", default="")), str(place.get("upload_url", default="")), place.get("upload_parameters")
    if not id or not url.startswith("https://") or not isinstance(parameters, dict):
        raise Retriable("Pinterest gave no place for the film")
    fields = [Field(name, str(value)) for name, value in parameters.items()]
    body = Multipart((*fields, Field("file", blob, film_name(blob), blob.type)))
    yield Request("POST", url, body, auth="", reads="any", keeps_for=KEEPS, timeout=600.0)
    for seconds in WAITS:
        state = (yield Request("GET", f"{base}/media/{id}")).get("status")
        if state == "succeeded":
            return id
        if state == "failed":
            raise Rejected("Pinterest cannot use the film", hint="it takes MP4 and MOV of 4 seconds to 15 minutes")
        yield Wait(seconds)
    raise Retriable("Pinterest is still working on the film after half an hour")
