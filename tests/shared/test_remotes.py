"""Every way in which a calendar may be cloned, and every way in which a host may answer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from smm_cli.calendar.cached import load_calendar
from smm_cli.calendar.config import read_calendar
from smm_cli.calendar.git_refs import make_commits
from smm_cli.errors import ConfigError

BACKEND = Path(subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()) / "git-http-backend"
SSH = """#!{python}
import os, shlex, sys
with open({log!r}, "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
program, path = shlex.split(sys.argv[-1])
os.execvp("git", ["git", program.removeprefix("git-"), path])
"""


def launch(team):
    team.channel("one")
    team.post("launch")
    team.push()


def published(team, machine):
    [outcome] = machine.tick().outcomes
    assert outcome.state == "published", outcome
    assert len(team.public("one")) == 1
    assert list(team.receipts()) == ["receipts/launch/one.toml"]
    assert team.refs() == []
    assert machine.tick().outcomes == ()


def test_over_ssh(team, monkeypatch):
    launch(team)
    program = team.folder / "ssh"
    program.write_text(SSH.format(python=sys.executable, log=str(team.folder / "ssh.log")))
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    machine = team.clone("machine", url=f"ssh://git@host.example{team.remote}")
    before = len((team.folder / "ssh.log").read_text().splitlines())
    [outcome] = machine.tick().outcomes
    assert outcome.state == "published"
    asked = len((team.folder / "ssh.log").read_text().splitlines()) - before
    assert asked <= 8, "look (and fetch), claim, sending, receipt: a question and an answer each"
    before += asked
    machine.tick()
    assert len((team.folder / "ssh.log").read_text().splitlines()) - before == 1, "a tick with nothing to do asks once"


class Backend(BaseHTTPRequestHandler):
    """git http-backend behind a little server."""

    folder = ""

    def serve(self):
        asked = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": self.folder,
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": asked.path,
            "QUERY_STRING": asked.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(length),
            "REMOTE_USER": "runner",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
        }
        body = self.rfile.read(length) if length else self.chunks()
        environment["CONTENT_LENGTH"] = str(len(body))
        said = subprocess.run([BACKEND], input=body, capture_output=True, env=environment, check=False).stdout
        head, _, content = said.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def chunks(self):
        found = b""
        while self.headers.get("transfer-encoding") == "chunked" and (size := int(self.rfile.readline(), 16)):
            found += self.rfile.read(size)
            self.rfile.readline()
        return found

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    def log_message(self, *_):
        pass


@pytest.fixture
def http(team):
    if not BACKEND.exists():
        pytest.skip("git-http-backend is not installed")
    kind = type("Here", (Backend,), {"folder": str(team.folder)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/remote.git"
    server.shutdown()
    thread.join()
    server.server_close()


def test_over_http(team, http):
    launch(team)
    published(team, team.clone("machine", url=http))


def test_in_a_checkout_of_depth_one(team):
    launch(team)
    for n in range(3):
        team.post("launch", f"Hello {n}.")
        team.push()
    machine = team.clone("machine", "--depth=1", "--branch=main")
    team.post("launch", "Hello at last.")
    team.push()
    published(team, machine)
    assert [posted.text for posted in team.public("one")] == ["Hello at last."]


def test_in_a_linked_worktree(team):
    launch(team)
    machine = team.clone("machine")
    team.git(machine.root, "worktree", "add", "--quiet", "-b", "side", str(team.folder / "linked"))
    machine.root = team.folder / "linked"
    published(team, machine)


def test_in_a_submodule(team):
    launch(team)
    team.git(team.folder, "init", "--quiet", "whole")
    team.git(team.folder / "whole", "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(team.remote), "calendar")
    machine = team.clone("machine")
    machine.root = team.folder / "whole" / "calendar"
    published(team, machine)


def test_with_a_detached_head(team):
    launch(team)
    machine = team.clone("machine")
    team.git(machine.root, "switch", "--quiet", "--detach")
    published(team, machine)


def test_a_calendar_in_a_folder_of_a_bigger_repository(team):
    team.channel("one")
    team.post("launch")
    inside = team.author / "marketing plan"
    inside.mkdir()
    for name in ("posts", "channels.toml", ".gitignore"):
        (team.author / name).rename(inside / name)
    team.push()
    machine = team.clone("machine")
    machine.root = machine.root / "marketing plan"
    [outcome] = machine.tick().outcomes
    assert outcome.state == "published"
    assert list(team.receipts()) == ["marketing plan/receipts/launch/one.toml"]
    assert team.refs() == []


def test_what_a_clone_has_committed_and_not_pushed_is_not_published(team):
    launch(team)
    machine = team.clone("machine")
    (machine.root / "posts" / "own.md").write_text((machine.root / "posts" / "launch.md").read_text().replace("launch", "own"))
    team.git(machine.root, "add", "-A")
    team.git(machine.root, "commit", "--quiet", "-m", "mine")
    published(team, machine)


def test_a_protected_main_takes_no_receipts_and_needs_none(team):
    launch(team)
    hook(team, 'while read old new ref; do test "$ref" = refs/heads/main && { echo "GH006: protected branch" >&2; exit 1; }; done; exit 0')
    published(team, team.clone("machine"))


def test_a_host_that_takes_no_refs_outside_of_branches_is_told_with_what_to_do(team):
    launch(team)
    team.git(team.remote, "config", "receive.hideRefs", "refs/smm")
    machine = team.clone("machine")
    [outcome] = machine.tick().outcomes
    assert outcome.state == "held"
    assert "does not let runners keep claims under refs/smm/claims/" in outcome.note
    assert "hidden ref" in outcome.note
    assert team.public("one") == []


def test_a_host_that_takes_claims_and_does_not_show_them_is_found_out(team):
    launch(team)
    team.git(team.remote, "config", "uploadpack.hideRefs", "refs/smm")
    [outcome] = team.clone("machine").tick().outcomes
    assert outcome.state == "held"
    assert "does not show them" in outcome.note
    assert team.public("one") == []


def test_a_host_whose_rules_refuse_the_claims_is_told_in_its_own_words(team):
    launch(team)
    hook(team, 'while read old new ref; do case "$ref" in refs/smm/*) echo "Rule 7: branches only" >&2; exit 1;; esac; done; exit 0')
    [outcome] = team.clone("machine").tick().outcomes
    assert outcome.state == "held"
    assert "Rule 7: branches only" in outcome.note
    assert team.public("one") == []


def test_a_branch_for_receipts_that_may_not_be_pushed_is_told(team):
    launch(team)
    hook(team, 'while read old new ref; do case "$ref" in refs/heads/smm) echo "no new branches" >&2; exit 1;; esac; done; exit 0')
    [outcome] = team.clone("machine").tick().outcomes
    assert outcome.state == "published"
    assert "refuses the branch smm" in outcome.note


def test_a_remote_that_may_be_read_and_not_pushed_to_is_told_in_its_own_words(team):
    launch(team)
    machine = team.clone("machine")
    refuses = team.folder / "refuses"
    refuses.write_text("#!/bin/sh\necho 'ERROR: The key has been marked as read only.' >&2\nexit 1\n")
    refuses.chmod(0o755)
    team.git(machine.root, "config", "remote.origin.receivepack", str(refuses))
    [outcome] = machine.tick().outcomes
    assert outcome.state == "held"
    assert outcome.note.startswith("cannot claim: origin can be read, and not be pushed to: The key has been marked as read only")
    done = machine.smm("queue", "hold", "launch@one")
    assert done.returncode == 3
    assert "other runners do not know of it yet: origin can be read, and not be pushed to" in done.stderr


def test_a_pause_goes_to_the_remote_whose_branch_is_published(team):
    launch(team)
    config = team.author / "channels.toml"
    config.write_text(config.read_text().replace('publish_from = "main"', 'publish_from = "upstream/main"'))
    team.push()
    git = team.git
    git(team.folder, "clone", "--quiet", "--bare", str(team.remote), str(team.folder / "fork.git"))
    machines = [team.clone(name) for name in ("laptop", "server")]
    for machine in machines:
        git(machine.root, "remote", "rename", "origin", "upstream")
        git(machine.root, "remote", "add", "origin", str(team.folder / "fork.git"))
    laptop, server = machines
    assert laptop.smm("pause").returncode == 0
    assert team.refs() == ["refs/smm/pause"]
    assert server.tick().outcomes == ()
    git(laptop.root, "checkout", "--quiet", "channels.toml")
    assert laptop.tick().outcomes == ()
    assert team.public("one") == []
    assert laptop.smm("resume", "--go-on").returncode == 0
    assert team.refs() == []
    assert [outcome.state for outcome in server.tick().outcomes] == ["published"]


def test_the_command_that_ends_a_claim_names_the_remote_and_the_folder(team):
    inside = team.author / "plan"
    launch(team)
    inside.mkdir()
    for name in ("posts", "channels.toml", ".gitignore"):
        (team.author / name).rename(inside / name)
    team.push()
    machine = team.clone("machine")
    machine.root = machine.root / "plan"
    [oid] = make_commits(machine.root, ['sending launch@one part 1\n\n{"format": 99}\n'], team.start)
    team.git(machine.root, "push", "--quiet", "origin", f"{oid}:refs/smm/at/plan/claims/one")
    [outcome] = machine.tick().outcomes
    assert outcome.note == "its claim cannot be read: git push origin --delete refs/smm/at/plan/claims/one ends it"


def test_publishing_a_work_tree_is_refused_by_check_and_publish(team):
    launch(team)
    machine = team.clone("machine")
    text = (machine.root / "channels.toml").read_text().replace('publish_from = "main"', 'publish_from = "worktree"')
    (machine.root / "channels.toml").write_text(text)
    calendar, problems = read_calendar(machine.root)
    assert calendar is None
    assert [(problem.slug, problem.place.line) for problem in problems] == [("claims-worktree", 9)]
    with pytest.raises(ConfigError, match="a work tree is on one machine only"):
        load_calendar(machine.root)


def test_a_branch_that_the_remote_does_not_have_is_told(team):
    launch(team)
    machine = team.clone("machine")
    text = (machine.root / "channels.toml").read_text().replace('publish_from = "main"', 'publish_from = "master"')
    (machine.root / "channels.toml").write_text(text)
    team.git(machine.root, "branch", "master")
    with pytest.raises(ConfigError, match="origin has no branch master"):
        machine.tick()


def hook(team, script):
    path = team.remote / "hooks" / "pre-receive"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
