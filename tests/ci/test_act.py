"""The button of a git host: what is typed there does what it says, as whom, and never more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from smm_cli.calendar.model import Approval, Calendar
from smm_cli.cli.runner_act import ACTS, approver, read_inputs
from smm_cli.delivery.shared_claims import written
from smm_cli.errors import UsageError
from smm_cli.words.channel import Person
from tests.ci.conftest import forgejo

HOSTILE = [
    '"; rm -rf "$HOME"; "',
    "$(touch owned)",
    "`touch owned`",
    "launch\n--yes",
    "@all",
    "launch@",
    "../launch",
    "--now",
    "-C /",
    "launch@social@2026-01-01T0900@x",
    "launch\u202e",
    "Launch",
    "a" * 600,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["SMM_POST", "SMM_CHANNEL"])
def test_what_is_no_name_is_refused_before_anything_runs(name, text):
    if text == "-C /":
        text = "-C"
    with pytest.raises(UsageError):
        read_inputs({"SMM_ACT": "hold", "SMM_POST": "launch", name: text})


@pytest.mark.parametrize("text", ["pauze", "", "pause; rm", "$(pause)", "PAUSE", "post", "pause\nresume"])
def test_only_the_acts_that_there_are_can_be_asked_for(text):
    with pytest.raises(UsageError):
        read_inputs({"SMM_ACT": text})


@pytest.mark.parametrize("name", ["SMM_REASON", "SMM_UNTIL", "SMM_ADDRESS", "SMM_SEEN"])
@pytest.mark.parametrize("text", ["a\nb", "a\x1b[2J", "a\x00b", "x" * 501, "a\u2028b"])
def test_a_text_of_several_lines_or_with_control_signs_is_refused(name, text):
    with pytest.raises(UsageError):
        read_inputs({"SMM_ACT": "pause", name: text})


def test_what_a_phone_types_is_taken():
    assert read_inputs({"SMM_ACT": "pause", "SMM_REASON": "👩‍💻 ist krank "}).reason == "👩‍💻 ist krank"


def test_several_posts_stand_with_blanks_between():
    assert read_inputs({"SMM_ACT": "retry", "SMM_POST": " launch@social  hours@blog@2026-11-24T0900 "}).posts == (
        "launch@social",
        "hours@blog@2026-11-24T0900",
    )


def people(**of):
    return Calendar(root=None, name="t", people={name: Person(name, login=login) for name, login in of.items()}, approval=Approval(True))


@pytest.mark.parametrize("host", [{"GITHUB_ACTOR": "Ada-Acme"}, {"FORGEJO_ACTOR": "ada-acme"}, {"GITLAB_USER_LOGIN": "ada-acme"}])
def test_who_started_the_job_is_who_approves(host):
    assert approver(people(ada="ada-acme", bob="bob"), host).name == "ada"


@pytest.mark.parametrize(
    "host", [{}, {"GITHUB_ACTOR": "mallory"}, {"GITHUB_ACTOR": "ada"}, {"GITHUB_ACTOR": "ada-acme", "GITHUB_TRIGGERING_ACTOR": "bob"}]
)
def test_nobody_approves_who_is_not_known_by_that_login_or_runs_anothers_job_again(host):
    with pytest.raises(UsageError):
        approver(people(ada="ada-acme", bob="bob", nobody=""), host)


def test_on_gitlab_nobody_is_somebody_else_by_a_variable_of_another_host():
    job = {"GITLAB_USER_LOGIN": "bob", "GITHUB_ACTOR": "ada-acme", "FORGEJO_ACTOR": "ada-acme"}
    assert approver(people(ada="ada-acme", bob="bob"), job).name == "bob"


def test_a_pause_holds_at_once_though_main_is_protected_and_resume_ends_it(host):
    host.post("launch")
    host.install("github")
    host.protect()
    ended = host.act(act="pause", reason='The "server" is $(down); `really`')
    assert ended.ok, ended.said
    assert "refs/smm/pause" in host.refs()
    assert 'The "server" is $(down); `really`' in ended.said
    held = host.publish()
    assert host.posted() == [] and held.ok, held.said
    ended = host.act(act="resume-go-on")
    assert ended.ok, ended.said
    assert "refs/smm/pause" not in host.refs()
    assert host.publish().ok
    assert host.posted() == ["Hello."]


def test_a_pause_that_the_host_did_not_take_makes_the_job_red(host):
    host.install("github")
    host.refuse("refs/smm/pause")
    ended = host.act(act="pause", reason="The server is down")
    assert not ended.ok
    assert "other runners do not know yet" in ended.said


def test_publish_now_sends_before_its_time_and_once(host):
    host.post("launch", at="2099-01-01 10:00")
    host.install("github")
    ended = host.act(act="publish", post="launch")
    assert ended.ok, ended.said
    assert host.posted() == ["Hello."]
    host.act(act="publish", post="launch")
    assert host.publish().ok
    assert host.posted() == ["Hello."]


def test_publish_now_is_red_where_the_channel_is_busy(host):
    host.post("launch", at="2099-01-01 10:00")
    host.install("github")
    now = datetime.now(UTC)
    claim = written("elsewhere#1#2", "other@social", now, now + timedelta(minutes=10), {"payload": "", "commit": ""})
    tree = host.git(host.author, "hash-object", "-t", "tree", "-w", "/dev/null")
    made = host.git(host.author, "commit-tree", tree, "-m", claim)
    host.git(host.author, "push", "--quiet", "origin", f"{made}:refs/smm/claims/social")
    ended = host.act(act="publish", post="launch")
    assert not ended.ok and host.posted() == []
    assert "other@social is being sent by elsewhere" in ended.said and "Not sent now: launch@social" in ended.said


def test_what_one_job_holds_the_next_does_not_send_until_it_is_released(host):
    host.post("launch")
    host.install("github")
    ended = host.act(act="hold", post="launch@social")
    assert ended.ok, ended.said
    assert host.publish().ok
    assert host.posted() == []
    ended = host.act(act="release", post="launch@social")
    assert ended.ok, ended.said
    assert host.publish().ok
    assert host.posted() == ["Hello."]


def test_a_failed_delivery_is_tried_again(host):
    host.post("launch", "A" * 600)
    host.install("github")
    host.publish()
    assert host.posted() == []
    host.post("launch", "Short enough.")
    host.push()
    ended = host.act(act="retry", post="launch@social")
    assert ended.ok or "planned" in ended.said, ended.said
    assert host.publish().ok
    assert host.posted() == ["Short enough."]


def test_an_address_ends_a_delivery_by_hand(host):
    host.config(more='\n[channels.xing]\nnetwork = "xing"\n')
    host.post("launch", channels="xing")
    host.install("github")
    assert host.publish().ok
    assert not host.act(act="resolve", post="launch@xing").ok, "nobody said how it ended"
    ended = host.act(act="resolve", post="launch@xing", address="https://www.xing.com/$(touch owned)")
    assert ended.ok, ended.said
    receipt = host.git(host.remote, "show", "smm:receipts/launch/xing.toml")
    assert "https://www.xing.com/$(touch owned)" in receipt and "published" in receipt
    assert not list(ended.workspace.rglob("owned"))


def test_one_address_does_not_end_several_deliveries(host):
    host.config(more='\n[channels.xing]\nnetwork = "xing"\n')
    for id in ("one", "two"):
        host.post(id, channels="xing")
    host.install("github")
    assert host.publish().ok
    ended = host.act(act="resolve", post="one@xing two@xing", address="https://www.xing.com/1")
    assert not ended.ok and "one address is that of one post" in ended.said
    assert "published" not in host.git(host.remote, "show", "smm:receipts/one/xing.toml", check=False)


APPROVAL = '\n[approval]\nrequired = true\napprovers = ["ada"]\n'


def test_an_approval_is_written_by_who_started_the_job(host):
    host.config(more=APPROVAL)
    host.post("launch")
    host.install("github")
    assert host.publish().ok
    assert host.posted() == []
    ended = host.act(act="approve", post="launch", actor="ada")
    assert ended.ok, ended.said
    assert host.git(host.remote, "log", "-1", "--format=%an <%ae>, %cn", "main") == "ada <ada@example.org>, ada"
    assert "approved:" in host.git(host.remote, "show", "main:posts/launch.md")
    assert host.publish().ok
    assert host.posted() == ["Hello."]


def test_an_approval_under_a_protected_main_waits_on_a_branch_for_its_proposal(host):
    host.config(more=APPROVAL)
    host.post("launch")
    host.install("github")
    host.protect()
    ended = host.act(act="approve", post="launch")
    assert not ended.ok
    (branch,) = [ref for ref in host.refs() if ref.startswith("refs/heads/approve-launch-")]
    name = branch.removeprefix("refs/heads/")
    assert f"https://github.com/acme/calendar/compare/main...{name}?expand=1" in ended.said
    assert "approved:" in host.git(host.remote, "show", f"{branch}:posts/launch.md")
    assert host.publish().ok and host.posted() == []


def test_an_approval_of_what_changed_meanwhile_is_not_pushed(host):
    host.config(more=APPROVAL)
    host.post("launch")
    host.install("github")
    job = host.job(".github/workflows/smm-act.yml", event="workflow_dispatch", inputs={"act": "approve", "post": "launch"})
    (act,) = [step for step in job.job["steps"] if step.get("name") == "Act"]
    job.job["steps"].remove(act)
    assert job.run().ok
    host.post("launch", "Something quite different.")
    host.push()
    job.job["steps"] = [act]
    ended = job.run()
    assert not ended.ok and "main changed since this was started" in ended.said
    assert not [ref for ref in host.refs() if "approve" in ref]
    assert "approved:" not in host.git(host.remote, "show", "main:posts/launch.md")


def test_an_approval_that_is_run_again_approves_nothing_that_came_since(host):
    host.config(more=APPROVAL)
    host.post("launch")
    host.install("forgejo")
    again = host.job(
        ".forgejo/workflows/smm-act.yml", event="workflow_dispatch", inputs={"act": "approve", "post": "launch"}, env=forgejo()
    )
    host.post("launch", "Something quite different.")
    host.push()
    ended = again.run()
    assert not ended.ok and "main changed since this was started" in ended.said
    assert "approved:" not in host.git(host.remote, "show", "main:posts/launch.md")


@pytest.mark.parametrize("actor", ["mallory", "bob"])
def test_who_may_not_approve_changes_nothing(host, actor):
    host.config(more=f'{APPROVAL}\n[people.bob]\nlogin = "bob"\n')
    host.post("launch")
    host.install("github")
    before = host.git(host.remote, "rev-parse", "main")
    ended = host.act(act="approve", post="launch", actor=actor)
    assert not ended.ok
    assert actor in ended.said
    assert host.git(host.remote, "rev-parse", "main") == before


@pytest.mark.parametrize("text", ['"; touch owned; "', "$(touch owned)`touch owned`", "launch\ntouch owned", "--yes"])
def test_a_hostile_input_reaches_no_shell(host, text):
    host.post("launch", at="2099-01-01 10:00")
    host.install("github")
    inputs = ("act", "post", "channel", "reason", "until", "address", "seen")
    ended = host.act(**dict.fromkeys(inputs, text))
    assert not ended.ok
    assert host.act(**{**dict.fromkeys(inputs, text), "act": "publish"}).ok is False
    assert not list(host.folder.rglob("owned"))
    assert host.posted() == []


def test_what_a_person_decides_is_not_dropped_for_the_next_run_and_waits_for_no_site(host):
    import yaml

    host.config(site=True)
    host.post("one", "First page.", "blog")
    host.install("github")
    assert "concurrency" not in yaml.safe_load(host.text(".github/workflows/smm-act.yml"))
    assert host.publish().ok
    host.refuse("refs/heads/smm-pages")
    ended = host.act(act="pause", reason="now")
    assert ended.ok, ended.said
    assert [step.name for step in ended.steps] == ["actions/checkout@v6", "actions/setup-python@v6", "Install", "Act"]


def test_every_act_can_be_chosen_in_the_form(host):
    import yaml

    host.install("github")
    form = yaml.safe_load(host.text(".github/workflows/smm-act.yml"))[True]["workflow_dispatch"]["inputs"]
    assert form["act"]["options"] == list(ACTS)
