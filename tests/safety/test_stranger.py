"""A stranger's calendar, looked at: no secret, no command, no socket, no script on a page, nothing that drives a terminal."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path

import feedparser
import pytest

from smm_cli.cli.start import run

WATCH = """
import os, socket, subprocess
def _refuse(*a, **k):
    os.write(2, b"TRIPWIRE socket\\n"); raise OSError("no sockets here")
class _None(socket.socket):
    def connect(self, *a): _refuse()
    def bind(self, *a): _refuse()
socket.socket = _None
socket.create_connection = socket.getaddrinfo = _refuse
_old = subprocess.Popen.__init__
def _new(self, args, *a, **k):
    if not (isinstance(args, list) and args[0] == "git"):
        os.write(2, b"TRIPWIRE process\\n"); raise OSError("no processes here")
    return _old(self, args, *a, **k)
subprocess.Popen.__init__ = _new
"""
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>]]>"
BODY = r"""\<script>alert(1)\</script>"'>\<img src=x onerror=alert(2)>]]>

[a](javascript:alert(3)) [b](JAVASCRIPT:alert(3)) [c](data:text/html,x) [d](&#106;avascript:alert(5))
[e](https://e.example/"onmouseover=alert(6)) `<b onclick=x>` **\<i>** ![x"onerror="alert(7)](https://e.example/x.png) [f](vbscript:x)

```js" onload="alert(8)
</code></pre><script>alert(9)</script>
```
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return root


def site(root: Path, front: str, body: str, settings: str = "") -> None:
    (root / "channels.toml").write_text(
        '[calendar]\nname = "x"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\nlanguage = "en"\n'
        f'[channels.blog]\nnetwork = "site"\naddress = "https://a.example"\n{settings}\n'
    )
    (root / "posts" / "a.md").write_text(
        f"---\nid: a\nstatus: ready\nchannels: blog\npublish_at: 2026-11-20 08:00\n{front}---\n\n{body}\n", "utf-8"
    )


class Found(HTMLParser):
    """Tags, attributes that run something, and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.running: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            plain = "".join(sign for sign in (value or "") if ord(sign) > 32).lower()
            icon = tag == "link" and ("rel", "icon") in attrs
            if name.startswith("on") or plain.startswith(("javascript:", "vbscript:")) or (plain.startswith("data:") and not icon):
                self.running.append(f"{tag} {name}={value}")


def test_no_script_gets_into_a_page_or_a_feed(root: Path) -> None:
    quoted = json.dumps(EVIL)
    front = f'title: {quoted}\ntags: [{quoted}]\ncontent_warning: {quoted}\nlink: "https://a.example/\'onclick=alert(1)"\n'
    site(root, front, BODY, f"title = {quoted}\ndescription = {quoted}\nauthor = {quoted}")
    assert run(["-C", str(root), "publish"]) == 0
    pages = list((root / "public").rglob("*.html"))
    assert len(pages) >= 2
    for page in pages:
        found = Found()
        found.feed(page.read_text("utf-8"))
        assert not {"script", "iframe", "object", "embed", "form", "base", "i", "b"} & set(found.tags), page
        assert found.running == [], page
    feed = feedparser.parse((root / "public" / "feed.xml").read_bytes(), sanitize_html=False)
    assert not feed.bozo
    item = json.loads((root / "public" / "feed.json").read_text("utf-8"))["items"][0]
    assert item["title"] == feed.entries[0].title == EVIL
    for content in (feed.entries[0].content[0].value, item["content_html"]):
        found = Found()
        found.feed(content)
        assert "script" not in found.tags
        assert found.running == []


@pytest.mark.parametrize(
    "output", ["../out", "/tmp/out", ".", "posts", "receipts", ".git", ".smm", "", "a/../../out", "C:/out", "link", "link/in", "~"]
)
def test_a_site_is_written_below_the_calendar_or_not_at_all(root: Path, output: str) -> None:
    site(root, "", "hi", f"output = {json.dumps(output)}")
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    (root / "link").symlink_to(elsewhere, target_is_directory=True)
    before = {path for path in root.parent.rglob("*") if root not in path.parents}
    code = run(["-C", str(root), "publish"])
    assert code in (0, 3, 4, 5), output
    after = {path for path in root.parent.rglob("*") if root not in path.parents}
    assert {path for path in after - before if "config" not in path.parts} == set()
    assert code != 0 or output == "~"
    assert (root / "posts" / "a.md").exists()
    assert not list((root / "posts").rglob("*.html"))


LOOKS = [
    ["status"],
    ["queue", "list"],
    ["queue", "list", "--json"],
    ["queue", "show", "a"],
    ["publish", "--dry-run"],
    ["rehearse", "--worktree"],
    ["rehearse", "--worktree", "--json"],
    ["channel", "list"],
    ["trust", "--list"],
    ["check"],
    ["plan"],
    ["preview", "a"],
]


def hostile(root: Path, ran: Path) -> None:
    (root / "channels.toml").write_text(
        '[calendar]\nname = "x"\ntimezone = "UTC"\npublish_from = "worktree"\nmax_late = "none"\n'
        f'[channels.one]\nnetwork = "mastodon"\nserver = "https://evil.example"\nsecret = "command:touch {ran}"\n'
        '[channels.two]\nnetwork = "bluesky"\nidentifier = "e.example"\nsecret = "file:/etc/shadow"\n'
        '[channels.three]\nnetwork = "webhook"\nurl = "https://evil.example/in"\nsecret = "env:HOME"\n'
    )
    (root / "posts" / "a.md").write_text(
        "---\nid: a\ntitle: T\u202egnp.exe\nstatus: ready\nchannels: [one, two, three]\npublish_at: 2099-11-20 08:00\nlink: https://evil.example/x\n"
        "---\n\n[x](https://evil.example) \u202e evil \u2066\n",
        "utf-8",
    )
    (root / "posts" / "b\x1b]0;owned\x07\x9b31m.md").write_text("---\nti\u202etle: \u2067x\n---\n\nhi\n", "utf-8")
    (root / "posts" / "c.md").write_bytes(b"---\nid: c\n---\n\n\x1b[2J\x9b31m\n")


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
def test_looking_runs_nothing_asks_nothing_and_drives_no_terminal(root: Path, tmp_path: Path, words: list[str]) -> None:
    ran, watch = tmp_path / "ran", tmp_path / "watch"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(WATCH)
    hostile(root, ran)
    env = {**os.environ, "PYTHONPATH": str(watch), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, "-m", "smm_cli", "-C", root, *words], capture_output=True, env=env, cwd=tmp_path, check=False, timeout=120
    )
    said = (done.stdout + done.stderr).decode("utf-8")
    if "No module named 'smm_cli.cli." in said or ("smm failed" in said and "ModuleNotFoundError" in said):
        pytest.skip("this command is not there yet")
    assert "TRIPWIRE" not in said
    assert "Traceback" not in said
    assert done.returncode != 1, said
    assert not ran.exists()
    assert "root:" not in said
    assert not any(sign in said for sign in "\x1b\x07\x9b\x00\u202e\u2066\u2067"), ascii(said)


@pytest.mark.parametrize("words", [["check"], ["plan", "--diff", "HEAD"]], ids=" ".join)
def test_a_job_asks_no_database_that_a_proposal_names(root: Path, tmp_path: Path, words: list[str]) -> None:
    hostile(root, tmp_path / "ran")
    for command in (["init", "--quiet"], ["add", "channels.toml"], ["commit", "--quiet", "-m", "x"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)
    with socket.create_server(("127.0.0.1", 0)) as database, (root / "channels.toml").open("a") as file:
        database.settimeout(0.2)
        file.write(f'[ledger]\nurl = "postgresql://127.0.0.1:{database.getsockname()[1]}/x"\n')
        file.flush()
        for job, asked in ({"CI": "true"}, False), ({"CI": ""}, True):
            env = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "PGCONNECT_TIMEOUT": "2", **job}
            command = [sys.executable, "-m", "smm_cli", "-C", str(root), *words]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, cwd=tmp_path)
            heard = _is_asked(database, process)
            assert heard is asked, process.communicate()[0].decode()
            process.kill()
            process.communicate()


def _is_asked(database: socket.socket, process: subprocess.Popen) -> bool:
    """Whether the process connects before it ends."""
    while process.poll() is None:
        with suppress(TimeoutError):
            database.accept()[0].close()
            return True
    return False


def test_the_tripwires_work(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for code in (
        "import socket; socket.getaddrinfo('x', 1)",
        "import socket; socket.socket().connect(('127.0.0.1', 1))",
        "import os, subprocess; subprocess.run(['true'])",
    ):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=False)
        assert b"TRIPWIRE" in done.stderr


RECEIPT = 'format = 1\nstate = "published"\npost = "a"\nchannel = "blog"\nat = 2026-11-20T08:00:00Z\n'


@pytest.mark.parametrize(
    "text",
    [
        RECEIPT.replace('"a"', '"../../x"'),
        RECEIPT.replace("T08:00:00Z", ""),
        RECEIPT + "attempts = 9" + "9" * 40,
        "<<<<<<< HEAD\n" + RECEIPT,
        "\0",
        "",
    ],
    ids=["path", "day", "number", "conflict", "nul", "empty"],
)
def test_a_hostile_receipt_ends_every_command_with_7(root: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    site(root, "", "hi")
    (root / "receipts" / "a").mkdir(parents=True)
    (root / "receipts" / "a" / "blog.toml").write_text(text)
    for words in (["publish"], ["queue", "list"], ["queue", "list", "--json"], ["status"]):
        assert run(["-C", str(root), *words]) == 7
    assert "Traceback" not in capsys.readouterr().err
    assert not (root / "public").exists()
    assert not (root.parent / "x").exists()
