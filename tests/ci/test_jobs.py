"""The jobs that smm writes for GitHub and Forgejo, step by step in fresh clones, against a remote whose main is protected."""

from __future__ import annotations

import threading

from tests.ci.conftest import forgejo


def both(*runs):
    """Run these at the same time; what each gave."""
    found = [None] * len(runs)

    def keep(number, run):
        found[number] = run()

    threads = [threading.Thread(target=keep, args=pair) for pair in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_the_job_publishes_once_however_often_it_runs(host):
    host.post("launch", "We are live.")
    host.install("github")
    host.protect()
    first = host.publish()
    assert first.ok, first.said
    assert host.posted() == ["We are live."]
    assert host.receipts() == ["receipts/launch/social.toml"]
    second = host.publish(event="push")
    assert second.ok, second.said
    assert host.posted() == ["We are live."]
    assert "gh workflow enable smm-publish.yml" in host.called()
    assert host.called().count("gh workflow enable smm-publish.yml") == 1, "only the schedule keeps itself alive"


def test_two_jobs_at_once_publish_once(host):
    for number in range(4):
        host.post(f"p{number}", f"Text {number}.")
    host.install("github")
    host.protect()
    ended = both(host.publish, host.publish)
    assert all(one.ok for one in ended), "\n".join(one.said for one in ended)
    while len(host.posted()) < 4:
        assert host.publish().ok
    assert sorted(host.posted()) == [f"Text {n}." for n in range(4)]
    assert not [ref for ref in host.refs() if ref.startswith("refs/smm/claims/")]


def test_a_schedule_that_cannot_be_kept_alive_fails_no_job(host):
    host.program("gh", "#!/bin/sh\nexit 1\n")
    host.install("github")
    assert host.publish().ok


def test_a_secret_that_is_missing_makes_the_job_red_and_sends_nothing(host):
    host.post("launch")
    host.install("github")
    ended = host.publish(secrets={})
    assert not ended.ok
    assert "SOCIAL_TOKEN" in ended.said
    assert host.posted() == []


def test_the_site_outlives_the_folder_of_the_job(host):
    host.config(site=True)
    host.post("one", "First page.", "blog")
    host.install("github")
    host.protect()
    ended = host.publish()
    assert ended.ok, ended.said
    (uploaded,) = [step for step in ended.steps if "upload-pages" in step.uses]
    assert (ended.workspace / uploaded.having["path"] / "index.html").exists()
    host.git(host.remote, "update-ref", "refs/heads/open", "main")
    (host.remote / "hooks" / "protected").unlink()
    host.post("one", "First page, its words changed since.", "blog")
    host.post("two", "Second page.", "blog")
    host.push()
    host.protect()
    ended = host.publish(event="push")
    assert ended.ok, ended.said
    index = (ended.workspace / "public" / "index.html").read_text()
    assert "one" in index and "two" in index
    page = next((ended.workspace / "public").glob("**/one/index.html")).read_text()
    assert "First page." in page and "changed since" not in page, "a page that is public was rewritten unasked"
    names = host.git(host.remote, "ls-tree", "-r", "--name-only", "smm-pages").split()
    assert {"index.html", "one/index.html", "two/index.html"} <= {name.removeprefix("posts/") for name in names}


def test_a_page_whose_push_was_lost_is_made_again_from_its_receipt(host):
    host.config(site=True)
    host.post("one", "First page.", "blog")
    host.install("github")
    assert host.publish().ok
    host.git(host.remote, "update-ref", "-d", "refs/heads/smm-pages")
    ended = host.publish()
    assert ended.ok, ended.said
    assert "First page." in host.git(host.remote, "grep", "First page", "smm-pages", "--", "*.html")


def test_a_site_that_could_not_be_brought_here_whole_loses_no_page(host):
    host.config(site=True)
    host.post("one", "First page.", "blog")
    host.install("github")
    assert host.publish().ok
    host.post("one", "First page, its words changed since.", "blog")
    host.push()
    fails = f'case "$*" in *archive*) [ -e {host.folder}/once ] || {{ touch {host.folder}/once; exit 1; }};; esac'
    host.program("git", f'#!/bin/sh\n{fails}\nexec /usr/bin/git "$@"\n')
    ended = host.publish()
    assert not ended.ok
    assert "First page." in host.git(host.remote, "grep", "First page", "smm-pages", "--", "*.html")


def test_a_branch_of_pages_that_somebody_took_away_is_made_again_in_a_folder_that_lasts(host):
    host.config(site=True)
    host.post("one", "First page.", "blog")
    host.push()
    for words in ("publish", "runner site keep", "runner site restore"):
        host.smm(*words.split())
    host.git(host.remote, "update-ref", "-d", "refs/heads/smm-pages")
    for words in ("runner site restore", "runner site keep"):
        host.smm(*words.split())
    assert "First page." in host.git(host.remote, "grep", "First page", "smm-pages", "--", "*.html")


def test_two_jobs_that_keep_the_site_lose_no_page(host):
    host.config(site=True)
    host.post("one", "First page.", "blog")
    host.post("two", "Second page.", "blog", at="2099-01-01 10:00")
    host.install("github")
    scheduled, by_hand = both(host.publish, lambda: host.act(act="publish", post="two"))
    for _ in range(3):
        if "two" in host.git(host.remote, "ls-tree", "-r", "--name-only", "smm-pages") and len(host.receipts()) == 2:
            break
        waits = "receipts/two/blog.toml" not in host.receipts()  # who found the channel busy left it for the next
        ended = host.act(act="publish", post="two") if waits else host.publish()
        assert ended.ok, ended.said
    names = host.git(host.remote, "ls-tree", "-r", "--name-only", "smm-pages")
    assert "one/index.html" in names and "two/index.html" in names, f"{scheduled.said}\n{by_hand.said}"


def test_a_calendar_may_be_a_folder_of_a_bigger_repository(tmp_path, host_in):
    (tmp_path / "big").mkdir()
    host = host_in(tmp_path / "big", "social/calendar")
    host.config(site=True)
    host.post("launch", "We are live.", "social, blog")
    host.install("github")
    for event in ("push", "schedule"):
        ended = host.publish(event=event)
        assert ended.ok, ended.said
        (uploaded,) = [step for step in ended.steps if "upload-pages" in step.uses]
        assert "launch" in (ended.workspace / uploaded.having["path"] / "index.html").read_text()
    assert host.posted() == ["We are live."]
    assert "index.html" in host.git(host.remote, "ls-tree", "-r", "--name-only", "smm-pages").split()
    host.post("bad", channels="nowhere")
    ended = host.job(".github/workflows/smm-check.yml", event="pull_request", ref=host.propose(), secrets={}).run()
    assert "::error file=social/calendar/posts/bad.md" in ended.step("Check").said


def test_a_proposal_is_checked_without_secrets_and_its_changes_are_shown(host):
    host.post("launch", "We are live.")
    host.install("github")
    host.post("launch", "We are live, @everyone.\n\n<!-- a secret comment -->")
    host.post("new", "More to come.", at="2099-01-01 10:00")
    ref = host.propose()
    ended = host.job(".github/workflows/smm-check.yml", event="pull_request", ref=ref, secrets={}).run()
    check = ended.step("Check")
    assert check.code == 4
    assert "::error file=posts/launch.md,line=" in check.said
    assert ended.step("What would change").code in (0, 4)
    assert "new" in ended.summary and "social" in ended.summary
    assert "@everyone" not in ended.summary, "a comment would call everybody"
    assert host.posted() == [] and "refs/heads/smm" not in host.refs()


def test_a_good_proposal_is_green(host):
    host.install("github")
    host.post("new", "More to come.", at="2099-01-01 10:00")
    ended = host.job(".github/workflows/smm-check.yml", event="pull_request", ref=host.propose(), secrets={}).run()
    assert ended.ok, ended.said
    assert "More to come." in ended.summary


HOSTILE = ['$(touch "$HOME/owned")', "`touch owned`", '"; touch owned; "', "a\n::error::b", "@all", "-rf", "%0A::set-output name=x::y"]


def test_names_and_titles_of_a_stranger_run_nothing(host):
    host.install("github")
    for number, text in enumerate(HOSTILE):
        name = text.replace("/", "_").replace("\n", "\\n")
        (host.author / "posts" / f"{name}.md").write_text(
            f"---\nid: p{number}\ntitle: {text!r}\nstatus: ready\nchannels: [social]\npublish_at: 2099-01-01 10:00\n---\n\n{text}\n"
        )
    (host.author / "posts" / "line\nbreak.md").write_text("---\nid: lb\n---\n\nx\n")
    (host.author / "pip.py").write_text("open('owned', 'w')\n")
    (host.author / "yaml.py").write_text("open('owned', 'w')\n")
    ended = host.job(".github/workflows/smm-check.yml", event="pull_request", ref=host.propose(), secrets={}).run()
    assert ended.step("Install").code == 0
    assert ended.step("What would change").code in (0, 4), ended.said
    assert not [*ended.workspace.rglob("owned"), *ended.workspace.with_name(ended.workspace.name + "-runner").rglob("owned")]
    lines = [line for line in ended.step("Check").said.splitlines() if line.startswith("::")]
    assert all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines), lines


def test_forgejo_publishes_and_keeps_its_site_on_the_branch_pages(host):
    host.config(site=True)
    host.post("launch", "We are live.", "social, blog")
    host.install("forgejo")
    host.protect()
    ended = host.publish("forgejo", event="push", env=forgejo())
    assert ended.ok, ended.said
    assert host.posted() == ["We are live."]
    assert "index.html" in host.git(host.remote, "ls-tree", "-r", "--name-only", "pages").split()
    assert not [step for step in ended.steps if step.uses and "/checkout@" not in step.uses]


def test_forgejo_checks_a_proposal(host):
    host.install("forgejo")
    host.post("new", "More to come.", at="2099-01-01 10:00")
    host.propose()
    job = host.job(".forgejo/workflows/smm-check.yml", event="pull_request", ref="refs/pull/7/head", secrets={}, env=forgejo())
    ended = job.run()
    assert ended.ok, ended.said
    assert "More to come." in ended.step("What would change").said
