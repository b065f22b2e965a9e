"""Hashnode's GraphQL: what is asked, which errors come (in a 200), how pictures get there.

Source: github.com/Hashnode/gql-skill, references (2026-07-29 and later; read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from smm_cli.errors import AuthFailed, OutcomeUnknown, Rejected, Retriable, SmmError
from smm_cli.networks.fault import fault_by_status
from smm_cli.words.exchange import Json, Request, Slice
from smm_cli.words.post import Blob

PUBLISH = "mutation publishPost($input: PublishPostInput!) { publishPost(input: $input) { post { id slug url publishedAt } } }"
DRAFT = "mutation createDraft($input: CreateDraftInput!) { createDraft(input: $input) { draft { id slug title } } }"
UPDATE = "mutation updatePost($input: UpdatePostInput!) { updatePost(input: $input) { post { id slug url publishedAt } } }"
UPDATE_DRAFT = "mutation updateDraft($input: UpdateDraftInput!) { updateDraft(input: $input) { draft { id slug title } } }"
REMOVE = "mutation removePost($input: RemovePostInput!) { removePost(input: $input) { post { id } } }"
DELETE = "mutation deleteDraft($input: DeleteDraftInput!) { deleteDraft(input: $input) { draft { id } } }"
UPLOAD = """mutation createImageUploadURL($input: CreateImageUploadInput!) {
  createImageUploadURL(input: $input) { presignedPut { url cdnUrl key } } }"""
CONFIRM = "mutation confirmImageUpload($input: ConfirmImageUploadInput!) { confirmImageUpload(input: $input) { ok cdnUrl } }"
BY_SLUG = "query bySlug($id: ObjectId!, $slug: String!) { publication(id: $id) { post(slug: $slug) { id slug url publishedAt } } }"
DRAFTS = "query drafts($id: ObjectId!) { publication(id: $id) { drafts(first: 50) { edges { node { id slug title } } } } }"
ME = "query me { me { id username name publications(first: 50) { edges { node { id title url } } } } }"
BLOG = "query blog($id: ObjectId!) { publication(id: $id) { id title url } }"

MOST_DRAFTS = 50
"""How many DRAFTS asks for: a list of so many may not be whole."""
PUBLISHING = frozenset({"publishPost", "createDraft"})
WRONG_PLACE = "Hashnode answered with no JSON; its API has moved before: is `api` of the channel still right?"
UPLOAD_LIFE = 600.0
"""How long an announced upload is gone on with (unverified); a new one costs nothing."""


def graphql(api: str, query: str, variables: Mapping[str, Any], *, commits: bool = False, **more: Any) -> Request:
    """One question to the API."""
    return Request("POST", f"{api}/", Json({"query": query, "variables": dict(variables)}), commits=commits, **more)


def hashnode_fault(status: int, headers: Mapping[str, str], body: Any) -> SmmError | None:
    """The error that an answer is, or None: the first of `errors`, by its code."""
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else None
    if first is not None:
        return _by_code(first)
    if status in range(300, 400) or (isinstance(body, str) and body.lstrip().lower().startswith(("<!doctype", "<html"))):
        return AuthFailed(WRONG_PLACE, slug="wrong-api") if status < 500 else Retriable(f"Hashnode answered {status}")
    if status == 402:
        return AuthFailed("Hashnode wants to be paid first", hint="its API is for publications on Hashnode Pro", slug="paid")
    return fault_by_status(status, headers, body)


def _by_code(error: Mapping[str, Any]) -> SmmError:
    more, path = error.get("extensions"), error.get("path")
    code = str(more.get("code") or "") if isinstance(more, Mapping) else ""
    told = f"Hashnode: {error.get('message') or code}"[:300]
    if code == "FORBIDDEN" and "Pro" in told:
        return AuthFailed(told, hint="Hashnode's API is for publications on Hashnode Pro (paid, since 2026-05-13)", slug="paid")
    if code in ("UNAUTHENTICATED", "FORBIDDEN"):
        return AuthFailed(told, hint="may this person publish there? contributors may not")
    if code == "INTERNAL_SERVER_ERROR":
        publishing = isinstance(path, list) and bool(path) and path[0] in PUBLISHING
        return OutcomeUnknown(told) if publishing else Retriable(told)
    return Rejected(told)


def kept_at(api: str, blob: Blob) -> Generator[Request, Any, str]:
    """Upload a picture; its address at Hashnode. The size is looked at only when the upload is confirmed."""
    asked = graphql(
        api,
        UPLOAD,
        {"input": {"contentType": blob.type}},
        keeps_for=UPLOAD_LIFE,
        secret=("data.createImageUploadURL.presignedPut.url",),
    )
    answer = yield asked
    there = ("data", "createImageUploadURL", "presignedPut")
    url, key = str(answer.get(*there, "url", default="")), str(answer.get(*there, "key", default=""))
    yield Request("PUT", url, Slice(blob), auth="", reads="any", timeout=120.0)
    done = yield graphql(api, CONFIRM, {"input": {"key": key}})
    address = done.get("data", "confirmImageUpload", "cdnUrl")
    if not done.get("data", "confirmImageUpload", "ok") or not address:
        raise Rejected("Hashnode did not take a picture: it may have at most 8 MB", slug="media-too-large")
    return str(address)
