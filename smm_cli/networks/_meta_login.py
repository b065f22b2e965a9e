"""Signing in to Meta: by Facebook for a Page and what hangs on it, by the network itself for Instagram and Threads."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

from smm_cli.errors import AuthFailed
from smm_cli.networks._oauth import OAuthDoors, seconds, sign_in
from smm_cli.words.conversation import LoggingIn, Tokens
from smm_cli.words.exchange import Answer, Form, Request, handle

EARLY = 30 * 86_400.0
"""Tokens of 60 days count as ended 30 days before: they are renewed only while they still hold.
Source: developers.facebook.com/docs/threads/get-started/long-lived-tokens (2026-11-22)."""


def sign_in_by_facebook(graph: str, client_id: str, scopes: tuple[str, ...], page: str, inputs: Mapping[str, str]) -> LoggingIn:
    """The token of a Page: a visit, a short token, one of 60 days, and with it the Page's own, which does not end.

    `page`: its id; where it is empty, the only one that there is.
    """
    version = graph.rpartition("/")[2]
    doors = OAuthDoors(f"https://www.facebook.com/{version}/dialog/oauth", f"{graph}/oauth/access_token", scopes, pkce=False, joined=",")
    short = yield from _by_query(sign_in(doors, client_id, inputs, "Facebook"))
    query = (("grant_type", "fb_exchange_token"), ("client_id", client_id), ("client_secret", handle("client_secret")))
    longer = yield Request(
        "GET", doors.token, query=(*query, ("fb_exchange_token", short.values["token"])), auth="", secret=("access_token",)
    )
    signed = {"authorization": f"Bearer {longer.get('access_token')}"}
    page = page or (yield from _only_page(graph, signed))
    own = yield Request(
        "GET", f"{graph}/{page}", headers=signed, query=(("fields", "id,name,access_token"),), auth="", secret=("access_token",)
    )
    if not own.get("access_token"):
        raise AuthFailed(f"Facebook gives no token for the Page {page}", hint="you need the task CREATE_CONTENT there, and to allow it")
    return Tokens({"token": str(own.get("access_token"))})


def _only_page(graph: str, signed: Mapping[str, str]) -> Generator[Request, Answer, str]:
    listed = yield Request("GET", f"{graph}/me/accounts", headers=signed, query=(("fields", "id,name"), ("limit", "100")), auth="")
    pages = [item for item in listed.get("data", default=[]) if isinstance(item, Mapping)]
    if len(pages) == 1:
        return str(pages[0].get("id"))
    known = "; ".join(f'page = "{item.get("id")}" is {item.get("name")}' for item in pages) or "none: is a business between you and it?"
    raise AuthFailed(f"which of your {len(pages)} Pages?", hint=f"write its id into channels.toml: {known}")


def sign_in_by_itself(doors: OAuthDoors, host: str, kind: str, client_id: str, inputs: Mapping[str, str], title: str) -> LoggingIn:
    """Instagram's and Threads' own login (`kind` ig, th): a visit, a token of an hour, one of 60 days."""
    short = yield from _unwrapped(sign_in(doors, client_id, inputs, title))
    query = (("grant_type", f"{kind}_exchange_token"), ("client_secret", handle("client_secret")))
    return (yield from _lasting(f"{host}/access_token", (*query, ("access_token", short.values["token"])), title))


def renew_itself(host: str, kind: str, title: str) -> LoggingIn:
    """Sixty days more; the token must be a day old at least, and not ended."""
    query = (("grant_type", f"{kind}_refresh_token"), ("access_token", handle("refresh")))
    return (yield from _lasting(f"{host}/refresh_access_token", query, title))


def _by_query(conversation: LoggingIn) -> LoggingIn:
    """As `conversation`, its code changed for a token by GET, as Facebook documents it (facebook-login, manual flow)."""

    def asked(request: Request) -> Request:
        if not isinstance(request.body, Form):
            return request
        query = tuple(pair for pair in request.body.pairs if pair[0] != "grant_type")
        return replace(request, method="GET", query=query, body=None)

    return (yield from _changed(conversation, asked, lambda told: told))


def _unwrapped(conversation: LoggingIn) -> LoggingIn:
    """As `conversation`, where the answer with the token may stand in a list `data` (Instagram's documentation, not its server)."""

    def heard(told: Answer) -> Answer:
        return replace(told, body=inner) if isinstance(inner := told.get("data", 0), Mapping) else told

    return (yield from _changed(conversation, lambda step: replace(step, secret=(*step.secret, "data.0.access_token")), heard))


def _changed(conversation: LoggingIn, asked: Callable[[Request], Request], heard: Callable[[Answer], Answer]) -> LoggingIn:
    """As `conversation`, each of its requests changed by `asked`, each answer by `heard`."""
    told: Any = None
    while True:
        try:
            step = conversation.send(told)
        except StopIteration as end:
            tokens: Tokens = end.value
            return tokens
        told = heard((yield asked(step) if isinstance(step, Request) else step))


def _lasting(url: str, query: tuple[tuple[str, str], ...], title: str) -> Generator[Any, Any, Tokens]:
    answer = yield Request("GET", url, query=query, auth="", secret=("access_token",))
    token = answer.get("access_token")
    if not token:
        raise AuthFailed(f"{title} gave no lasting token")
    holds = seconds(answer.get("expires_in"))
    return Tokens({"token": str(token), "refresh": str(token)}, max(holds - EARLY, holds / 2) if holds else None, ends_in=holds)
