"""One name space for channels, groups and networks, and everything in channels.toml that names another thing of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from smm_cli import networks
from smm_cli.calendar.config_model import ChannelsFile
from smm_cli.calendar.config_said import problem
from smm_cli.calendar.git_shared import needs_ref
from smm_cli.calendar.model import GIT, WORKTREE
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.toml_lines import Key
from smm_cli.words.delivery import is_name
from smm_cli.words.problem import WARNING, Problem

Lines = dict[Key, int]


def check_names(file: ChannelsFile, lines: Lines) -> list[Problem]:
    """Names that cannot be, that stand for two things, or that nothing bears."""
    return [*_badly_formed(file, lines), *_shared(file, lines), *_unknown(file, lines), *_settings(file, lines)]


def _badly_formed(file: ChannelsFile, lines: Lines) -> Iterator[Problem]:
    for table in ("channels", "groups", "people", "campaigns"):
        for name in getattr(file, table):
            if not is_name(name):
                what = f'"{name}" cannot be a name: use a-z, 0-9, - and _, beginning with a letter or digit'
                yield problem("bad-name", what, (table, name), lines)


def _shared(file: ChannelsFile, lines: Lines) -> Iterator[Problem]:
    known = {*networks.built_in(), *networks.third_party()}
    used: dict[str, list[str]] = {}
    for name, channel in file.channels.items():
        used.setdefault(channel.network, []).append(name)
    for name, channel in file.channels.items():
        if name in file.groups:
            yield problem("name-twice", f"{name} is both a channel and a group: rename one", ("groups", name), lines)
        if name in known and channel.network != name:
            what = f"the channel {name} bears the name of a network but is on {channel.network}"
            yield problem("name-of-network", what, ("channels", name), lines, f"smm channel rename {name} {name}-{channel.network}")
        elif name in known and len(used[name]) > 1:
            others = ", ".join(other for other in used[name] if other != name)
            what = f"{name} could mean the channel or the network: a channel may bear a network's name only while it is the only one of it"
            yield problem("name-of-network", what, ("channels", name), lines, f"smm channel rename {name} {name}-main   (beside {others})")
    for name, members in file.groups.items():
        if name in known and (len(members) != 1 or used.get(name) != members):
            yield problem("name-of-network", f"the group {name} bears the name of a network", ("groups", name), lines, "rename the group")
    former: dict[str, str] = {}
    for name, channel in file.channels.items():
        for old in channel.formerly:
            if old in file.channels or old in former:
                what = f"{name} says it was formerly {old}, and so is or was {former.get(old, old)}"
                yield problem("name-twice", what, ("channels", name, "formerly"), lines)
            former[old] = name


def _unknown(file: ChannelsFile, lines: Lines) -> Iterator[Problem]:
    channels, groups, campaigns, people = set(file.channels), set(file.groups), set(file.campaigns), set(file.people)
    known = {*networks.built_in(), *networks.third_party()}
    for name, members in file.groups.items():
        yield from _each("channel", members, channels, ("groups", name), lines)
    yield from _each("channel or group", file.calendar.channels, channels | groups, ("calendar", "channels"), lines)
    approval = file.approval
    yield from _each("channel or group", approval.channels, channels | groups, ("approval", "channels"), lines)
    yield from _each("group", approval.groups, groups, ("approval", "groups"), lines)
    yield from _each("campaign", approval.campaigns, campaigns, ("approval", "campaigns"), lines)
    yield from _each("person", approval.approvers, people, ("approval", "approvers"), lines)
    yield from _each("network", file.networks, known, ("networks",), lines)
    for number, pause in enumerate(file.pause):
        for kind, among in (("channel", channels), ("group", groups), ("network", known), ("campaign", campaigns)):
            word = getattr(pause, kind)
            yield from _each(kind, [word] if word else [], among, ("pause", number, kind), lines)
    for name, person in file.people.items():
        handles = {**person.handles, **(person.model_extra or {})}
        where = "channel or network for a handle"
        yield from _each(where, handles, {*channels, *known, "title", "git", "login"}, ("people", name), lines)
    yield from _recipients(file, lines)


def _recipients(file: ChannelsFile, lines: Lines) -> Iterator[Problem]:
    """Who hears of alerts: a channel that people read among themselves, or a mail that some channel can send."""
    for key in ("to", "deputy"):
        said: list[str] = getattr(file.alerts, key)
        named = [text.removeprefix("channel:") for text in said if text.startswith("channel:")]
        yield from _each("channel", named, set(file.channels), ("alerts", key), lines)
        for name in named:
            network = file.channels[name].network if name in file.channels else ""
            if network in networks.built_in() and not networks.load(network).takes_alerts:
                what = f"{name} is public: what goes wrong would be posted on {networks.load(network).title}"
                yield problem(
                    "alert-public", what, ("alerts", key), lines, 'name a chat of yours, "mail:ADDRESS" or "env:ADDRESS"', WARNING
                )
        if any(text.startswith("mail:") for text in said) and not any(one.network == "smtp" for one in file.channels.values()):
            what = "no channel can send mail: there is none of the network smtp"
            yield problem("alert-mail", what, ("alerts", key), lines, "smm channel add mail --network smtp", WARNING)


def _each(kind: str, words: Iterable[str], among: set[str], path: Key, lines: Lines) -> Iterator[Problem]:
    for word in words:
        if word not in among:
            place = (*path, word) if (*path, word) in lines else path
            slug = f"unknown-{kind.split(maxsplit=1)[0]}"
            yield problem(slug, f"there is no {kind} {word}", place, lines, did_you_mean(word, sorted(among)))


def _settings(file: ChannelsFile, lines: Lines) -> Iterator[Problem]:
    """What is well formed but cannot be meant."""
    approval = file.approval
    if approval.approvers and approval.count > len(approval.approvers):
        what = f"{approval.count} approvals are asked of {len(approval.approvers)} approvers: nothing could ever go out"
        yield problem("bad-value", what, ("approval", "count"), lines)
    asked = approval.required or approval.channels or approval.groups or approval.campaigns
    if asked and file.calendar.publish_from == "worktree":
        hint = 'set publish_from = "main" in [calendar]'
        if approval.by == "merge":
            yield problem(
                "approval-worktree", "nothing is merged into a work tree: by = merge cannot hold", ("approval", "by"), lines, hint
            )
        else:
            what = "posts are published from the work tree, where anybody at this machine may also write the approval"
            yield problem("approval-worktree", what, ("approval",), lines, hint, WARNING)
    ledger = file.ledger
    if ledger.claims == GIT and file.calendar.publish_from == WORKTREE:
        wrong = needs_ref()
        yield problem(wrong.slug, wrong.what, ("ledger", "claims"), lines, wrong.hint)
    if ledger.url and "claims" in ledger.model_fields_set and ledger.claims != "postgresql":
        what = f'the ledger at url makes its claims itself: claims = "{ledger.claims}" contradicts that'
        yield problem("bad-value", what, ("ledger", "claims"), lines, 'take the line out, or write claims = "postgresql"')
    elif ledger.claims == "postgresql" and not ledger.url:
        yield problem("bad-value", "where is the database?", ("ledger", "claims"), lines, 'write url = "postgresql://USER@HOST/DATABASE"')
    spans: list[tuple[Key, object, object]] = [(("campaigns", name), span.start, span.until) for name, span in file.campaigns.items()]
    pauses: list[tuple[Key, object, object]] = [(("pause", number), span.start, span.until) for number, span in enumerate(file.pause)]
    for path, start, until in (*spans, *pauses):
        if start and until and str(until) <= str(start):
            yield problem("bad-value", "it ends before it begins (until is exclusive)", (*path, "until"), lines)
