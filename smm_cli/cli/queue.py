"""smm queue: what is to come, and what people decide about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from smm_cli.cli import output
from smm_cli.cli.listing import chosen, list_queue, read_end, whole_plan
from smm_cli.cli.session import Session
from smm_cli.cli.shared_claims import hear
from smm_cli.delivery.runner import Runner
from smm_cli.errors import UsageError
from smm_cli.ledger.corrections import REPLY, on_its_way, resolve_reply
from smm_cli.ledger.intake import write_out
from smm_cli.ledger.people import cancel as cancel_deliveries
from smm_cli.ledger.people import hold as hold_deliveries
from smm_cli.ledger.people import release as release_deliveries
from smm_cli.ledger.people import resolve as resolve_delivery
from smm_cli.ledger.people import retry as retry_deliveries
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import CANCELLED, HELD, PLANNED, PUBLISHED, SENDING, UNKNOWN, WAITING, Delivery

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="What is to come, and what people decide about it.")

Names = Annotated[list[str] | None, typer.Argument(help="POST@CHANNEL, or a post: all its deliveries.")]
State = Annotated[str, typer.Option(help="Only those in this state.")]
OnChannel = Annotated[str, typer.Option("--channel", help="Only this channel or group.")]
OfCampaign = Annotated[str, typer.Option("--campaign", help="Only this campaign.")]
Since = Annotated[str, typer.Option(help="Only those due since then.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    until: Annotated[str, typer.Option(help="Only what is due before then.")] = "",
    since: Since = "",
    limit: Annotated[str, typer.Option(help="At most so many.")] = "",
    channel: OnChannel = "",
    campaign: OfCampaign = "",
    state: State = "",
    json: AsJson = False,
) -> int:
    """Everything to come.

    Example: smm queue list --channel mastodon --until 2026-12-01
    """
    return list_queue(ctx.obj, as_json=json, until=until, since=since, limit=limit, channel=channel, campaign=campaign, state=state)


@app.command()
def show(ctx: typer.Context, name: Annotated[str, typer.Argument(help="POST@CHANNEL")], json: AsJson = False) -> int:
    """One delivery: its state, why, what would change it, and what was tried.

    Example: smm queue show launch@mastodon
    """
    from smm_cli.cli.queue_show import show_delivery

    session: Session = ctx.obj
    with session.runner() as runner:
        return show_delivery(runner, _one(runner, name), as_json=json)


def _add(verb: str, about: str, act: Callable[[Runner, Sequence[Delivery]], list[str]]) -> None:
    """One of the verbs that take names, or filters and a question."""

    def command(
        ctx: typer.Context,
        names: Names = None,
        state: State = "",
        channel: OnChannel = "",
        campaign: OfCampaign = "",
        since: Since = "",
        yes: Yes = False,
        dry_run: DryRun = False,
    ) -> int:
        return _decide(ctx.obj, verb, (names or (), state, channel, campaign, since), act, yes, dry_run)

    command.__name__ = verb
    app.command(verb, help=about)(command)


_add(
    "hold",
    "Keep deliveries from going out until you release them.\n\nExample: smm queue hold launch@mastodon",
    lambda runner, found: hold_deliveries(runner.ledger, found),
)
_add(
    "release",
    "Let go whatever was held, cancelled or late: it goes out at its time, or at the next tick.\n\n"
    "Example: smm queue release launch@mastodon",
    lambda runner, found: release_deliveries(runner.ledger, found),
)
_add(
    "retry",
    "Try failed deliveries again at the next tick. What is unknown needs resolve.\n\n"
    "Example: smm queue retry --channel linkedin --state failed",
    lambda runner, found: retry_deliveries(runner.ledger, [delivery for delivery in found if delivery.state != PLANNED]),
)
_add(
    "cancel",
    "Never send these. A receipt says so, so that no other clone revives them.\n\nExample: smm queue cancel launch@mastodon",
    lambda runner, found: cancel_deliveries(runner.ledger, found, runner.clock.now()),
)


@app.command()
def resolve(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="POST@CHANNEL")],
    published: Annotated[str, typer.Option(metavar="URL", help="It is public, at this address.")] = "",
    not_published: Annotated[bool, typer.Option("--not-published", help="It is surely not public: send it again.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> int:
    """Say how an unknown or by-hand delivery ended, or a reply to it that smm post correct --reply began.

    Example: smm queue resolve launch@xing --published https://www.xing.com/…
    """
    if bool(published) == not_published:
        raise UsageError("say either --published URL or --not-published", hint=f"smm queue show {name} says where to look")
    if published and not published.startswith(("https://", "http://", "at://", "file:")):
        raise UsageError(f"{published} is not an address", hint="give the address of the public post: https://…")
    session: Session = ctx.obj
    with session.runner() as runner:
        hear(runner)
        delivery = _one(runner, name)
        reply = on_its_way(runner.ledger, delivery.name, REPLY) is not None
        _refuse_resolve(runner, delivery, published, reply=reply)
        if reply:
            return _resolve_reply(runner, delivery, published, yes=yes, dry_run=dry_run)
        what = f"public at {published}" if published else "not public: it will be sent again at the next tick"
        output.tell(f"{delivery.name} is {delivery.state}; you say: {what}")
        if dry_run:
            return 0
        if not_published and not output.confirm("Are you sure? If it is public it will stand there twice.", yes=yes):
            return 0
        resolve_delivery(runner.ledger, delivery, published or None, runner.clock.now())
        write_out(runner.ledger, runner.calendar.receipts)
        output.out(f"resolved  {delivery.name}")
    return 0


def _resolve_reply(runner: Runner, delivery: Delivery, published: str, *, yes: bool, dry_run: bool) -> int:
    """The delivery is public; what nobody knows is what became of a reply to it."""
    from smm_cli.delivery.withdraw import receipts_of  # with it come the networks' libraries

    output.tell(f"a reply to {delivery.name} was begun; you say: {f'public at {published}' if published else 'not public'}")
    if dry_run or (not published and not output.confirm("Are you sure? If it is public and said again, it stands there twice.", yes=yes)):
        return 0
    (receipt,) = (one for one in receipts_of(runner, delivery.post) if one.delivery == delivery.name)
    resolve_reply(runner.ledger, receipt, published or None, runner.clock.now())
    write_out(runner.ledger, runner.calendar.receipts)
    output.out(f"resolved  {delivery.name}  (the reply)")
    if not published:
        output.tell(f'  say it again, if it is still wanted: smm post correct {delivery.name} --reply --text "…"')
    return 0


def _refuse_resolve(runner: Runner, delivery: Delivery, published: str, *, reply: bool) -> None:
    """Raise UsageError where nothing is in doubt, or it is being found out this moment."""
    name, state = delivery.name, delivery.state
    if reply:
        there = runner.shared.claims.get(delivery.channel) if runner.shared else None
        elsewhere = there is not None and there.delivery == name and not there.over(runner.clock.now(), runner.ledger.alive)
        if elsewhere or name in runner.ledger._busy():
            raise UsageError(f"a reply to {name} is being sent this moment", hint="try again in a minute", slug="busy")
        return
    if state in (UNKNOWN, WAITING) or (published and state not in (PUBLISHED, SENDING)):
        return
    hint = NOTHING_TO_DO.get(state, ("", f"smm queue show {name} says how it stands"))[1].format(name, delivery.post)
    raise UsageError(f"{name} is {state}: there is nothing to resolve", hint=hint, slug="nothing-to-resolve")


def _one(runner: Runner, name: str) -> Delivery:
    plan = whole_plan(runner)
    found = [d for d in plan.deliveries if d.name == name or (d.post == name and not d.occurrence)]
    exact = [d for d in found if d.name == name] or found
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise UsageError(f"{name} has {len(exact)} deliveries", hint="name one: " + ", ".join(d.name for d in exact[:8]))
    raise _no_delivery(name, plan.deliveries)


def _no_delivery(name: str, deliveries: Sequence[Delivery]) -> UsageError:
    from smm_cli.calendar.near import did_you_mean

    known = dict.fromkeys([d.name for d in deliveries] if "@" in name else [d.post for d in deliveries])
    return UsageError(f"there is no delivery {name}", hint=did_you_mean(name, known, "smm queue list shows all"), slug="unknown-delivery")


Scope = tuple[Sequence[str], str, str, str, str]


def _decide(
    session: Session, verb: str, scope: Scope, act: Callable[[Runner, Sequence[Delivery]], list[str]], yes: bool, dry_run: bool
) -> int:
    """Show what is meant, ask, do it. With names nobody is asked; with filters everybody is."""
    names, *filters = scope
    if not names and not any(filters):
        raise UsageError(f"{verb} what?", hint=f"smm queue {verb} POST@CHANNEL, or --state, --channel, --campaign, --since")
    with session.runner() as runner:
        hear(runner)
        found = _meant(runner, names, *filters)
        zone = ZoneInfo(runner.calendar.timezone)
        for delivery in found:
            when = say_moment(delivery.due, zone) if delivery.due else ""
            output.tell(f"  {delivery.name}  {when}  {delivery.state}{f' ({delivery.reason})' if delivery.reason else ''}")
        if dry_run:
            return 0
        if not names and not output.confirm(f"{verb} these {len(found)}?", yes=yes):
            return 0
        done = act(runner, found)
        write_out(runner.ledger, runner.calendar.receipts)
        return _say_done(verb, found, done, {delivery.name: delivery for delivery in whole_plan(runner).deliveries}, runner)


def _meant(runner: Runner, names: Sequence[str], state: str, channel: str, campaign: str, since: str) -> list[Delivery]:
    plan = whole_plan(runner)
    if names:
        known = {d.name for d in plan.deliveries} | {d.post for d in plan.deliveries}
        for name in names:
            if name not in known:
                raise _no_delivery(name, plan.deliveries)
        return [d for d in plan.deliveries if d.name in names or d.post in names]
    found = chosen(plan.deliveries, runner.calendar, channel, campaign, state)
    if since:
        start = read_end(since, runner.clock.now(), ZoneInfo(runner.calendar.timezone))
        found = [d for d in found if d.due is not None and d.due >= start]
    if not found:
        raise UsageError("no delivery fits", hint="smm queue list shows all")
    return found


UNDO = {"hold": "release", "cancel": "release", "release": "hold", "retry": "hold"}
PAST = {"hold": "held", "cancel": "cancelled", "release": "released", "retry": "to be tried again"}
NOTHING_TO_DO = {
    PUBLISHED: ("it is public", "take it down: smm post withdraw {0}"),
    UNKNOWN: ("it is perhaps public", "look there, then: smm queue resolve {0} --published URL   or   --not-published"),
    WAITING: ("a person makes it", "smm queue resolve {0} --published URL   or   --not-published"),
    SENDING: ("it is being sent this moment", "smm queue show {0}"),
    CANCELLED: ("it is cancelled", "smm queue release {0}"),
    PLANNED: ("it is planned, nothing failed yet", "send it now: smm publish --post {0} --now"),
}
"""Why a verb changes nothing, and what does."""


def _say_done(verb: str, found: Sequence[Delivery], done: Sequence[str], after: Mapping[str, Delivery], runner: Runner) -> int:
    for name in done:
        output.out(f"{PAST[verb]}  {name}")
        if verb in ("release", "retry") and name in after:
            _say_next(after[name], runner)
    idle = [delivery for delivery in found if delivery.name not in done]
    for delivery in idle:
        why, hint = NOTHING_TO_DO.get(delivery.state, (f"it is {delivery.state}", "smm queue show {0}"))
        output.tell(f"not changed: {delivery.name}: {why}")
        output.tell(f"  {hint.format(delivery.name)}")
    if done:
        output.tell(f"Undo: smm queue {UNDO[verb]} {' '.join(done[:3])}{' …' if len(done) > 3 else ''}")
    return 0 if done or (verb == "cancel" and all(delivery.state == CANCELLED for delivery in idle)) else 2


def _say_next(delivery: Delivery, runner: Runner) -> None:
    """When it goes out now, or what keeps it still."""
    if delivery.state == HELD:
        output.tell(f"  still held: {delivery.why or delivery.reason}")
        for line in delivery.hint.splitlines():
            output.tell(f"  {line}")
    elif delivery.due is not None:
        later = delivery.due > runner.clock.now()
        output.tell(f"  goes out {say_moment(delivery.due, ZoneInfo(runner.calendar.timezone)) if later else 'at the next tick'}")
