"""smm post list and show: the posts of the work tree, what they say, and what became of them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from smm_cli.calendar import git
from smm_cli.calendar.model import Calendar
from smm_cli.calendar.near import did_you_mean
from smm_cli.calendar.targets import channels_of, members
from smm_cli.cli import output
from smm_cli.cli.listing import whole_plan
from smm_cli.cli.post_desk import find_post, open_desk
from smm_cli.cli.session import Session
from smm_cli.cli.shapes import delivery_shape, iso
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.withdraw import receipts_of, withdrawn_at
from smm_cli.errors import UsageError
from smm_cli.plan.say import say_moment
from smm_cli.words.delivery import PUBLISHED, Change, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem, errors_of

STATUSES = ("draft", "ready", "published")
FIELDS = ("title", "link", "canonical", "language", "author", "date", "campaign", "pillar", "not_before", "not_after", "repeat", "until")
MORE = ("max_late", "visibility", "content_warning", "reply_to", "quote", "first_comment")
COLOURS = {"draft": "dim", "published": "green"}


def list_posts(session: Session, *, as_json: bool = False, status: str = "", campaign: str = "", channel: str = "") -> int:
    """Print every post, the next to go out first, then drafts, then what is out. 4 where a file cannot be read as a post."""
    with open_desk(session) as desk:
        _refuse_unknown(desk.calendar, status, campaign, channel)
        indexed = desk.index.posts(desk.source)
        by_post = _by_post(desk)
        wanted = set(members(channel, desk.calendar)) if channel else set()
        rows = [
            (post, by_post.get(post.id, []) if post.id else [])
            for post in (*indexed.posts, *indexed.copies)
            if (not campaign or post.campaign == campaign)
            and (not wanted or wanted & {target.channel.name for target in channels_of(post, desk.calendar)})
        ]
        rows = [row for row in rows if not status or _status(*row) == status]
        rows.sort(key=lambda row: (_rank(*row), row[0].path))
        calendar = desk.calendar
    if as_json:
        output.as_json([post_shape(post, found, calendar) for post, found in rows])
    else:
        _show_table(rows, calendar)
    broken = errors_of(indexed.problems)
    if broken and not as_json:
        output.show_problems(broken)
    return 0


def show_post(session: Session, said: str, *, as_json: bool = False) -> int:
    """Print one post: its fields, where it goes, what became of each delivery."""
    with open_desk(session) as desk:
        post = find_post(desk, said)
        found = _by_post(desk).get(post.id, []) if post.id else []
        gone = {r.delivery: change for r in receipts_of(desk, post.id) if (change := withdrawn_at(r))} if post.id else {}
        problems = [one for one in desk.index.posts(desk.source).problems if one.place.file == post.path]
        if as_json:
            shape = post_shape(post, found, desk.calendar)
            for delivery in shape["deliveries"]:
                delivery["withdrawn_at"] = iso(gone[delivery["name"]].at) if delivery["name"] in gone else None
            output.as_json({**shape, "text": post.body, "targets": {name: dict(said) for name, said in post.targets.items()}})
            return 0
        _show_fields(desk, post)
        _show_deliveries(desk, found, gone)
        _show_end(post, found, problems)
    return 0


def post_shape(post: Post, deliveries: list[Delivery], calendar: Calendar) -> dict[str, Any]:
    """A post: `id`, `path`, `title`, `status` (draft, ready, or published: nothing more is to come), `publish_at` and `slot` (as
    written), `repeat`, `campaign`, `pillar`, `author`, `tags`, `channels` (groups expanded), `due` (of the next delivery),
    `deliveries` (each as in `smm queue list --json`)."""
    return {
        "id": post.id or None,
        "path": post.path,
        "title": post.title or None,
        "status": _status(post, deliveries),
        "publish_at": post.publish_at or None,
        "slot": post.slot or None,
        "repeat": post.repeat or None,
        "campaign": post.campaign or None,
        "pillar": post.pillar or None,
        "author": post.author or None,
        "tags": list(post.tags),
        "channels": [target.channel.name for target in channels_of(post, calendar)],
        "due": iso(_next(deliveries).due) if _next(deliveries) else None,  # type: ignore[union-attr]
        "deliveries": [delivery_shape(delivery) for delivery in deliveries],
    }


def _refuse_unknown(calendar: Calendar, status: str, campaign: str, channel: str) -> None:
    if status and status not in STATUSES:
        raise UsageError(f"there is no status {status}", hint=did_you_mean(status, STATUSES, ", ".join(STATUSES)))
    if campaign and campaign not in calendar.campaigns:
        hint = did_you_mean(campaign, calendar.campaigns, "[campaigns] of channels.toml declares them")
        raise UsageError(f"there is no campaign {campaign}", hint=hint)
    if channel and not members(channel, calendar):
        hint = did_you_mean(channel, [*calendar.channels, *calendar.groups], "smm channel list shows all")
        raise UsageError(f"there is no channel or group {channel}", hint=hint, slug="unknown-channel")


def _by_post(desk: Runner) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    for delivery in whole_plan(desk).deliveries:
        found.setdefault(delivery.post, []).append(delivery)
    return found


def _next(deliveries: list[Delivery]) -> Delivery | None:
    return next((one for one in deliveries if one.state not in ("published", "cancelled", "skipped") and one.due), None)


def _status(post: Post, deliveries: list[Delivery]) -> str:
    """draft or ready as the file says; published where something is public and nothing more is to come."""
    over = all(one.state in ("published", "cancelled", "skipped") for one in deliveries)
    return "published" if over and any(one.state == PUBLISHED for one in deliveries) else post.status


def _rank(post: Post, deliveries: list[Delivery]) -> tuple[int, str]:
    coming = _next(deliveries)
    status = _status(post, deliveries)
    return (
        STATUSES.index("draft") + 1 if status == "draft" else 2 if status == "published" else 0,
        iso(coming.due) or "" if coming else "~",
    )


def _show_table(rows: list[tuple[Post, list[Delivery]]], calendar: Calendar) -> None:
    if not rows:
        output.tell('No posts. smm post new --title "We launch" makes one.')
        return
    zone = ZoneInfo(calendar.timezone)
    lines = []
    for post, found in rows:
        coming = _next(found)
        when = say_moment(coming.due, zone) if coming and coming.due else "next slot" if post.slot else post.publish_at or "no time yet"
        channels = ", ".join(target.channel.name for target in channels_of(post, calendar)) or "no channels"
        lines.append((_status(post, found), when, post.id or f"no id: {post.path}", channels, post.title))
    output.table(lines, head=("status", "when", "post", "channels", "title"), colours=COLOURS)


def _show_fields(desk: Runner, post: Post) -> None:
    zone = post.timezone or desk.calendar.timezone
    rows = [
        ("file", post.path),
        ("status", post.status),
        ("publish_at", f"{post.publish_at} {zone}" if post.publish_at else ""),
        ("slot", post.slot),
        ("wait_for", str(post.wait_for) if post.wait_for else ""),
        ("channels", ", ".join(post.channels) or ", ".join(desk.calendar.default_channels)),
        *((name, str(getattr(post, name))) for name in (*FIELDS, *MORE)),
        ("tags", ", ".join(post.tags)),
        ("urgent", "yes" if post.urgent else ""),
        ("approved", "; ".join(post.approved)),
        ("media", ", ".join(medium.path for medium in post.media)),
        ("own text or keys for", ", ".join(sorted(post.targets))),
    ]
    output.out(output.paint(post.id or "no id", "bold"))
    output.table([("  " + name, value) for name, value in rows if value])
    if git.is_repository(desk.calendar.root):
        status = git.status_of(desk.calendar.root, post.path)
        if status.dirty:
            output.tell(f"  {'changed since the last commit' if status.committed else 'not committed'}")
    for line in post.body.strip().splitlines()[:12]:
        output.out(f"  | {line}")


def _show_deliveries(desk: Runner, found: list[Delivery], gone: dict[str, Change]) -> None:
    zone = ZoneInfo(desk.calendar.timezone)
    rows = []
    for one in found:
        state = f"{one.state} ({one.reason})" if one.reason else "by hand" if one.by_hand and one.state == "planned" else one.state
        if one.name in gone:
            state = f"withdrawn {say_moment(gone[one.name].at, zone)}"
        rows.append(("  " + one.name, say_moment(one.due, zone) if one.due else "no time yet", state, one.handle or one.network, one.url))
    output.table(rows)


def _show_end(post: Post, found: list[Delivery], problems: list[Problem]) -> None:
    output.show_problems(problems)
    if not found:
        output.tell("  It goes nowhere yet.")
    if post.status == "draft":
        output.tell(f'  smm post schedule {post.id or post.path} "tomorrow 9am"')
