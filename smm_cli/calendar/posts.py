"""From the bytes of a file to a Post, with everything that is wrong in its front matter. Bodies are only split into targets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smm_cli.calendar.frontmatter import Front, Keys, read_front
from smm_cli.calendar.post_quick import Quick, read_quickly
from smm_cli.words.post import Post
from smm_cli.words.problem import Place, Problem, errors_of

if TYPE_CHECKING:
    from pydantic import ValidationError

    from smm_cli.calendar.model import Calendar
    from smm_cli.calendar.post_model import PostTable, TargetTable

TEXT_LINE = "text_line"
"""Key inside Post.targets beside `text`: the line of the file where that text begins."""
UNREADABLE = "unreadable"
"""Key inside Post.targets: keys of that target which could not be read; check_post says why, and holds its channels."""
RESERVED = frozenset({TEXT_LINE, UNREADABLE})


def read_post(path: str, data: bytes, calendar: Calendar) -> tuple[Post | None, list[Problem]]:
    """The post in a file, and its problems; None beside errors that concern the whole post.

    What is wrong below one target of `for:` holds that target only: the post names it in `targets`, and check_post tells why.
    """
    return parse(path, data)[:2]


def parse(path: str, data: bytes) -> tuple[Post | None, list[Problem], dict[str, list[Problem]]]:
    """As read_post, and the problems of single targets by their name."""
    front, problems = read_front(path, data)
    if front is None or errors_of(problems):
        return None, problems, {}
    quick = read_quickly(front.values)
    table, wrong, wrong_targets = (quick, [], {}) if quick else _validate(path, front)
    problems += wrong
    body, targets, marked, texts = _bodies(path, front, table)
    problems += texts
    if table is None or errors_of(problems):
        return None, problems, wrong_targets
    for target, found in _twice(path, front, marked).items():
        wrong_targets.setdefault(target, []).extend(found)
    for target, found in wrong_targets.items():
        targets.setdefault(target, {})[UNREADABLE] = sorted({problem.what for problem in found})
    from smm_cli.calendar.leaks import leaks_in_post

    return _post(path, front, table, body, targets), [*problems, *leaks_in_post(path, data)], wrong_targets


def digest_of_texts(post: Post) -> str:
    """Hex SHA-256 of text, title, link and the texts of targets: what makes a renamed copy look the same."""
    return _digest(post.body, post.title, post.link, post.targets)


def _digest(body: str, title: str, link: str, targets: Mapping[str, Mapping[str, Any]]) -> str:
    sent = [body.strip(), title, link, {name: said["text"] for name, said in targets.items() if "text" in said}]
    return hashlib.sha256(json.dumps(sent, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# -- validation -----------------------------------------------------------------------------------------------------------------


def _validate(path: str, front: Front) -> tuple[PostTable | None, list[Problem], dict[str, list[Problem]]]:
    """The table, what is wrong with the post, what is wrong with single targets. A second look only where a target is wrong."""
    from pydantic import ValidationError

    from smm_cli.calendar.post_model import PostTable

    values = dict(front.values)
    misplaced = _misplaced(path, front)
    if misplaced:
        values["for"] = {name: _without(said, {key for key, _ in misplaced.get(name, ())}) for name, said in values["for"].items()}
    wrong_targets = {name: [problem for _, problem in found] for name, found in misplaced.items()}
    try:
        return PostTable.model_validate(values), [], wrong_targets
    except ValidationError as error:
        problems = list(_problems(path, front, error))
    whole = [problem for keys, problem in problems if not _in_target(keys, values)]
    for keys, problem in problems:
        if _in_target(keys, values):
            wrong_targets.setdefault(str(keys[1]), []).append(problem)
    if whole:
        return None, whole, wrong_targets
    broken: dict[str, set[str]] = {}
    for keys, _ in problems:
        broken.setdefault(str(keys[1]), set()).update({str(keys[2])} if len(keys) > 2 else values["for"][keys[1]])
    values["for"] = {name: _without(said, broken.get(name, set())) for name, said in values["for"].items()}
    return PostTable.model_validate(values), [], wrong_targets


def _in_target(keys: Keys, values: Mapping[str, Any]) -> bool:
    return len(keys) > 1 and keys[0] == "for" and isinstance(values.get("for"), dict)


def _without(said: Any, keys: set[str]) -> Any:
    return {key: value for key, value in said.items() if key not in keys} if isinstance(said, dict) else {}


def _misplaced(path: str, front: Front) -> dict[str, list[tuple[str, Problem]]]:
    """Keys of a whole post that stand below a target, where they would look like options of a network."""
    found: dict[str, list[tuple[str, Problem]]] = {}
    targets = front.values.get("for")
    if not isinstance(targets, dict):
        return found
    from smm_cli.calendar.post_model import ONLY_ABOVE

    for name, said in targets.items():
        for key in said if isinstance(said, dict) else ():
            if key in ONLY_ABOVE or key in RESERVED:
                line, column = front.at(("for", name, key))
                problem = Problem(
                    "misplaced-key", f"{key} cannot stand below for: {name}", Place(path, line, column), "it holds for the whole post"
                )
                found.setdefault(name, []).append((key, problem))
    return found


def _problems(path: str, front: Front, error: ValidationError) -> Iterable[tuple[Keys, Problem]]:
    from smm_cli.calendar.post_words import said_of

    for found in error.errors(include_url=False):
        keys = tuple(found["loc"])
        slug, what, hint = said_of(found, front.values)
        line, column = front.at(keys)
        yield keys, Problem(slug, what, Place(path, line, column), hint)


# -- bodies -----------------------------------------------------------------------------------------------------------------------


Said = dict[str, dict[str, Any]]


def _bodies(path: str, front: Front, table: PostTable | Quick | None) -> tuple[str, Said, dict[str, int], list[Problem]]:
    """The text for everybody, what targets say (keys and texts, plain JSON), the lines of marked texts, what is wrong with markers."""
    said = {name: _plain(target, front, ("for", name)) for name, target in (table.targets if table else {}).items()}
    if "<!--" not in front.body:
        return front.body, said, {}, []
    from smm_cli.text.targets import split_targets

    split = split_targets(front.body, front.body_line)
    for name, text in split.texts.items():
        said.setdefault(name, {}).update({"text": text, TEXT_LINE: split.lines[name]})
    problems = [replace(problem, place=replace(problem.place, file=path)) for problem in split.problems]
    return split.common, said, {name: split.lines[name] for name in split.texts}, problems


def _twice(path: str, front: Front, marked: Mapping[str, int]) -> dict[str, list[Problem]]:
    """Targets whose text stands both in the front matter and in the body."""
    above = front.values.get("for")
    found: dict[str, list[Problem]] = {}
    for name, line in marked.items():
        own = above.get(name) if isinstance(above, dict) else None
        if isinstance(own, dict) and "text" in own:
            what = f"{name} has two texts: here and in line {line}"
            found[name] = [Problem("two-texts", what, Place(path, *front.at(("for", name, "text"))), "keep one of them")]
    return found


def _plain(target: TargetTable, front: Front, keys: Keys) -> dict[str, Any]:
    """What a target sets, as plain JSON: model keys in the shape of Post's fields, options as they were written."""
    said: dict[str, Any] = target.model_dump(exclude_unset=True, exclude={"notes"}, mode="json")
    if poll := said.get("poll"):
        said["poll"] = {("seconds" if key == "expires_in" else key): value for key, value in poll.items()}
    for number, item in enumerate(said.get("media", ())):
        item["line"] = front.at((*keys, "media", number))[0]
    if "text" in said:
        said["text"] = said["text"].strip("\n")
        said[TEXT_LINE] = front.at((*keys, "text"))[0] + ("\n" in said["text"])
    return said


def _post(path: str, front: Front, table: PostTable | Quick, body: str, targets: dict[str, dict[str, Any]]) -> Post:
    fields = {name: getattr(table, name) for name in table.model_fields_set if name not in ("targets", "notes")}
    if isinstance(table, Quick):
        return _made(path, front, table, body, targets, fields)
    from smm_cli.calendar.post_model import media_of, poll_of, wait_of

    if table.media:
        fields["media"] = tuple(media_of(item, front.at(("media", number))[0]) for number, item in enumerate(table.media))
    if table.poll:
        fields["poll"] = poll_of(table.poll)
    if table.wait_for:
        fields["wait_for"] = wait_of(table.wait_for)
    return _made(path, front, table, body, targets, fields)


def _made(path: str, front: Front, table: PostTable | Quick, body: str, targets: Said, fields: dict[str, Any]) -> Post:
    fields.setdefault("id", "")
    digest = _digest(body, table.title, table.link, targets)
    return Post(path=path, body=body, body_line=front.body_line, targets=targets, text_digest=digest, **fields)
