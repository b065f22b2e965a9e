"""The jobs for GitLab: a checkout without a branch, inputs that are variables, a schedule that stands elsewhere."""

from __future__ import annotations


def test_the_job_publishes_once_and_keeps_the_site(host):
    host.config(site=True)
    host.post("launch", "We are live.", "social, blog")
    host.install("gitlab")
    host.protect()
    first = host.gitlab("smm-publish")
    assert first.ok, first.said
    assert host.posted() == ["We are live."]
    assert (first.workspace / "public" / "index.html").exists()
    second = host.gitlab("smm-publish")
    assert second.ok, second.said
    assert host.posted() == ["We are live."]
    assert "index.html" in host.git(host.remote, "ls-tree", "-r", "--name-only", "smm-pages").split()


def test_a_failed_delivery_makes_the_job_red_after_the_site_was_kept(host):
    host.config(site=True)
    host.post("launch", "We are live.", "social, blog")
    host.install("gitlab")
    ended = host.gitlab("smm-publish", SOCIAL_TOKEN="wrong")
    assert not ended.ok
    assert "index.html" in host.git(host.remote, "ls-tree", "-r", "--name-only", "smm-pages").split()


def test_a_merge_request_is_checked_against_where_it_left_the_branch(host):
    host.install("gitlab")
    base = host.git(host.author, "rev-parse", "HEAD")
    host.post("new", "More to come.", at="2099-01-01 10:00")
    host.push()
    ended = host.gitlab("smm-check", CI_MERGE_REQUEST_DIFF_BASE_SHA=base, SOCIAL_TOKEN="")
    assert ended.ok, ended.said
    assert "More to come." in ended.said
    host.post("new", "Broken", channels="nowhere")
    host.push()
    assert not host.gitlab("smm-check", CI_MERGE_REQUEST_DIFF_BASE_SHA=base, SOCIAL_TOKEN="").ok


def test_a_person_approves_from_a_checkout_without_a_branch(host):
    host.config(more='\n[approval]\nrequired = true\napprovers = ["ada"]\n')
    host.post("launch")
    host.install("gitlab")
    ended = host.gitlab("smm-act", SMM_ACT="approve", SMM_POST="launch", GITLAB_USER_LOGIN="ada")
    assert ended.ok, ended.said
    assert "approved:" in host.git(host.remote, "show", "main:posts/launch.md")


def test_a_hostile_variable_reaches_no_shell(host):
    host.install("gitlab")
    ended = host.gitlab("smm-act", SMM_ACT="hold", SMM_POST="$(touch owned)", GITLAB_USER_LOGIN="ada")
    assert not ended.ok
    assert not list(host.folder.rglob("owned"))
