"""The sandbox over real sockets: smm publishes to it, the page shows it, faults strike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from smm_cli.cli.start import run as smm
from smm_cli.errors import UsageError
from smm_cli.networks import load
from smm_cli.sandbox.server import Sandbox
from tests.serving import serving


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serving() as made:
        yield made


@pytest.fixture
def calendar(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A calendar written from the very lines that the sandbox prints, their secrets set as it says."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    head = '[calendar]\nname = "try"\ntimezone = "UTC"\nlanguage = "en"\npublish_from = "worktree"\nmax_late = "none"\n'
    (root / "channels.toml").write_text("\n".join([head, *sandbox.lines.values()]))
    for line in "\n".join(sandbox.lines.values()).splitlines():
        if line.startswith("# export "):
            name, _, value = line.removeprefix("# export ").partition("=")
            monkeypatch.setenv(name, value)
    return root


def post(root: Path, id: str, body: str, channels: str, more: str = "") -> None:
    front = f"id: {id}\nstatus: ready\nchannels: [{channels}]\npublish_at: 2026-01-05 09:00\n{more}"
    (root / "posts" / f"{id}.md").write_text(f"---\n{front}---\n\n{body}\n")


def get(address: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), {}


def send(address: str, body: object, **headers: str) -> tuple[int, str]:
    asked = urllib.request.Request(address, json.dumps(body).encode(), {"content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def posted(sandbox: Sandbox) -> list[dict]:
    return json.loads(get(f"{sandbox.page}/posted.json")[1])


def test_what_the_sandbox_prints_is_all_that_a_calendar_needs(calendar, sandbox, capsys):
    reached = [
        name for name, lines in sandbox.lines.items() if lines.startswith("[") and not load(name).demands & {"media", "image", "video"}
    ]
    assert {"mastodon", "bluesky", "webhook", "shaarli", "lemmy", "wordpress"} <= set(reached)
    channels = ", ".join(f"my-{network}" for network in reached)
    post(calendar, "hello", "Good morning, all of you.", channels, 'title: "Good morning"\nlink: https://example.org/hello\n')
    assert smm(["-C", str(calendar), "publish"]) == 0, capsys.readouterr()
    found = posted(sandbox)
    assert sorted(entry["network"] for entry in found) == sorted(reached)
    assert all("Good morning, all of you." in entry["text"] for entry in found)


def test_a_thread_stands_as_a_thread_on_the_page(calendar, sandbox):
    post(calendar, "long", "The first part.\n\n---\n\nThe second part.", "my-mastodon")
    assert smm(["-C", str(calendar), "publish"]) == 0
    first, second = posted(sandbox)
    assert second["reply_to"] == first["id"]
    _, page, _ = get(f"{sandbox.page}/")
    assert page.count('<div class="thread">') == 1
    assert page.index("The first part.") < page.index("The second part.")


def test_what_was_posted_cannot_put_markup_on_the_page(calendar, sandbox):
    post(calendar, "bad", "Look: `<script>alert(1)</script>` and `<img src=x onerror=alert(2)>`", "my-mastodon")
    assert smm(["-C", str(calendar), "publish"]) == 0
    for path in ("/", "/posted.html"):
        _, page, headers = get(sandbox.page + path)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "default-src 'none'" in headers["content-security-policy"]


def test_silence_after_publishing_does_not_publish_twice(calendar, sandbox, capsys):
    status, said = send(f"{sandbox.page}/faults", {"network": "bluesky", "kind": "silence_after"})
    assert (status, json.loads(said)["faults"]) == (200, ["silence after publishing"])
    post(calendar, "once", "Said once.", "my-bluesky")
    smm(["-C", str(calendar), "publish"])
    assert "published" not in capsys.readouterr().out
    assert len(posted(sandbox)) == 1
    assert "silence after publishing" not in get(f"{sandbox.page}/")[1]


def test_faults_can_be_taken_back(sandbox):
    send(f"{sandbox.page}/faults", {"network": "mastodon", "kind": "status", "times": None})
    assert "<b>503, always</b>" in get(f"{sandbox.page}/")[1]
    assert json.loads(send(f"{sandbox.page}/faults", {"network": "mastodon", "kind": "clear"})[1]) == {"faults": []}


@pytest.mark.parametrize(
    "wrong",
    [{"network": "mastodon", "kind": "fire"}, {"network": "no", "kind": "slow"}, {"network": "mastodon", "kind": "slow", "speed": 1}],
)
def test_a_fault_that_does_not_exist_is_refused(sandbox, wrong):
    assert send(f"{sandbox.page}/faults", wrong)[0] == 422


def test_other_sites_may_not_ask(sandbox):
    assert get(f"{sandbox.page}/posted.json", Host="evil.example")[0] == 403
    assert send(f"{sandbox.page}/faults", {"network": "mastodon", "kind": "slow"}, Origin="https://evil.example")[0] == 403
    assert "<b>slow</b>" not in get(f"{sandbox.page}/")[1]


def test_there_is_no_other_page(sandbox):
    assert get(f"{sandbox.page}/../channels.toml")[0] == 404
    assert get(f"{sandbox.page}/templates/page.html")[0] == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "::"])
def test_the_sandbox_is_of_this_machine_alone(host):
    with pytest.raises(UsageError, match="this machine alone"):
        Sandbox(host)


def test_a_port_that_is_taken_is_said(sandbox):
    port = int(sandbox.page.rpartition(":")[2])
    with pytest.raises(UsageError, match="cannot all be had"), Sandbox(port=port):
        pass


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_it_cleanly():
    command = [sys.executable, "-m", "smm_cli", "sandbox", "--port", "0"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
    assert started.stderr is not None
    assert "What is posted: http://127.0.0.1:" in started.stderr.readline()
    time.sleep(1.5)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=20)
    assert "The sandbox has ended" in said
    assert "Traceback" not in said
    assert started.returncode in (0, 130)
