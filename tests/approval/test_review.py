"""smm plan --diff: what a change would change, told so that nobody misses what matters and nothing in it acts."""

from __future__ import annotations

import json
import os
import re
from urllib.parse import unquote

import pytest

from smm_cli.cli.review_markdown import LIMIT


@pytest.fixture
def topic(desk):
    """A calendar on a branch beside main, where launch is approved."""
    desk.approve("ben")
    desk.git("switch", "-qc", "topic")
    return desk


def diff(desk, form="json", fails=0, *more):
    said = desk.smm("plan", "--diff", "main", "--as", form, *more, fails=fails)
    return json.loads(said) if form in ("json", "sarif") else said


def settings(desk, old, new):
    path = desk.root / "channels.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def changes(found):
    return {one["name"]: one["what"] for one in found["deliveries"]}


def test_nothing_changed_is_said_and_ends_with_0(topic):
    assert "no delivery changes" in diff(topic, "text", 0, "--exit-code")
    topic.edit("second", "third")
    assert "LOOK" not in diff(topic, "text", 1, "--exit-code")


def test_a_delivery_is_added_moved_removed_and_reads_otherwise(topic):
    topic.edit("2026-12-01 09:00", "2026-12-02 10:00")
    assert changes(diff(topic)) == {"launch@blog": ["moved", "approval lapsed"], "launch@toots": ["moved", "approval lapsed"]}
    topic.edit("A second", "Another")
    assert changes(diff(topic))["launch@blog"] == ["moved", "approval lapsed", "rendering"]
    topic.edit("channels: [blog, toots]", "channels: [toots]")
    assert changes(diff(topic))["launch@blog"] == ["removed"]
    text = topic.post.read_text().replace("id: launch", "id: other").replace("Good morning", "Hello")
    (topic.root / "posts" / "other.md").write_text(text)
    found = diff(topic)
    assert changes(found)["other@toots"] == ["added"]
    shown = next(one for one in found["deliveries"] if one["name"] == "other@toots")
    assert "Hello, all of you." in shown["rendering"]["text"]
    assert [count["most"] for count in shown["rendering"]["counts"]] == [500]
    assert "collision" in {problem["slug"] for problem in found["problems"]}


def test_other_bytes_of_a_picture_are_another_rendering(topic):
    from tests.approval.test_random_edits import PICTURES

    (topic.root / "posts" / "a.png").write_bytes(PICTURES[0])
    topic.git("switch", "-q", "main")
    topic.edit("A second", "![an a](a.png)\n\nA second")
    topic.git("switch", "-q", "topic")
    topic.git("merge", "-q", "main")
    assert changes(diff(topic)) == {}
    (topic.root / "posts" / "a.png").write_bytes(PICTURES[1])
    assert set(map(tuple, changes(diff(topic)).values())) == {("rendering",)}


def test_an_approval_that_is_given_is_told(topic):
    topic.git("switch", "-q", "main")
    topic.edit("second", "third")
    topic.git("switch", "-q", "topic")
    topic.git("merge", "-q", "main")
    topic.approve("cyn")
    assert changes(diff(topic)) == {"launch@blog": ["approval given"], "launch@toots": ["approval given"]}
    assert "deliveries: 2 approval given." in diff(topic, "text")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("required = true", "required = false", "approval.required"),
        ('server = "https://m.example"', 'server = "https://evil.example"', "channels.toots.server"),
        ('secret = "env:TOKEN"', 'secret = "command:curl evil"', "channels.toots.secret"),
        ('secret = "env:TOKEN"', 'secret = "env:TOKEN"\naccount = "@eve@m.example"', "channels.toots.account"),
        ("[approval]", '[[pause]]\nreason = "x"\n\n[approval]', "pause.1.reason"),
        ("[approval]", '[alerts]\nto = ["mail:x@example.org"]\n\n[approval]', "alerts.to"),
        ("[approval]", "[ledger]\ncommit = true\n\n[approval]", "ledger.commit"),
        ("[approval]", '[media]\nhost = "command:upload"\n\n[approval]', "media.host"),
        ('git = ["ben@t.example"]', 'git = ["ada@t.example"]', "people.ben.git"),
        ('publish_from = "main"', 'publish_from = "topic"', "calendar.publish_from"),
        ("[campaigns.winter]", "[campaigns.winter]\napproval = false", "campaigns.winter.approval"),
    ],
)
def test_what_decides_is_told_first_and_loudest_in_every_form(topic, old, new, key):
    settings(topic, old, new)
    found = json.loads(run(topic, "json"))
    loud = [one for one in found["settings"] if one["loud"]]
    assert key in {one["key"] for one in loud}
    assert found["settings"][: len(loud)] == loud
    text = run(topic, "text").splitlines()
    assert text[3] == "LOOK HERE FIRST" and any(key in line for line in text[4:8])
    markdown = run(topic, "markdown")
    assert markdown.index("Look here first") < markdown.index(key)
    assert "**Deliveries**" not in markdown[: markdown.index(key)]
    github = [line for line in run(topic, "github").splitlines() if line.startswith(("::warning", "::error"))]
    assert any(key in line and "title=look-first" in line and "file=channels.toml,line=" in line for line in github)


def run(desk, form):
    """The output, whatever the exit code: what a change breaks is not the question here."""
    from typer.testing import CliRunner

    from smm_cli.cli.app import app
    from smm_cli.cli.session import Session
    from smm_cli.clock import SetClock
    from tests.approval.conftest import NOW

    done = CliRunner().invoke(
        app, ["plan", "--diff", "main", "--as", form], obj=Session(str(desk.root), SetClock(NOW)), standalone_mode=False
    )
    assert done.exception is None
    return done.stdout


def test_a_change_of_slots_is_no_alarm(topic):
    settings(topic, 'secret = "env:TOKEN"', 'secret = "env:TOKEN"\nslots = ["Mo 09:00"]')
    found = diff(topic)
    assert [(one["key"], one["loud"]) for one in found["settings"]] == [("channels.toots.slots", False)]


def test_a_secret_written_by_mistake_is_not_repeated(topic):
    settings(topic, 'secret = "env:TOKEN"', 'secret = "s3cr3t-as-it-is"')
    for form in ("text", "markdown", "json", "github", "sarif"):
        assert "s3cr3t-as-it-is" not in run(topic, form)


def test_files_that_act_are_named(topic):
    for path in (".lfsconfig", ".github/workflows/smm.yml", "receipts/launch/note.txt"):
        (topic.root / path).parent.mkdir(parents=True, exist_ok=True)
        (topic.root / path).write_text("")
    topic.commit("ada")
    said = topic.smm("plan", "--diff", "main", "--to", "HEAD")
    assert all(path in said for path in (".lfsconfig", ".github/workflows/smm.yml", "receipts/launch/note.txt"))


def test_a_broken_receipt_is_told(topic):
    (topic.root / "receipts" / "launch").mkdir(parents=True)
    (topic.root / "receipts" / "launch" / "toots.toml").write_text("format = 99")
    said = diff(topic, "text", 4)
    assert "cannot be read as a receipt" in said
    assert "receipts/launch/toots.toml  says what went out" in said


def test_no_word_of_a_post_pings_links_or_ends_its_block(topic):
    topic.edit("A second paragraph.", "Ask @octocat, see #42, GH-7 & <b>x</b>\n\n```\n</code>````\n```\n\n</details>")
    topic.edit("title: A title", "title: '@ben <img src=x> | `y`'")
    text = diff(topic, "markdown", 4)
    assert not re.search(r"@[A-Za-z]", text)
    assert not re.search(r"#\d", text)
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", text)
    assert "octocat" not in outside
    assert not re.search(r"<(?!/?(code|details|summary)>)", outside)
    assert text.count("<details>") == outside.count("</details>") == 2


def test_a_comment_never_grows_beyond_what_github_takes_and_counts_what_it_left_out(topic):
    for number in range(90):
        text = topic.post.read_text().replace("id: launch", f"id: p{number}").replace("2026-12-01", f"2027-0{number % 9 + 1}-01")
        (topic.root / "posts" / f"p{number}.md").write_text(
            text.replace("Good morning", f"é{number} " * 90).replace("[blog, toots]", "[blog]")
        )
    settings(topic, "required = true", "required = false")
    text = run(topic, "markdown")
    assert len(text.encode()) <= LIMIT
    assert "approval.required" in text
    assert re.search(r"\*\*\d+ more blocks did not fit", text)
    assert text.count("<details>") == text.count("</details>")


def test_annotations_escape_what_would_end_them(topic):
    odd = topic.root / "posts" / "a,b: 100%.md"
    odd.write_text(topic.post.read_text().replace("id: launch", "id: odd\nlnk: x"))
    lines = run(topic, "github").splitlines()
    assert any("file=posts/a%2Cb%3A 100%25.md" in line for line in lines)
    assert all(line.startswith(("::notice ", "::warning ", "::error ")) for line in lines)


def test_sarif_has_what_its_schema_requires(topic):
    (topic.root / "posts" / "ä b.md").write_text("---\nid: odd\nlnk: x\n---\nx\n")
    log = json.loads(run(topic, "sarif"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    (only,) = log["runs"]
    driver = only["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert driver["name"] == "smm" and len(set(ids)) == len(ids)
    assert only["results"]
    for result in only["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        for location in result["locations"]:
            place = location["physicalLocation"]
            assert place["region"]["startLine"] >= 1
            uri = place["artifactLocation"]["uri"]
            assert uri.isascii() and " " not in uri and not uri.startswith("/")
            assert (topic.root / unquote(uri)).exists()


@pytest.mark.parametrize("broken", ["[calendar\n", "x = 1\n", '[calendar]\nname = "t"\nposts = "../.."\n', "a" * (1 << 21)])
def test_a_broken_channels_toml_on_the_new_side_is_told_with_4(topic, broken):
    (topic.root / "channels.toml").write_text(broken)
    assert "cannot be planned, so nothing would go out" in diff(topic, "text", 4)
    for form in ("markdown", "github", "sarif", "json"):
        diff(topic, form, 4)


def test_a_broken_old_side_is_told_and_the_new_one_judged_alone(topic):
    topic.git("switch", "-q", "main")
    good = (topic.root / "channels.toml").read_text()
    (topic.root / "channels.toml").write_text("[calendar\n")
    topic.commit("ada")
    topic.git("switch", "-qc", "mended")
    (topic.root / "channels.toml").write_text(good)
    assert "deliveries cannot be compared" in diff(topic, "text", 0)


def test_strange_files_of_a_stranger_are_told_and_stop_nothing(topic, tmp_path):
    (tmp_path / "outside.md").write_text("---\nid: outside\n---\nsecret words\n")
    os.symlink(tmp_path / "outside.md", topic.root / "posts" / "link.md")
    os.symlink("/", topic.root / "posts" / "all")
    (topic.root / "posts" / "huge.md").write_text("x" * (3 << 20))
    (topic.root / "posts" / "new\nline\x1b[31m.md").write_text("---\nid: odd\n---\nx\n")
    (topic.root / "posts" / "deep.md").write_text("---\nid: deep\ntags: " + "[" * 5000 + "\n---\n")
    (topic.root / "posts" / "no.md").write_bytes(b"\xff\xfe\x00")
    for to in ("worktree", "HEAD"):
        if to == "HEAD":
            topic.commit("ada")
        for form in ("text", "markdown", "github", "sarif", "json"):
            said = topic.smm("plan", "--diff", "main", "--to", to, "--as", form, fails=4)
            assert "secret words" not in said
            assert "\x1b[31m" not in said


def test_channels_toml_as_a_link_is_not_followed(topic, tmp_path):
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text((topic.root / "channels.toml").read_text())
    (topic.root / "channels.toml").unlink()
    os.symlink(elsewhere, topic.root / "channels.toml")
    assert "a link" in diff(topic, "text", 4)
    topic.commit("ada")
    assert "a link" in topic.smm("plan", "--diff", "main", "--to", "HEAD", fails=4)


def test_it_writes_nothing_and_resolves_no_command(topic):
    settings(topic, 'secret = "env:TOKEN"', f'secret = "command:touch {topic.root}/ran"')
    before = sorted(path.as_posix() for path in topic.root.rglob("*") if ".git/" not in path.as_posix())
    run(topic, "text")
    assert sorted(path.as_posix() for path in topic.root.rglob("*") if ".git/" not in path.as_posix()) == before


def test_receipts_and_workflows_behind_a_link_are_told(topic):
    for folder in ("receipts", ".github"):
        os.symlink("elsewhere", topic.root / folder)
    topic.commit("ada")
    found = diff(topic, "json", 0, "--to", "HEAD")
    assert [one["path"] for one in found["files"]] == [".github", "receipts"]


def test_a_byte_order_mark_hides_no_setting(topic):
    path = topic.root / "channels.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"https://m.example", b"https://evil.example"))
    found = diff(topic)
    assert [(one["key"], one["after"]) for one in found["settings"]] == [("channels.toots.server", "https://evil.example")]
    assert found["to"]["error"] is None


def test_a_value_of_channels_toml_draws_no_picture_and_links_nowhere(topic):
    from markdown_it import MarkdownIt

    sly = "![x](https://evil.example/x.png) [here](https://evil.example) http://evil.example www.evil.example **b** $x$ | `"
    settings(topic, "[channels.blog]", f"[channels.blog]\ntitle = '{sly}'")
    text = diff(topic, "markdown")
    page = MarkdownIt("commonmark").render(text)
    assert sly in page.replace("&amp;", "&")
    assert not re.search(r"<(img|a|strong)\b", page.replace("<strong>Settings", ""))
    assert not re.search(r"https?://|www\.", text), "GitHub would make a link of it"


def test_long_values_do_not_blow_the_comment_up(topic):
    tables = "".join(f"[networks.n{number}]\nx = '{'é|' * 500}'\n\n" for number in range(90))
    settings(topic, "[approval]", f"{tables}[approval]\ncount = 2")
    text = run(topic, "markdown")
    assert len(text.encode()) <= LIMIT
    assert "523 more characters" in text
    assert re.search(r"^> - … \d+ more$", text, re.MULTILINE)


def test_what_nobody_sees_is_named(topic):
    topic.edit("A second", "A \u202edloc\u202c second\u200b \U0001f468\u200d\U0001f469")
    shown = "A ⟨U+202E⟩dloc⟨U+202C⟩ second⟨U+200B⟩ \U0001f468\u200d\U0001f469 paragraph."
    assert shown in diff(topic, "text")
    assert shown in diff(topic, "markdown")


def test_no_line_of_a_text_can_look_like_a_heading(topic):
    from tests.approval.test_random_edits import PICTURES

    (topic.root / "posts" / "a.png").write_bytes(PICTURES[0])
    topic.edit("notes:", 'media:\n  - path: a.png\n    alt: "nice\\npublic already\\n  nothing"\nnotes:')
    settings(topic, "[channels.blog]", '[channels.blog]\ntitle = """x\nnew problems\n  none"""')
    lines = diff(topic, "text").splitlines()
    assert "public already" not in lines and "new problems" not in lines
    assert "    public already" in lines and "      new problems" in lines


def test_what_was_written_is_shown_where_the_text_does_not_show_it(topic):
    settings(topic, "required = true", "required = false")
    topic.edit("notes:", 'poll:\n  options: ["Yes", "No"]\ncanonical: https://c.example/\nnotes:')
    topic.git("switch", "-q", "main")
    topic.git("merge", "-q", "topic")
    topic.git("switch", "-qc", "other")
    topic.edit('"No"', '"Never"')
    topic.edit("canonical: https://c.example/\n", "")
    shown = {one["name"]: one["rendering"]["text"] for one in diff(topic)["deliveries"]}
    assert '[poll] {"options": ["Yes", "Never"], "seconds": 86400}' in shown["launch@toots"]
    assert "[canonical] (gone)" in shown["launch@blog"]


def test_a_post_that_slips_out_of_approval_is_told_first(topic):
    topic.git("switch", "-q", "main")
    settings(topic, "[campaigns.winter]", "[campaigns.winter]\napproval = false")
    topic.commit("ada")
    topic.git("switch", "-q", "topic")
    topic.git("merge", "-q", "main")
    topic.edit("notes:", "campaign: winter\nnotes:")
    topic.edit("A second", "An unseen")
    assert changes(diff(topic))["launch@toots"] == ["needs no approval any more", "rendering"]
    assert diff(topic, "text").splitlines()[3:5] == ["LOOK HERE FIRST", "  launch@blog  needs no approval any more"]
    assert "> - <code>launch@\u2060toots</code> needs no approval any more" in diff(topic, "markdown")
    assert "::warning file=posts/launch.md,title=needs-no-approval-any-more::" in diff(topic, "github")


def test_a_name_of_many_lines_hides_no_workflow(topic):
    (topic.root / ".github").mkdir()
    (topic.root / ".github" / "x\nnew problems.yml").write_text("")
    lines = diff(topic, "text").splitlines()
    assert "  .github/x" in lines and "new problems" not in lines


def test_words_that_do_not_belong_together_are_refused(topic):
    assert "with which commit?" in topic.smm("plan", "--diff", "", fails=2)
    assert "belong to --diff" in topic.smm("plan", "--to", "main", fails=2)
    assert "compares whole plans" in topic.smm("plan", "--diff", "main", "--limit", "3", fails=2)
    assert "git knows no commit" in topic.smm("plan", "--diff", "origin/main", fails=2)
    assert "there is text, markdown" in topic.smm("plan", "--diff", "main", "--as", "html", fails=2)
