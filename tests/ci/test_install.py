"""What smm runner install writes for git hosts: valid for the host, within its minutes, for these hours, over nobody's file."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml

from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.cron import read_cron
from smm_cli.calendar.model import Calendar
from smm_cli.cli.runner_hours import hours_of
from smm_cli.cli.start import run
from smm_cli.errors import UsageError

SITE = '\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n'
SOCIAL = '\n[channels.social]\nnetwork = "mastodon"\nserver = "https://m.example"\nsecret = "env:SOCIAL_TOKEN"\n'
HOSTS = ("github", "gitlab", "forgejo")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository" / "social"
    (folder / "posts").mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "-b", "main", str(folder.parent)], check=True)
    monkeypatch.setenv("SMM_CALENDAR", str(folder))
    write(folder, SOCIAL)
    return folder


def write(root: Path, more: str, quiet: str = "") -> None:
    said = f'quiet = "{quiet}"\n' if quiet else ""
    (root / "channels.toml").write_text(f'[calendar]\nname = "t"\ntimezone = "Europe/Berlin"\n{said}{more}')


def install(where: str, *more: str) -> int:
    return run(["runner", "install", where, "--write", "--yes", *more])


def files(root: Path) -> dict[str, str]:
    top = root.parent
    found = [*top.glob(".github/workflows/*"), *top.glob(".forgejo/workflows/*"), *top.glob(".gitlab/*"), *top.glob(".gitlab-ci.yml")]
    return {path.relative_to(top).as_posix(): path.read_text() for path in found}


def schema(name: str) -> dict:
    text = resources.files("check_jsonschema").joinpath(f"builtin_schemas/vendor/{name}.json").read_text()
    return json.loads(text)


@pytest.mark.parametrize("more", [SOCIAL, SITE, SOCIAL + SITE + "\n[approval]\nrequired = true\nfour_eyes = true\n"])
@pytest.mark.parametrize("where", HOSTS)
def test_what_is_written_is_valid_for_its_host(root: Path, where: str, more: str) -> None:
    write(root, more)
    assert install(where) == 0
    written = files(root)
    assert len(written) == (2 if where == "gitlab" else 3)
    rules = schema("gitlab-ci" if where == "gitlab" else "github-workflows")
    for path, text in written.items():
        read = yaml.safe_load(text)
        if True in read:  # YAML 1.1 takes `on` for a truth
            read["on"] = read.pop(True)
        jsonschema.validate(read, rules)
        assert "#:" not in text, path


@pytest.mark.parametrize("where", ["github", "forgejo"])
def test_no_expression_stands_where_a_shell_reads_and_no_fork_gets_a_secret(root: Path, where: str) -> None:
    write(root, SOCIAL + SITE)
    assert install(where) == 0
    for path, text in files(root).items():
        flow = yaml.safe_load(text)
        steps = [step for job in flow["jobs"].values() for step in job["steps"]]
        assert not [step for step in steps if "${{" in step.get("run", "")]
        assert "pull_request_target" not in text
        if path.endswith("smm-check.yml"):
            assert "secrets." not in text and flow["permissions"] == {"contents": "read"}
            assert next(step for step in steps if "checkout" in step.get("uses", ""))["with"]["persist-credentials"] is False
        else:
            with_secret = [step["name"] for step in steps if "secrets." in str(step.get("env"))]
            assert with_secret == (["Publish"] if path.endswith("publish.yml") else ["Act"])


def test_without_write_nothing_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (root / "channels.toml").read_bytes()
    for words in (["runner", "install", "github"], ["runner", "install", "github", "--write", "--dry-run"]):
        assert run(words) == 0
        shown = capsys.readouterr()
        assert "# .github/workflows/smm-publish.yml" in shown.out and "about 396 minutes a month" in shown.err
    assert not files(root) and (root / "channels.toml").read_bytes() == before
    assert run(["runner", "install", "github", "--write"]) == 2, "it was not asked"
    assert not files(root)


def test_anothers_file_is_left_alone(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = root.parent / ".github" / "workflows" / "smm-check.yml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("name: mine\n")
    assert install("github") == 3
    assert ".github/workflows/smm-check.yml is there, and smm did not write it" in capsys.readouterr().err
    assert files(root) == {".github/workflows/smm-check.yml": "name: mine\n"}
    theirs.unlink()
    theirs.mkdir()
    assert install("github") == 3, "a folder of that name"


def test_a_gitlab_file_of_ones_own_only_needs_the_include(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = root.parent / ".gitlab-ci.yml"
    own.write_text("build:\n  script: make\n")
    assert install("gitlab") == 3
    assert "local: .gitlab/smm.yml" in capsys.readouterr().err
    own.write_text("include:\n  - local: .gitlab/smm.yml\nbuild:\n  script: make\n")
    assert install("gitlab") == 0
    assert own.read_text().endswith("script: make\n") and ".gitlab/smm.yml" in files(root)


def test_written_again_it_is_the_same_and_a_change_of_hours_replaces_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert install("github") == 0
    first = files(root)
    capsys.readouterr()
    assert install("github") == 0
    assert "stand there already" in capsys.readouterr().err and files(root) == first
    assert install("github", "--every", "2h") == 0
    changed = [path for path, text in files(root).items() if text != first[path]]
    assert changed == [".github/workflows/smm-publish.yml"]


def test_the_calendar_gets_what_a_job_needs_and_keeps_what_it_has(root: Path) -> None:
    assert install("github") == 0
    text = (root / "channels.toml").read_text()
    assert 'claims = "git"' in text and 'publish_from = "main"' in text and 'max_late = "6h"' in text
    write(root, f'max_late = "1d"\npublish_from = "prod"\n{SOCIAL}\n[ledger]\nurl = "env:DATABASE"\n')
    before = (root / "channels.toml").read_text()
    assert install("github") == 0
    assert (root / "channels.toml").read_text() == before
    publish = files(root)[".github/workflows/smm-publish.yml"]
    assert 'branches: ["prod"]' in publish and "DATABASE: ${{ secrets.DATABASE }}" in publish and "[postgres]" in publish


def test_a_proposal_is_checked_without_the_address_of_the_database(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, f'{SOCIAL}\n[ledger]\nurl = "env:DATABASE_THAT_IS_NOT_HERE"\n')
    assert run(["check"]) == 0, capsys.readouterr().err
    assert run(["plan"]) == 3
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(root), "commit", "--quiet", "-m", "x"], check=True)
    assert run(["plan", "--diff", "HEAD"]) == 0
    assert "cannot be planned" not in capsys.readouterr().out
    (root / "channels.toml").write_text("[calendar\n")
    assert run(["check"]) == 3


def test_more_minutes_than_the_host_includes_are_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["runner", "install", "github", "--every", "5m", "--hours", "00:00-24:00", "--write"]
    assert run(words) == 2
    assert "about 8766 minutes a month are more than the 2000" in capsys.readouterr().err
    assert not files(root)
    assert run([*words, "--yes"]) == 0
    assert files(root)


@pytest.mark.parametrize(
    "bad",
    [
        ["--every", "7m"],
        ["--every", "1m"],
        ["--every", "1d"],
        ["--every", "x"],
        ["--hours", "never"],
        ["--requirement", "smm; rm -rf /"],
        ["--requirement", "smm: 1"],
        ["--hours", "25:00-26:00"],
    ],
)
def test_what_cannot_be_is_told_and_writes_nothing(root: Path, bad: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert install("github", *bad) == 2
    assert bad[0] in capsys.readouterr().err and not files(root)


def test_names_that_could_break_out_of_a_file_are_refused(root: Path) -> None:
    write(root, f'publish_from = "a\\"b$(touch"\n{SOCIAL}')
    assert install("github") == 3
    assert not files(root)
    write(root, SOCIAL.replace("SOCIAL_TOKEN", "GITHUB_TOKEN"))
    assert install("github") == 3


def test_outside_of_git_there_is_nowhere_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, SOCIAL)
    monkeypatch.setenv("SMM_CALENDAR", str(tmp_path))
    assert install("github") == 3


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("said", ["07:00-19:00", "Mo-Fr 08:00-18:00", "22:00-02:00", "Sa,Su 00:00-24:00"])
@pytest.mark.parametrize("every", ["1h", "30m", "15m", "2h"])
def test_the_hours_are_covered_at_both_ends_of_summer_time(zone: str, said: str, every: str) -> None:
    hours = hours_of(Calendar(Path(), "t", timezone=zone), every, said, utc=True)
    plain = hours_of(Calendar(Path(), "t", timezone="UTC"), every, said, utc=False)
    crons, step = [read_cron(line) for line in hours.lines], timedelta(minutes=hours.every)
    assert len(plain.lines) <= 4
    place = ZoneInfo(zone)
    for day in ("2026-01-14", "2026-03-29", "2026-07-15", "2026-10-25"):
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        for quarter in range(96 * 2):
            at = moment + timedelta(minutes=15 * quarter)
            wall = at.astimezone(place)
            if _within(wall, said):
                looks = min(found for cron in crons if (found := cron.next(at)))
                assert looks - at <= step, f"nobody looks within {step} of {wall}"


def _within(wall: datetime, said: str) -> bool:
    from smm_cli.plan.calm import read_calm

    calm = read_calm(said, None, ZoneInfo("UTC"))
    assert calm is not None
    return bool(calm.why(wall.replace(tzinfo=UTC)))


def test_hours_outside_of_quiet_ones_are_the_usual() -> None:
    quiet = Calendar(Path(), "t", timezone="UTC", quiet="20:00-08:00; Sa,Su 00:00-24:00")
    assert hours_of(quiet, "1h", "", utc=True).lines == ("7 8-19 * * 1-5",)
    with pytest.raises(UsageError):
        hours_of(Calendar(Path(), "t", quiet="00:00-24:00"), "1h", "", utc=True)


@pytest.mark.parametrize("every", ["1h", "2h", "4h"])
def test_a_slot_outside_of_the_hours_has_a_look_of_its_own(root: Path, every: str) -> None:
    write(root, SITE + 'slots = "Mon 20:30"\n')
    calendar, _ = read_calendar(root)
    assert calendar is not None
    hours = hours_of(calendar, every, "", utc=False)
    slot = datetime(2026, 11, 23, 20, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    looks = min(found for line in hours.lines if (found := read_cron(line, hours.zone).next(slot)))
    assert looks - slot <= timedelta(minutes=hours.every)


def test_the_secrets_are_named_for_the_person_with_the_command(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert install("github") == 0
    said = capsys.readouterr().err
    assert "gh secret set SOCIAL_TOKEN" in said and "Settings > Secrets and variables > Actions" in said
    write(root, SOCIAL + '\n[channels.x]\nnetwork = "x"\nsecret = "age:secrets/x.age"\n')
    assert install("gitlab") == 0
    assert "SMM_AGE_IDENTITY" in capsys.readouterr().err


def test_the_recipes_are_in_the_package() -> None:
    names = {path.name for path in resources.files("smm_cli.cli.recipes").iterdir()}
    assert {"check.yml", "publish.yml", "act.yml", "gitlab.yml"} <= names
    assert sys.version_info >= (3, 11)
