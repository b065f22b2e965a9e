from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.model import Calendar, Pause
from smm_cli.calendar.source import open_source
from smm_cli.calendar.stored import of_plain, to_plain
from smm_cli.errors import ConfigError
from smm_cli.words.channel import Person, Slot
from smm_cli.words.problem import WARNING, Problem

HEAD = '[calendar]\nname = "acme"\n'
TOOTS = '[channels.toots]\nnetwork = "mastodon"\nserver = "https://mastodon.example"\n'
WHOLE = """
[calendar]
name = "acme"
timezone = "Europe/Berlin"
language = "de"
posts = "content/posts"
publish_from = "main"
max_late = "3h"
quiet = "20:00-08:00; Sa,So 00:00-24:00"
holidays = "DE-BY"
slot_open = "45m"
channels = ["all"]
pillars = ["product", "people"]

[networks.mastodon]
gap = "30m"
visibility = "unlisted"
client_id = "our-app"
client_secret = "env:APP_SECRET"

[channels.toots]
network = "mastodon"
server = "https://mastodon.example"
title = "Toots"
account = "@acme@mastodon.example"
secret = "env:TOOTS"
since = 2026-11-23
slots = ["Mon 09:00", "Mi-Fr 12:30"]
daily_limit = 3
limits = { text = 5000, source = "https://mastodon.example", date = 2026-11-23 }
formerly = ["mastodon-old"]
quiet = "22:00-06:00"

[channels.hooks]
network = "webhook"
url = "https://acme.example/hook"
secret = { secret = "file:secrets/hook" }
max_late = "none"
by_hand = true

[groups]
all = ["toots", "hooks"]
one = "toots"

[people.ada]
title = "Ada Lovelace"
mastodon = "@ada@mastodon.example"
handles = { hooks = "ada" }
git = ["ada@acme.example"]
login = "ada-acme"

[campaigns.herbst]
title = "Herbst"
from = 2026-09-01
until = "2026-12-01"
budget = 500
utm = { source = "smm" }

[approval]
required = true
channels = ["toots"]
groups = ["all"]
campaigns = ["herbst"]
by = "merge"
approvers = ["ada"]
four_eyes = true

[ledger]
url = "env:DATABASE"
claims = "postgresql"
branch = "receipts"
commit = true

[[pause]]
reason = "fire"
channel = "toots"
from = 2026-11-24 09:00:00
until = 2026-11-25
except = ["statement"]

[[pause]]
network = "mastodon"
campaign = "herbst"
from = 2026-11-24T09:00:00Z

[alerts]
to = ["env:ADA_HEARS", "channel:hooks"]
deputy = "env:BOB_HEARS"
on = ["failure", "unknown"]
heartbeat = "env:HEALTHCHECK_URL"

[check]
ignore = ["repeated-text"]

[media]
address = "https://cdn.acme.example/"
"""


def read(text: str, root: Path = Path("/calendar")) -> tuple[Calendar | None, list[Problem]]:
    return read_calendar(root, text.encode())


def calendar_of(text: str) -> Calendar:
    calendar, problems = read(text)
    assert calendar is not None, problems
    return calendar


def problems_of(text: str) -> list[tuple[str, int]]:
    calendar, problems = read(text)
    assert calendar is None
    return [(problem.slug, problem.place.line) for problem in problems]


def only_problem(text: str) -> Problem:
    calendar, (problem,) = read(text)
    assert calendar is None
    assert problem.place.file == "channels.toml"
    return problem


def test_everything_that_channels_toml_can_say_is_read():
    calendar, problems = read(WHOLE)
    assert problems == []
    assert calendar is not None
    assert (calendar.name, calendar.timezone, calendar.language, calendar.posts) == ("acme", "Europe/Berlin", "de", "content/posts")
    assert (calendar.publish_from, calendar.max_late, calendar.slot_open, calendar.holidays) == ("main", 10_800.0, 2700.0, "DE-BY")
    assert calendar.quiet == "20:00-08:00; Sa,Su 00:00-24:00"
    assert (calendar.default_channels, calendar.pillars) == (("all",), ("product", "people"))
    assert calendar.groups == {"all": ("toots", "hooks"), "one": ("toots",)}
    assert calendar.people == {
        "ada": Person("ada", {"mastodon": "@ada@mastodon.example", "hooks": "ada"}, "Ada Lovelace", ("ada@acme.example",), "ada-acme")
    }
    herbst = calendar.campaigns["herbst"]
    assert (herbst.title, herbst.start, herbst.until, herbst.utm) == ("Herbst", date(2026, 9, 1), date(2026, 12, 1), {"source": "smm"})
    assert herbst.budget == "500"
    assert (calendar.approval.required, calendar.approval.by, calendar.approval.approvers) == (True, "merge", ("ada",))
    assert calendar.approval.channels == ("toots", "all")
    assert (calendar.ledger.url, calendar.ledger.claims, calendar.ledger.branch, calendar.ledger.commit) == (
        "env:DATABASE",
        "postgresql",
        "receipts",
        True,
    )
    assert calendar.alerts.deputy == ("env:BOB_HEARS",)
    assert calendar.alerts.heartbeat == "env:HEALTHCHECK_URL"
    assert calendar.ignored == {"repeated-text"}
    assert calendar.media == {"address": "https://cdn.acme.example/"}


def test_a_channel_is_its_table_above_the_defaults_of_its_network():
    toots = calendar_of(WHOLE).channels["toots"]
    assert toots.settings == {"server": "https://mastodon.example", "visibility": "unlisted"}
    assert (toots.gap, toots.daily_limit, toots.max_late) == (1800.0, 3, 10_800.0)
    assert (toots.account, toots.since, toots.formerly) == ("@acme@mastodon.example", date(2026, 11, 23), ("mastodon-old",))
    assert toots.slots == (Slot(0, 540), Slot(2, 750), Slot(3, 750), Slot(4, 750))
    assert toots.limits == {"text": 5000}
    assert toots.quiet == "22:00-06:00"
    assert toots.line == WHOLE.splitlines().index("[channels.toots]") + 1
    hooks = calendar_of(WHOLE).channels["hooks"]
    assert (hooks.max_late, hooks.by_hand, hooks.secret) == (None, True, {"secret": "file:secrets/hook"})


def test_the_credentials_of_an_app_are_no_settings_of_its_channels():
    calendar = calendar_of(WHOLE)
    assert calendar.networks["mastodon"]["client_secret"] == "env:APP_SECRET"
    assert "client_id" not in calendar.channels["toots"].settings


def test_a_pause_counts_in_wall_time_unless_it_names_an_offset():
    first, second = calendar_of(WHOLE).pauses
    begin, end = datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert first == Pause("fire", channel="toots", start=begin, until=end, exempt=("statement",))
    assert (second.network, second.campaign, second.start) == ("mastodon", "herbst", datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.mark.parametrize(("wall", "instant"), [("2027-03-28 02:30", 1), ("2027-10-31 02:30", 0)])
def test_a_pause_in_a_skipped_or_doubled_hour_begins_after_the_gap_and_at_the_first(wall: str, instant: int):
    pause = calendar_of(f'{HEAD}timezone = "Europe/Berlin"\n[[pause]]\nfrom = "{wall}"\n').pauses[0]
    assert pause.start is not None
    assert (pause.start.hour, pause.start.minute) == (instant, 30)


def test_a_site_is_never_late_unless_told():
    site = '[channels.blog]\nnetwork = "site"\naddress = "https://acme.example/"\n'
    assert calendar_of(HEAD + site).channels["blog"].max_late is None
    assert calendar_of(HEAD + site + 'max_late = "1h"\n').channels["blog"].max_late == 3600
    assert calendar_of(HEAD + TOOTS).channels["toots"].max_late == 7200


def test_a_network_without_api_is_a_handoff():
    assert calendar_of(f'{HEAD}[channels.jobs]\nnetwork = "xing"\n').channels["jobs"].by_hand
    assert not calendar_of(HEAD + TOOTS).channels["toots"].by_hand


def test_an_almost_empty_calendar_is_one():
    calendar = calendar_of(HEAD)
    assert (calendar.publish_from, calendar.timezone, calendar.channels, calendar.max_late) == ("worktree", "UTC", {}, 7200.0)


# -- what is refused, where, and what to write instead -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "slug", "line", "words"),
    [
        (HEAD + 'timezome = "UTC"\n', "unknown-key", 3, "did you mean timezone?"),
        (HEAD + "[aproval]\nrequired = true\n", "unknown-key", 3, "did you mean approval?"),
        (HEAD + TOOTS + 'visibilty = "public"\n', "unknown-key", 6, "did you mean visibility?"),
        (HEAD + TOOTS + 'slot = ["Mon 09:00"]\n', "unknown-key", 6, "did you mean slots?"),
        (HEAD + '[[pause]]\nreason = "x"\n[[pause]]\nuntill = 2026-01-01\n', "unknown-key", 6, "did you mean until?"),
        (HEAD + "[campaigns.x]\n\nform = 2026-01-01\n", "unknown-key", 5, "did you mean from?"),
        ("[channels]\n", "missing-key", 0, "[calendar]"),
        ('[calendar]\n\ntimezone = "UTC"\n', "missing-key", 1, 'name = "…"'),
        (HEAD + '[channels.toots]\nserver = "y"\n', "missing-key", 3, "network"),
        (HEAD + '[channels.toots]\nnetwork = "mastodon"\n', "missing-key", 3, "server"),
        (HEAD + '[channels.toots]\nnetwork = "mastodn"\n', "unknown-network", 4, "did you mean mastodon?"),
        ('[calendar]\nname = "Acme GmbH"\n', "bad-value", 2, "acme-blog"),
        (HEAD + 'timezone = "Europe/Berln"\n', "bad-value", 3, "did you mean Europe/Berlin?"),
        (HEAD + 'max_late = "2 moons"\n', "bad-value", 3, '"2h"'),
        (HEAD + "max_late = 2\n", "bad-value", 3, '"30m"'),
        (HEAD + 'quiet = "evening"\n', "bad-value", 3, "20:00-08:00"),
        (HEAD + 'holidays = "Bayern"\n', "bad-value", 3, "DE-BY"),
        (HEAD + 'posts = "../other"\n', "bad-value", 3, "inside the calendar"),
        (HEAD + 'publish_from = "--upload-pack=x"\n', "bad-value", 3, "main"),
        (HEAD + TOOTS + 'slots = ["Moonday 9:00"]\n', "bad-value", 6, "did you mean Monday?"),
        (HEAD + TOOTS + 'slots = ["Mon 25:00"]\n', "bad-value", 6, "09:00"),
        (HEAD + TOOTS + "slots = 9\n", "bad-value", 6, '"Mon 09:00"'),
        (HEAD + TOOTS + 'by_hand = "yes"\n', "bad-value", 6, "true or false"),
        (HEAD + TOOTS + 'daily_limit = "3"\n', "bad-value", 6, "whole number"),
        (HEAD + TOOTS + 'since = "24.11.2026"\n', "bad-value", 6, "2026-11-24"),
        (HEAD + TOOTS + "since = 2026-11-24T09:00:00\n", "bad-value", 6, "the day alone"),
        (HEAD + TOOTS + "title = 5\n", "bad-value", 6, "in quotes"),
        (HEAD + TOOTS + 'visibility = "secret-ish"\n', "bad-value", 6, "'public'"),
        (HEAD + "[channels.Blog]\nnetwork = 'xing'\n", "bad-name", 3, "a-z"),
        (HEAD + TOOTS + 'limits = { text = "many" }\n', "bad-value", 6, "text must be a whole number"),
        (HEAD + '[approval]\nby = "vote"\n', "bad-value", 4, "'line' or 'merge'"),
        (HEAD + '[pause]\nreason = "x"\n', "bad-value", 3, "[[pause]]"),
        (HEAD + "[groups]\nall = 5\n", "bad-value", 4, "list"),
        (HEAD + "[channels]\nx = 5\n", "bad-value", 4, "table"),
        (HEAD + "[campaigns.x]\nfrom = 2026-05-01\nuntil = 2026-05-01\n", "bad-value", 5, "exclusive"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(text: str, slug: str, line: int, words: str):
    problem = only_problem(text)
    assert (problem.slug, problem.place.line) == (slug, line)
    assert words in f"{problem.what} {problem.hint}"


@pytest.mark.parametrize(
    ("text", "slug", "line", "words"),
    [
        (HEAD + TOOTS + '[groups]\nall = ["tools"]\n', "unknown-channel", 7, "did you mean toots?"),
        (HEAD + 'channels = ["al"]\n[groups]\nall = []\n', "unknown-channel", 3, "did you mean all?"),
        (HEAD + '[[pause]]\ncampaign = "hebrst"\n[campaigns.herbst]\n', "unknown-campaign", 4, "did you mean herbst?"),
        (HEAD + '[[pause]]\nreason = "x"\nnetwork = "mastodan"\n', "unknown-network", 5, "did you mean mastodon?"),
        (HEAD + '[approval]\napprovers = ["ad"]\n[people.ada]\n', "unknown-person", 4, "did you mean ada?"),
        (HEAD + '[people.ada]\nmastodn = "@ada"\n', "unknown-channel", 4, "did you mean mastodon?"),
        (HEAD + '[alerts]\nto = ["channel:chat"]\n', "unknown-channel", 4, "there is no channel chat"),
        (HEAD + "[networks.mastodom]\ngap = '1h'\n", "unknown-network", 3, "did you mean mastodon?"),
        (HEAD + '[approval]\ncount = 2\napprovers = ["ada"]\n[people.ada]\n', "bad-value", 4, "nothing could ever go out"),
        (HEAD + '[approval]\nrequired = true\nby = "merge"\n', "approval-worktree", 5, "publish_from"),
    ],
)
def test_a_name_that_nothing_bears_is_told(text: str, slug: str, line: int, words: str):
    problem = only_problem(text)
    assert (problem.slug, problem.place.line) == (slug, line)
    assert words in f"{problem.what} {problem.hint}"


def test_all_mistakes_are_told_together_in_the_order_of_their_lines():
    text = HEAD + TOOTS + 'slots = ["Xyz 09:00"]\nvisibilty = "public"\n[groups]\nall = ["nobody"]\n[[pause]]\ngroup = "none"\n'
    calendar, problems = read(text)
    assert calendar is None
    lines = [problem.place.line for problem in problems]
    assert lines == sorted(lines) and len(lines) >= 3


def test_a_mistake_in_the_defaults_of_a_network_is_told_where_it_stands():
    problem = only_problem(HEAD + '[networks.mastodon]\nvisibilty = "unlisted"\n' + TOOTS)
    assert (problem.slug, problem.place.line) == ("unknown-key", 4)


def test_approval_without_git_is_warned_of_but_holds():
    calendar, (problem,) = read(HEAD + "[approval]\nrequired = true\n")
    assert calendar is not None and calendar.approval.required
    assert (problem.slug, problem.severity, problem.place.line) == ("approval-worktree", WARNING, 3)


@pytest.mark.parametrize(
    ("data", "slug", "line"),
    [(b"[calendar]\nname = acme\n", "bad-toml", 2), (b"[calendar", "bad-toml", 1), (b'[calendar]\nname = "\xe4"\n', "not-utf8", 2)],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(data: bytes, slug: str, line: int):
    calendar, (problem,) = read_calendar(Path("/calendar"), data)
    assert calendar is None
    assert (problem.slug, problem.place.line) == (slug, line)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    calendar, problems = read_calendar(Path("/c"), b"\xef\xbb\xbf" + (HEAD + TOOTS).replace("\n", "\r\n").encode())
    assert calendar is not None and problems == []
    assert calendar.channels["toots"].line == 3


# -- one name space -------------------------------------------------------------------------------------------------------------


def test_the_only_channel_of_a_network_may_bear_its_name():
    assert calendar_of(HEAD + TOOTS.replace("toots", "mastodon")).channels["mastodon"].network == "mastodon"


def test_a_second_channel_of_that_network_makes_the_name_ambiguous():
    text = HEAD + TOOTS.replace("toots", "mastodon") + TOOTS.replace("toots", "jobs")
    problem = only_problem(text)
    assert (problem.slug, problem.place.line) == ("name-of-network", 3)
    assert "smm channel rename mastodon mastodon-main" in problem.hint


def test_a_channel_may_not_bear_another_networks_name():
    assert only_problem(HEAD + TOOTS.replace("toots", "bluesky")).slug == "name-of-network"


def test_a_group_may_bear_a_networks_name_only_if_it_is_just_that():
    assert calendar_of(f'{HEAD}{TOOTS}[groups]\nmastodon = ["toots"]\n').groups["mastodon"] == ("toots",)
    hooks = '[channels.hooks]\nnetwork = "webhook"\nurl = "https://a.example/"\n'
    assert only_problem(f'{HEAD}{TOOTS}{hooks}[groups]\nmastodon = ["toots", "hooks"]\n').slug == "name-of-network"


def test_a_name_is_a_channel_or_a_group_not_both():
    assert only_problem(f'{HEAD}{TOOTS}[groups]\ntoots = ["toots"]\n').slug == "name-twice"


def test_a_former_name_belongs_to_one_channel():
    second = TOOTS.replace("toots", "news")
    assert only_problem(HEAD + TOOTS + 'formerly = ["news"]\n' + second).slug == "name-twice"
    assert only_problem(HEAD + TOOTS + 'formerly = ["old"]\n' + second + 'formerly = ["old"]\n').slug == "name-twice"


# -- kept without pydantic --------------------------------------------------------------------------------------------------------


def test_the_kept_form_is_the_same_calendar():
    calendar = calendar_of(WHOLE)
    assert of_plain(calendar.root, json.loads(json.dumps(to_plain(calendar)))) == calendar


def test_an_unchanged_file_is_read_without_pydantic_or_networks(tmp_path: Path):
    (tmp_path / "channels.toml").write_text(WHOLE)
    program = "import sys; from pathlib import Path; from smm_cli.calendar.cached import load_calendar as load; load(Path(sys.argv[1]))"
    program += "; print(*sys.modules)"
    runs = [subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True) for _ in range(2)]
    cold, warm = (set(run.stdout.split()) for run in runs)
    assert "pydantic" in cold
    assert not warm & {"pydantic", "tomlkit", "tomllib", "smm_cli.networks", "smm_cli.networks.base", "zoneinfo", "subprocess"}
    assert load_calendar(tmp_path) == read_calendar(tmp_path)[0]


def test_a_changed_file_is_read_anew(tmp_path: Path):
    (tmp_path / "channels.toml").write_text(HEAD)
    assert load_calendar(tmp_path).timezone == "UTC"
    (tmp_path / "channels.toml").write_text(HEAD + 'timezone = "Asia/Tokyo"\n')
    assert load_calendar(tmp_path).timezone == "Asia/Tokyo"


def test_the_kept_form_is_private_and_few_are_kept(tmp_path: Path):
    for number in range(12):
        (tmp_path / "channels.toml").write_text(f"{HEAD}# {number}\n")
        load_calendar(tmp_path)
    kept = list((tmp_path / ".smm" / "calendars").glob("*.json"))
    assert 1 <= len(kept) <= 8
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in kept)
    assert stat.S_IMODE((tmp_path / ".smm").stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"{", b"{}", b'{"channels": 5}', b"\xff"])
def test_a_damaged_kept_form_is_made_again(tmp_path: Path, damage: bytes):
    (tmp_path / "channels.toml").write_text(HEAD)
    first = load_calendar(tmp_path)
    (kept,) = (tmp_path / ".smm" / "calendars").glob("*.json")
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert load_calendar(tmp_path) == first
    assert kept.read_bytes() == whole


def test_a_calendar_that_cannot_be_written_to_is_read_all_the_same(tmp_path: Path):
    (tmp_path / "channels.toml").write_text(HEAD)
    (tmp_path / ".smm").write_text("a file where the folder should be")
    assert load_calendar(tmp_path).name == "acme"


def test_an_error_stops_everything_and_names_all_of_them(tmp_path: Path):
    (tmp_path / "channels.toml").write_text(HEAD + TOOTS + 'max_late = "x"\ngap = "y"\n')
    with pytest.raises(ConfigError) as caught:
        load_calendar(tmp_path)
    assert "channels.toml:6" in str(caught.value) and "channels.toml:7" in str(caught.value)
    assert not (tmp_path / ".smm" / "calendars").exists()


def test_no_channels_toml_says_how_to_begin(tmp_path: Path):
    with pytest.raises(ConfigError, match="smm init"):
        load_calendar(tmp_path)
    assert read_calendar(tmp_path)[1][0].slug == "no-calendar"


def test_the_calendar_of_a_commit_is_that_commits(tmp_path: Path):
    (tmp_path / "channels.toml").write_text(HEAD)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@a.example"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    (tmp_path / "channels.toml").write_text(HEAD.replace("acme", "other"))
    assert load_calendar(tmp_path, open_source(tmp_path, "main")).name == "acme"
    assert load_calendar(tmp_path).name == "other"


@pytest.mark.parametrize("data", [b"[calendar]\n" + b"# x\n" * 300_000, b"[calendar]\n" + b"a." * 20_000 + b"b = 1\n"])
def test_what_no_person_wrote_is_refused_before_it_is_read(tmp_path: Path, data: bytes):
    calendar, problems = read_calendar(tmp_path, data)
    assert calendar is None
    assert [problem.slug for problem in problems] == ["too-large"]


def test_a_commit_without_channels_toml_names_the_file_that_lies_beside_it(tmp_path: Path):
    from smm_cli.calendar.cached import load_calendar
    from smm_cli.calendar.source import Commit
    from smm_cli.errors import ConfigError

    for command in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "Nothing yet"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "channels.toml").write_text("[calendar]\n")
    with pytest.raises(ConfigError) as refused:
        load_calendar(tmp_path, Commit(tmp_path, "main"))
    assert refused.value.hint == "it is not committed: git add channels.toml && git commit"
