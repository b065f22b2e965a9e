"""smm post schedule and unschedule: a time and *ready* written into the file, and what that time will do, said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from smm_cli.calendar.check import check_post
from smm_cli.calendar.edit import edit_post
from smm_cli.calendar.model import WORKTREE
from smm_cli.calendar.posts import read_post
from smm_cli.calendar.source import open_source
from smm_cli.cli import output
from smm_cli.cli.channel_file import Keeping
from smm_cli.cli.post_desk import Edited, find_post, open_desk
from smm_cli.cli.post_lines import keep_post, show_lines
from smm_cli.cli.session import Session
from smm_cli.delivery.planning import held_by, plan_posts
from smm_cli.delivery.runner import Runner
from smm_cli.delivery.waits import known_waits
from smm_cli.errors import PostError, SmmError, UsageError
from smm_cli.plan.check import check_plan
from smm_cli.plan.phrase import read_moment
from smm_cli.plan.say import say_moment
from smm_cli.plan.wall import read_wall, to_instant, to_wall, zone_of
from smm_cli.text.slug import slug
from smm_cli.words.delivery import FINAL, PUBLISHED, Delivery
from smm_cli.words.post import Post
from smm_cli.words.problem import Problem

EXAMPLES = 'smm post schedule {0} "tomorrow 9am", "Mon 10:30", "2026-11-24 09:00", or: --slot'
Changes = dict[str, str | list[str] | None]


def schedule(session: Session, said: str, when: str, *, slot: bool = False, draft: bool = False, keeping: Keeping) -> int:
    """Write the time and `status: ready`. Raises UsageError for a time that cannot be read, PostError for a post that cannot be edited."""
    if slot and when == "next":  # `--slot next`, as the file says it
        when = ""
    if bool(when) == slot:
        what = "say either a time or --slot" if slot else "when?"
        raise UsageError(what, hint=EXAMPLES.format(said))
    with open_desk(session) as desk:
        post = find_post(desk, said)
        _refuse_over(desk, post)
        zone = zone_of(post.timezone or desk.calendar.timezone)
        moment = read_moment(when, session.clock.now(), zone) if when else None
        changes: Changes = {} if post.id else {"id": _new_id(desk, post)}
        changes |= {"publish_at": written(moment, zone), "slot": None} if moment else {"slot": "next", "publish_at": None}
        if not draft:
            changes["status"] = "ready"
        name = str(changes.get("id") or post.id)
        remarks = {
            "publish_at": say_moment(moment, zone) if moment else "",
            "status": f"was {post.status}",
            "slot": "the next open slot of each channel",
        }
        if not _write(desk, post, changes, remarks, f"schedule {name}", keeping):
            output.tell(f"  {name} is scheduled so already.")
        if draft and post.status != "ready":
            output.tell(f'  Still a draft: it goes nowhere until   smm post schedule {name} "{when}"')
        if not keeping.dry_run:
            output.out(f"scheduled  {name}")
            output.tell(f"Undo: smm post unschedule {name}")
    return 0


def unschedule(session: Session, said: str, *, keeping: Keeping) -> int:
    """Take time, slot and *ready* out of the file again."""
    with open_desk(session) as desk:
        post = find_post(desk, said)
        public = [d.name for d in _deliveries(desk, post) if d.state == PUBLISHED]
        changes: Changes = {"publish_at": None, "slot": None}
        if post.status == "ready":
            changes["status"] = "draft"
        name = post.id or said
        if not _write(desk, post, changes, {"status": f"was {post.status}"}, f"unschedule {name}", keeping, warn=False):
            output.tell(f"  {name} is not scheduled.")
            return 0
        if public:
            output.tell(f"  Public already, and stays so: {', '.join(public)}. Take it down: smm post withdraw {name}")
        if not keeping.dry_run and _is_ready_there(desk, post):
            output.tell(f"  Until {desk.calendar.publish_from} knows of it, it goes out as before. Stop it at once: smm queue hold {name}")
        if not keeping.dry_run:
            output.out(f"unscheduled  {name}")
            time = f'"{post.publish_at}"' if post.publish_at else "--slot" if post.slot else '"tomorrow 9am"'
            output.tell(f"Undo: smm post schedule {name} {time}")
    return 0


def written(moment: datetime, zone: ZoneInfo) -> str:
    """`moment` as a file says it: wall time, with its offset only where the wall shows that time twice and the second is meant."""
    wall = to_wall(moment, zone)
    text = f"{wall:%Y-%m-%d %H:%M}" + (f":{wall:%S}" if wall.second else "")
    if to_instant(wall, zone) == moment:
        return text
    return moment.astimezone(zone).isoformat(" ", "seconds" if wall.second else "minutes")


def _write(
    desk: Runner, post: Post, changes: Changes, remarks: dict[str, str], message: str, keeping: Keeping, *, warn: bool = True
) -> bool:
    """Edit the file of the work tree, show the lines, warn, keep. False where nothing had to change."""
    before = desk.source.read(post.path)
    try:
        after = edit_post(before, changes)
        edited, problems = read_post(post.path, after, desk.calendar)
    except SmmError as error:
        error.where = error.where or post.path
        raise
    if edited is None:
        first = problems[0]
        raise PostError(first.what, where=str(first.place), hint=first.hint, slug=first.slug)
    show_lines(post.path, before, after, remarks)
    if warn:
        output.show_problems([*problems, *_found(desk, edited, after)])
        _say_more(desk, post, edited)
    if before == after:
        return False
    keep_post(desk.calendar, post.path, after, message, keeping)
    return True


def _found(desk: Runner, edited: Post, data: bytes) -> list[Problem]:
    """What is wrong with the post as it will be, and what its time does: quiet hours, holidays, collisions, a time that has passed."""
    source = Edited(desk.calendar.root, edited.path, data)
    indexed = desk.index.posts(desk.source)
    posts = [edited if post.path == edited.path else post for post in indexed.posts]
    plan = plan_posts(
        desk.calendar,
        source,
        posts,
        desk.history(),
        desk.clock.now(),
        waits=known_waits(desk),
        held=held_by(indexed.problems, posts),
    )
    own = [
        problem
        for problem in check_plan(plan, desk.calendar, posts)
        if problem.place.file == edited.path or f"{edited.id}@" in problem.what or f"{edited.id}:" in problem.what
    ]
    found = dict.fromkeys([*check_post(edited, desk.calendar, source), *own])
    return [problem for problem in found if problem.slug not in desk.calendar.ignored]


def _say_more(desk: Runner, post: Post, edited: Post) -> None:
    """What the lines alone do not tell: repeats, targets with a time of their own, approvals that lapse, what is out already."""
    zone = zone_of(edited.timezone or desk.calendar.timezone)
    if edited.repeat:
        end = f" until {edited.until}" if edited.until else ""
        first = f", first {say_moment(read_wall(edited.publish_at, zone), zone)}" if edited.publish_at else ""
        output.tell(f"  It repeats{first}, then {edited.repeat}{end}. Each time is a delivery of its own.")
    own = sorted(name for name, said in edited.targets.items() if said.get("publish_at") or said.get("slot"))
    if own:
        output.tell(f"  With a time of their own in for: {', '.join(own)}. Those stay.")
    if post.approved and (post.publish_at, post.slot) != (edited.publish_at, edited.slot):
        output.tell("  It was approved with another time: the approval lapses.")
    public = [d.name for d in _deliveries(desk, post) if d.state == PUBLISHED]
    if public and not edited.repeat:
        output.tell(f"  Out already, and not sent again: {', '.join(public)}.")


def _deliveries(desk: Runner, post: Post) -> tuple[Delivery, ...]:
    """The deliveries of a post as its file says now."""
    if not post.id:
        return ()
    plan = plan_posts(desk.calendar, desk.source, [replace(post, status="ready")], desk.history(), desk.clock.now())
    return tuple(delivery for delivery in plan.deliveries if delivery.post == post.id)


def _is_ready_there(desk: Runner, post: Post) -> bool:
    """Whether what is published has this file still as ready."""
    calendar = desk.calendar
    if calendar.publish_from == WORKTREE:
        return False
    there, _ = desk.index.read(open_source(calendar.root, calendar.publish_from), post.path)
    return there is not None and there.status == "ready"


def _refuse_over(desk: Runner, post: Post) -> None:
    """Raise UsageError where nothing would ever go out again: without `repeat` a post goes to a channel once."""
    found = () if post.repeat else _deliveries(desk, post)
    if found and all(delivery.state in FINAL for delivery in found):
        states = ", ".join(f"{delivery.name} is {delivery.state}" for delivery in found)
        hint = "smm post new makes another; queue release brings back what was cancelled"
        raise UsageError(f"{post.id} is over, and goes out once only: {states}", hint=hint, slug="over")


def _new_id(desk: Runner, post: Post) -> str:
    from smm_cli.cli.post_new import free_id

    return free_id(desk, slug(post.path.rpartition("/")[2].removesuffix(".md")) or "post")
