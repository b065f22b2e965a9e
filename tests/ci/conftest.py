"""A git host as far as the recipes need one: a bare repository, jobs that run their steps in a fresh clone, networks on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from smm_cli.sandbox.server import Sandbox
from tests.serving import serving

BIN = Path(sys.executable).parent
PROTECT = """#!/bin/sh
while read old new ref; do
  if [ "$ref" = refs/heads/main ] && [ -e "$(dirname "$0")/protected" ]; then
    echo "GH006: Protected branch" >&2
    exit 1
  fi
done
"""
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def git(folder, *arguments, check=True):
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Step:
    """One step that ran: its exit code and what it said; of a `uses`, which and with what."""

    name: str
    code: int = 0
    said: str = ""
    uses: str = ""
    having: dict = field(default_factory=dict)


@dataclass
class Ended:
    """A job at its end."""

    steps: list[Step]
    workspace: Path
    summary: str = ""

    @property
    def ok(self):
        return all(step.code == 0 for step in self.steps)

    @property
    def said(self):
        return "\n".join(f"--- {step.name}\n{step.said}" for step in self.steps)

    def step(self, name):
        return next(step for step in self.steps if step.name == name)


class Truths:
    """What the conditions and expressions of the recipes ask for; anything else is an error of the test."""

    def __init__(self, job, known):
        self.job, self.known = job, known

    def value(self, expression):
        text = re.sub(r"\b(github|secrets|inputs|steps)\.([\w.]+)", lambda f: f"at({f[0]!r})", expression)
        text = text.replace("&&", " and ").replace("||", " or ").replace("hashFiles", "hash_files")
        names = {"at": lambda path: self.known.get(path, ""), "success": self.job.success, "failure": lambda: not self.job.success()}
        names["hash_files"] = lambda path: "x" if (self.job.workspace / path).exists() else ""
        return eval(text, {"__builtins__": {}}, names)

    def text(self, value):
        return EXPRESSION.sub(lambda found: str(self.value(found[1])), value)


class Job:
    """A job of a workflow, run step by step as GitHub and Forgejo do: bash -e, env of workflow, job and step."""

    def __init__(self, host, text, *, event, ref="main", secrets=None, inputs=None, env=None, actor="ada", known=None):
        self.host, self.event, self.ref = host, event, ref
        self.flow = yaml.safe_load(text)
        (self.job,) = self.flow["jobs"].values()
        self.workspace = host.folder / f"job{next(host.numbers)}"
        self.runtime = self.workspace.with_name(self.workspace.name + "-runner")
        for folder in (self.workspace, self.runtime, self.runtime / "home"):
            folder.mkdir()
        known = {"github.event_name": event, "github.token": "t0ken", "github.repository": "acme/calendar", "github.run_id": "1"} | (
            known or {}
        )
        known |= {f"secrets.{name}": value for name, value in (secrets or {}).items()}
        known |= {f"inputs.{name}": value for name, value in (inputs or {}).items()}
        self.truths, self.steps = Truths(self, known), []
        self.env = {
            "PATH": f"{host.programs}:{BIN}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.runtime / "home"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": actor,
            "GITHUB_TRIGGERING_ACTOR": actor,
            "GITHUB_REPOSITORY": "acme/calendar",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_SHA": git(host.remote, "rev-parse", ref),
            "GITHUB_BASE_REF": "main" if event == "pull_request" else "",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_STEP_SUMMARY": str(self.runtime / "summary"),
            "GITHUB_PATH": str(self.runtime / "path"),
            "RUNNER_TEMP": str(self.runtime),
            "PIP_NO_INDEX": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "XDG_CONFIG_HOME": str(self.runtime / "config"),
        } | (env or {})

    def success(self):
        return all(step.code == 0 for step in self.steps)

    def run(self):
        for step in self.job["steps"]:
            if not self.truths.value(step.get("if", "success()")):
                continue
            self.steps.append(self._use(step) if "uses" in step else self._bash(step))
            if step.get("continue-on-error") and self.steps[-1].code:
                self.steps[-1].code = 0
        summary = self.runtime / "summary"
        return Ended(self.steps, self.workspace, summary.read_text() if summary.exists() else "")

    def _use(self, step):
        having = {key: self.truths.text(str(value)) for key, value in step.get("with", {}).items()}
        if "/checkout@" in step["uses"]:
            self._checkout(having)
        return Step(step["uses"], uses=step["uses"], having=having)

    def _checkout(self, having):
        depth = ["--depth", having["fetch-depth"]] if having.get("fetch-depth", "1") != "0" else []
        git(self.workspace, "init", "--quiet", "--initial-branch=none")
        git(self.workspace, "remote", "add", "origin", self.host.remote.as_uri())
        ref = having.get("ref", self.ref)
        if ref.startswith("refs/pull/"):
            everything = [] if depth else ["+refs/heads/*:refs/remotes/origin/*"]
            git(
                self.workspace,
                "fetch",
                "--quiet",
                "--no-tags",
                *depth,
                "origin",
                f"+{ref}:refs/remotes/{ref.removeprefix('refs/')}",
                *everything,
            )
            git(self.workspace, "checkout", "--quiet", "--detach", f"refs/remotes/{ref.removeprefix('refs/')}")
        else:
            git(self.workspace, "fetch", "--quiet", "--no-tags", *depth, "origin", f"+refs/heads/{ref}:refs/remotes/origin/{ref}")
            git(self.workspace, "checkout", "--quiet", "-B", ref, f"refs/remotes/origin/{ref}")

    def _bash(self, step):
        assert "${{" not in step["run"], "an input stands in what a shell reads"
        said = {**self.flow.get("env", {}), **self.job.get("env", {}), **step.get("env", {})}
        added = self.env["GITHUB_PATH"]
        path = ":".join([*(Path(added).read_text().split() if Path(added).exists() else []), self.env["PATH"]])
        env = self.env | {"PATH": path} | {key: self.truths.text(str(value)) for key, value in said.items()}
        script = self.runtime / "step.sh"
        script.write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-e", str(script)]
        done = subprocess.run(command, cwd=self.workspace, env=env, capture_output=True, text=True, timeout=200, check=False)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Step(step.get("name", step["run"][:40]), done.returncode, done.stdout + done.stderr)


def job_of_gitlab(host, text, name, variables, *, ref="main", depth=None):
    """A job of GitLab: before_script and script in one bash, a checkout without a branch, everything in variables."""
    flow = yaml.safe_load(text)
    base, job = flow[".smm"], flow[name]
    workspace = host.folder / f"job{next(host.numbers)}"
    home = workspace.with_name(workspace.name + "-home")
    home.mkdir()
    said = {**base["variables"], **job.get("variables", {})}
    workspace.mkdir()
    git(workspace, "init", "--quiet", "--initial-branch=none")
    git(workspace, "remote", "add", "origin", host.remote.as_uri())
    deep = ["--depth", said["GIT_DEPTH"]] if said["GIT_DEPTH"] != "0" else []
    git(workspace, "fetch", "--quiet", *deep, "origin", f"+refs/heads/{ref}:refs/remotes/origin/{ref}")
    git(workspace, "checkout", "--quiet", "--detach", f"refs/remotes/origin/{ref}")
    env = {
        "PATH": f"{host.programs}:{BIN}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_PROJECT_DIR": str(workspace),
        "CI_COMMIT_BRANCH": ref,
        "PIP_NO_INDEX": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "XDG_CONFIG_HOME": str(home / "config"),
        **{key: value.replace("$CI_PROJECT_DIR", str(workspace)) for key, value in said.items()},
        **variables,
    }
    script = home / "script.sh"
    script.write_text("set -eo pipefail\n" + "\n".join([*base["before_script"], *job["script"]]) + "\n")
    done = subprocess.run(["bash", str(script)], cwd=workspace, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Ended([Step(name, done.returncode, done.stdout + done.stderr)], workspace)


def forgejo():
    """Its steps make a Python of their own; what pip would fetch is here already."""
    places = [path for path in sys.path if path.endswith("site-packages")]
    return {"PYTHONPATH": ":".join([str(Path(__file__).parents[2]), *places])}


@dataclass
class Host:
    """The git host of one calendar."""

    folder: Path
    sandbox: Sandbox
    below: str = "."
    numbers: object = field(default_factory=lambda: iter(range(1, 999)))
    git = staticmethod(git)

    def __post_init__(self):
        self.remote, self.author = self.folder / "remote.git", self.folder / "author"
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        hook = self.remote / "hooks" / "pre-receive"
        hook.write_text(PROTECT)
        hook.chmod(0o755)
        git(self.folder, "clone", "--quiet", str(self.remote), str(self.author))
        git(self.author, "switch", "--quiet", "-c", "main")
        self.home = self.author / self.below
        (self.home / "posts").mkdir(parents=True)
        (self.author / ".gitignore").write_text(".smm/\npublic/\n")
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        for name in ("gh", "git-lfs"):  # what a host's machine has, and this one need not have
            self.program(name, f'#!/bin/sh\necho "{name} $*" >> {self.folder}/called\n')

    def program(self, name, text):
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    @property
    def token(self):
        """What the fake takes for one."""
        return next(line.partition("=")[2] for line in self.sandbox.lines["mastodon"].splitlines() if line.startswith("# export "))

    def called(self):
        return (self.folder / "called").read_text().splitlines() if (self.folder / "called").exists() else []

    def config(self, *, site=False, more=""):
        server = self.sandbox.addresses["mastodon"]
        text = (
            '[calendar]\nname = "ours"\ntimezone = "Europe/Berlin"\nlanguage = "en"\npublish_from = "main"\nmax_late = "none"\n\n'
            f'[channels.social]\nnetwork = "mastodon"\nserver = "{server}"\nsecret = "env:SOCIAL_TOKEN"\n\n'
            '[people.ada]\nname = "Ada"\ngit = "ada@example.org"\nlogin = "ada"\n\n[ledger]\nclaims = "git"\n' + more
        )
        text += '\n[channels.blog]\nnetwork = "site"\naddress = "https://t.example"\n' if site else ""
        (self.home / "channels.toml").write_text(text)

    def post(self, id, body="Hello.", channels="social", at="2026-11-20 10:00", front=""):
        head = f"---\nid: {id}\ntitle: {id}\nstatus: ready\nchannels: [{channels}]\npublish_at: {at}\n{front}---\n\n"
        (self.home / "posts" / f"{id}.md").write_text(f"{head}{body}\n")

    def smm(self, *words):
        """In the author's own clone, which lasts."""
        done = subprocess.run(
            [str(BIN / "smm"), "-C", str(self.home), *words],
            env={**os.environ, "SOCIAL_TOKEN": self.token},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def install(self, where, *arguments):
        said = self.smm("runner", "install", where, "--write", "--yes", *arguments)
        self.push("jobs")
        return said

    def push(self, message="change", branch="main"):
        git(self.author, "add", "-A")
        git(self.author, "commit", "--quiet", "--allow-empty", "-m", message)
        git(self.author, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")

    def protect(self):
        (self.remote / "hooks" / "protected").touch()

    def refuse(self, ref):
        """From now on the host takes nothing for this ref."""
        hook = self.remote / "hooks" / "update"
        hook.write_text(f'#!/bin/sh\n[ "$1" != {ref} ]\n')
        hook.chmod(0o755)

    def propose(self, number=7):
        """What lies in the author's folder as a proposal from a fork: its head, and what a merge makes of it."""
        git(self.author, "switch", "--quiet", "-C", "proposal")
        git(self.author, "add", "-A")
        git(self.author, "commit", "--quiet", "-m", "proposal")
        head = git(self.author, "rev-parse", "HEAD")
        git(self.author, "switch", "--quiet", "main")
        git(self.author, "merge", "--quiet", "--no-ff", "--no-edit", "proposal")
        git(self.author, "push", "--quiet", "origin", f"{head}:refs/pull/{number}/head", f"HEAD:refs/pull/{number}/merge")
        git(self.author, "reset", "--quiet", "--hard", "HEAD^1")
        return f"refs/pull/{number}/merge"

    def text(self, path):
        return (self.author / path).read_text()

    def job(self, path, **about):
        about.setdefault("secrets", {"SOCIAL_TOKEN": self.token})
        return Job(self, self.text(path), **about)

    def publish(self, where="github", event="schedule", **about):
        return self.job(f".{where}/workflows/smm-publish.yml", event=event, **about).run()

    def act(self, where="github", *, actor="ada", env=None, **inputs):
        return self.job(f".{where}/workflows/smm-act.yml", event="workflow_dispatch", inputs=inputs, actor=actor, env=env).run()

    def gitlab(self, name, **variables):
        return job_of_gitlab(self, self.text(".gitlab/smm.yml"), name, {"SOCIAL_TOKEN": self.token, **variables})

    def posted(self):
        return [posted.text for posted in self.sandbox.world.by_host[self.sandbox.addresses["mastodon"].partition("//")[2]].posted]

    def receipts(self):
        return git(self.remote, "ls-tree", "-r", "--name-only", "smm", check=False).split()

    def refs(self):
        return git(self.remote, "for-each-ref", "--format=%(refname)").split()


@pytest.fixture
def sandbox():
    with serving("mastodon") as made:
        yield made


@pytest.fixture
def host_in(sandbox):
    """Makes a host whose calendar lies in a folder of its repository."""
    return lambda folder, below: Host(folder, sandbox, below)


@pytest.fixture
def host(tmp_path, sandbox):
    made = Host(tmp_path, sandbox)
    made.config()
    return made
