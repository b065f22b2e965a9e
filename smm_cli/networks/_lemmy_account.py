"""Who a Lemmy account is, which version its server speaks, and what else is to be known of it."""

from __future__ import annotations

from collections.abc import Mapping

from smm_cli.errors import Retriable
from smm_cli.networks._lemmy_api import Api
from smm_cli.networks._nodeinfo import ask_node, named
from smm_cli.words.channel import Account
from smm_cli.words.conversation import Verifying
from smm_cli.words.exchange import Answer, Request


def ask_account(server: str, wanted: str) -> Verifying:
    """Who the password belongs to, which version the server speaks, its languages, and how long to wait after a limit."""
    software, version = named((yield from ask_node(server)))
    api = Api(server, wanted or ("v3" if version.startswith("0.") or not version else "v4"))
    me, _ = yield from api.who()
    if not me.get("name"):
        raise Retriable(f"{api.host} does not tell whose token this is")
    site = yield Request("GET", api.at("site"))
    languages = site.get("all_languages", default=[])
    known = {str(one.get("code")): one.get("id") for one in languages if isinstance(one, Mapping)} if isinstance(languages, list) else {}
    facts = {"api": api.version, "languages": known, "pause": _pause(site)}
    name = str(me["name"])
    shown = str(me.get("display_name") or name)
    return Account(f"@{name}@{api.host}", str(me.get("id", "")), shown, f"{server}/u/{name}", software, version, facts=facts)


def _pause(site: Answer) -> float:
    """Seconds in which the server's bucket for posts fills by one: its interval by its capacity (100 with the defaults)."""
    rates = site.get("site_view", "local_site_rate_limit", default={})
    most = rates.get("post_max_requests") or rates.get("post") or 6
    seconds = rates.get("post_interval_seconds") or rates.get("post_per_second") or 600
    return max(1.0, float(seconds) / float(most))
