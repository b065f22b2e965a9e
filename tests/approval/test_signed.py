"""signed = true: a line counts only with a good signature, by the person it names, under the commit that added it."""

from __future__ import annotations

import shutil
import subprocess

import pytest


@pytest.fixture
def signed(desk, key, tmp_path):
    """A calendar that asks for signatures; ben's and cyn's keys are allowed, outside the calendar."""
    desk.approval("signed = true")
    desk.keys = {who: key(who) for who in ("ben", "cyn", "eve")}
    desk.signers = tmp_path / "allowed_signers"
    allow(desk, "ben", "cyn")
    desk.git("config", "gpg.format", "ssh")
    desk.git("config", "gpg.ssh.allowedSignersFile", str(desk.signers))
    return desk


def public(desk, who):
    return " ".join((desk.keys[who].with_suffix(".pub")).read_text().split()[:2])


def allow(desk, *people, options=""):
    desk.signers.write_text("".join(f"{who}@t.example {options} {public(desk, who)}\n" for who in people))


def approve(desk, who, with_key="", by=""):
    desk.git("config", "user.signingKey", str(desk.keys[with_key or who]))
    return desk.approve(who, by=by, options=("-S",))


def test_a_signed_line_counts(signed):
    approve(signed, "ben")
    assert signed.why() == ""


def test_an_unsigned_line_counts_for_nothing_and_the_hold_says_so(signed):
    commit = signed.approve("ben")
    assert signed.why() == f"ben's approval does not count: commit {commit[:10]} is not signed"


def test_a_key_that_nobody_allowed_counts_for_nothing(signed):
    approve(signed, "ben", with_key="eve")
    assert "a key that nobody here vouches for" in signed.why()


def test_a_line_in_another_persons_name_counts_for_nothing(signed):
    approve(signed, "ben", with_key="cyn", by="ben")
    assert "ben's approval was signed by cyn@t.example" in signed.why()


def test_a_signature_of_a_later_commit_does_not_help_the_line(signed):
    signed.approve("ben")
    signed.git("config", "user.signingKey", str(signed.keys["ben"]))
    signed.post.write_text(signed.post.read_text().replace("nobody sees this", "signed now"))
    signed.commit("ben", "a note", "-S")
    assert "is not signed" in signed.why()


def test_a_line_taken_from_a_signed_commit_into_another_counts_for_nothing(signed):
    approve(signed, "ben")
    line = next(line for line in signed.post.read_text().splitlines() if " v1:" in line)
    signed.edit(line + "\n", "", who="ben")
    signed.post.write_text(signed.post.read_text().replace("approved:\n", "").replace("notes:", f"approved:\n{line}\nnotes:"))
    signed.commit("ada", "and back")
    assert "is not signed" in signed.why()


def test_a_key_that_is_no_longer_allowed_counts_for_nothing(signed):
    approve(signed, "ben")
    allow(signed, "cyn")
    assert "vouches for" in signed.why()


def test_a_key_out_of_its_time_counts_for_nothing(signed):
    allow(signed, "ben", options='valid-before="20200101"')
    approve(signed, "ben")
    assert "ben's approval does not count" in signed.why()


def test_a_revoked_key_counts_for_nothing(signed, tmp_path):
    approve(signed, "ben")
    revoked = tmp_path / "revoked"
    revoked.write_text(public(signed, "ben") + "\n")
    signed.git("config", "gpg.ssh.revocationFile", str(revoked))
    assert "ben's approval does not count" in signed.why()


def test_allowed_signers_in_the_calendar_are_no_witness(signed):
    inside = signed.root / ".allowed_signers"
    shutil.copy(signed.signers, inside)
    signed.commit("ada")
    signed.git("config", "gpg.ssh.allowedSignersFile", str(inside))
    approve(signed, "ben")
    assert "allowed signers lie in the calendar" in signed.why()
    signed.git("config", "gpg.ssh.allowedSignersFile", ".allowed_signers")
    assert "allowed signers lie in the calendar" in signed.why()
    assert "no signature counts" in signed.smm("check", fails=4)
    shutil.copy(signed.signers, signed.root / ".git" / "allowed_signers")
    signed.git("config", "gpg.ssh.allowedSignersFile", str(signed.root / ".git" / "allowed_signers"))
    assert signed.why() == ""


def test_a_line_not_committed_is_not_signed(signed):
    approve(signed, "ben")
    assert "not committed" not in signed.why()
    text = (signed.root / "channels.toml").read_text().replace('publish_from = "main"', 'publish_from = "worktree"')
    (signed.root / "channels.toml").write_text(text)
    signed.post.write_text(signed.post.read_text().replace("second", "third"))
    signed.post.write_text(signed.post.read_text().replace(signed.post.read_text().split(" v1:")[1][:64], signed.digest()[3:]))
    assert "not committed, so not signed" in signed.smm("plan")


def test_where_merging_approves_the_merge_is_signed(signed):
    signed.approval('by = "merge"\nsigned = true\napprovers = ["ben", "cyn"]\nfour_eyes = true')
    signed.git("switch", "-qc", "topic")
    signed.edit("second", "third")
    signed.git("switch", "-q", "main")
    signed.git("config", "user.signingKey", str(signed.keys["ben"]))
    signed.git("merge", "-q", "--no-ff", "-S", "-m", "Merge", "topic", who="ben")
    assert signed.why() == ""
    signed.edit("third", "fourth")
    assert "is not signed" in signed.why()


@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")
def test_a_gpg_key_counts_where_this_machine_trusts_it(desk, tmp_path, monkeypatch):
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    desk.approval("signed = true")
    make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "Ben <ben@t.example>", "ed25519", "sign", "never"]
    try:
        subprocess.run(make, check=True, capture_output=True)
        desk.git("config", "gpg.format", "openpgp")
        desk.git("config", "user.signingKey", "ben@t.example")
        desk.approve("ben", options=("-S",))
        assert desk.why() == ""
        trust = subprocess.run(["gpg", "--export-ownertrust"], check=True, capture_output=True, text=True).stdout
        never = "".join(line.rsplit(":", 2)[0] + ":2:\n" for line in trust.splitlines() if line and not line.startswith("#"))
        subprocess.run(["gpg", "--import-ownertrust"], input=never, check=True, capture_output=True, text=True)
        assert "vouches for" in desk.why()
        subprocess.run(["gpg", "--batch", "--yes", "--import-ownertrust"], input=trust, check=True, capture_output=True, text=True)
        desk.approve("cyn", by="cyn", options=("-S",))
        desk.approval("signed = true\ncount = 2")
        assert "cyn's approval was signed by ben@t.example" in desk.why()
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)
