"""Every command has help with an example, and stands in the reference; every command that the documentation names exists."""

from __future__ import annotations

import re
import shlex

import pytest

from smm_cli.cli.app import COMMANDS

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(smm [^`\n]+)`")


@pytest.fixture(scope="module")
def tree(made):
    """Every command by its words, with its click command."""
    return {words: command for words, command, _ in made.commands()}


def test_every_command_of_the_tree_can_be_imported(tree):
    assert {f"smm {name}" for name in COMMANDS} <= tree.keys()


def test_every_command_stands_in_the_reference(tree, root):
    page = (root / "docs/reference/commands.md").read_text("utf-8")
    assert [words for words in tree if f"\n## {words}\n" not in page] == []


def test_every_command_has_help_and_an_example(tree):
    for words, command in tree.items():
        assert command.help, words
        if not hasattr(command, "list_commands"):
            assert "Example: smm" in command.help, words


def test_every_option_and_argument_has_help(tree):
    silent = [(words, part.name) for words, command in tree.items() for part in command.params if not getattr(part, "help", None)]
    assert silent == []


def test_every_command_that_the_documentation_names_exists(tree, prose):
    wrong = [(page.name, line, said) for page, text in prose.items() for line in _lines(text) if (said := _wrong(line, tree))]
    assert wrong == []


def test_a_command_that_does_not_exist_would_be_found(tree):
    assert _wrong("smm publsh", tree)
    assert _wrong("smm queue lst", tree)
    assert _wrong("smm queue list --chanel x", tree)
    assert not _wrong('smm -C DIR queue list --channel "x y"', tree)


def _lines(text):
    for _, block in (found for found in FENCE.findall(text) if found[0] in ("", "sh", "console")):
        for line in block.splitlines():
            said = line.removeprefix("$ ")
            if said.startswith("smm "):
                yield from (f"smm {part}" if n else part for n, part in enumerate(said.split("&& smm ")))
    yield from SPAN.findall(text)


def _wrong(line, tree):
    """What of a command line does not exist, or nothing."""
    words = shlex.split(re.sub(r"\s+#.*$|\(.*|…", "", line).replace("|", " "))
    if words[1:2] == ["-C"]:
        del words[1:3]
    here, found = "smm", tree["smm"]
    for word in words[1:]:
        if word.startswith("-"):
            known = {name for part in found.params for name in part.opts + part.secondary_opts} | {"--help"}
            if word.split("=")[0] not in known:
                return f"{here} has no {word}"
        elif hasattr(found, "list_commands"):
            if not word.isascii() or word.isupper():
                return ""
            here = f"{here} {word}"
            if here not in tree:
                return f"there is no {here}"
            found = tree[here]
    return ""
