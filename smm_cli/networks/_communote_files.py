"""Files of a note. smm keeps no cookies: an upload is a session of its own, in which the server notes the file for cleaning up
only (AttachmentResourceHandler, persistAttachment).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import Retriable
from smm_cli.networks._communote_topic import Topic
from smm_cli.networks._file import blob_of, ending_of
from smm_cli.words.conversation import Step
from smm_cli.words.exchange import Field, Multipart
from smm_cli.words.post import Media

KEEPS = 600.0
"""A file that no note has is cleaned up when the session of its upload ends; half of the usual twenty minutes."""


def uploaded(topic: Topic, media: tuple[Media, ...], had: Mapping[str, Any], session: str) -> Generator[Step, Any, dict[str, Any]]:
    """Attachment ids by the SHA-256 of the files, in order; those that a note `had` are not uploaded again."""
    files: dict[str, Any] = {}
    for medium in media:
        blob = blob_of(medium)
        if blob.sha256 in had:
            files[blob.sha256] = had[blob.sha256]
            continue
        body = Multipart((Field("file", blob, f"{medium.kind}.{ending_of(blob)}", blob.type),))
        query = (("attachmentUploadSessionId", session),)
        answer = yield topic.ask("POST", "/attachments", body, query=query, keeps_for=KEEPS, timeout=300.0)
        id = answer.get("result", 0, "attachmentId")
        if not id:
            raise Retriable("the server took the file and gave it no number")
        files[blob.sha256] = id
    return files
