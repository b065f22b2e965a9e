"""What tests of the documentation share: the repository, and the script that writes the reference."""

from __future__ import annotations

import gc
import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root():
    """The repository."""
    return ROOT


@pytest.fixture(autouse=True)
def nothing_is_left_of_other_tests():
    """Sources are parsed here. A task that died elsewhere, told of in the midst of it, would break that: its traceback is parsed too
    (CPython 3.11, gh-106905)."""
    gc.collect()


@pytest.fixture(scope="session")
def made():
    """scripts/make_docs.py as a module."""
    found = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def prose(root):
    """Path to text of every page that people write, without what is made of code."""
    pages = [root / "README.md", root / "CONTRIBUTING.md", root / "CHANGELOG.md", *sorted((root / "docs").rglob("*.md"))]
    return {page: page.read_text("utf-8") for page in pages if not page.read_text("utf-8").startswith("<!-- Written by")}
