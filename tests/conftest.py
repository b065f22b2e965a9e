"""For all tests: nothing of this machine's own configuration is read, and in CI nothing that is missing goes unnoticed."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

from smm_cli.delivery.lasting import CI

NOT_INSTALLED = "not installed"

os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="smm-tests-config-")
os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
os.environ["GIT_CONFIG_NOSYSTEM"] = "1"
for name, value in {"NAME": "Test", "EMAIL": "test@example.org"}.items():
    os.environ.setdefault(f"GIT_AUTHOR_{name}", value)
    os.environ.setdefault(f"GIT_COMMITTER_{name}", value)
if os.environ.get("CI") == "true":
    os.environ["SMM_TESTS_SKIP_NOTHING"] = "1"
settings.register_profile("unhurried", deadline=None, derandomize="SMM_TESTS_SKIP_NOTHING" in os.environ)  # CI finds the same each time
settings.load_profile("unhurried")
for name in ("SMM_CALENDAR", "SMM_LANG", "SMM_TRACE", "NO_COLOR", *CI):  # smm is careful in a job of CI; tests that ask for it say so
    os.environ.pop(name, None)


def _from_file(path):
    """A module of the tests that several folders use."""
    spec = importlib.util.spec_from_file_location(f"smm_test_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_POSTGRES = _from_file(Path(__file__).parent / "postgres" / "cluster.py")
cluster, database = _POSTGRES.cluster, _POSTGRES.database


def _reason(report) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI=true a test that is skipped because something is not installed has failed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and "SMM_TESTS_SKIP_NOTHING" in os.environ and NOT_INSTALLED in _reason(report):
        report.outcome, report.longrepr = "failed", f"{_reason(report)} (CI=true: a skip is a failure)"


def pytest_terminal_summary(terminalreporter):
    """Names and counts what was not tested because something is not installed."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []) if NOT_INSTALLED in _reason(report))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"skipped, {count} times: {reason.removeprefix('Skipped: ')}", yellow=True)
