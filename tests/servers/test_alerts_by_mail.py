"""An alert by mail, through a channel of the calendar, taken by aiosmtpd."""

from __future__ import annotations

import importlib.util
import socket
from email import message_from_bytes
from email.policy import default

import pytest

from smm_cli.cli.start import run

pytestmark = [pytest.mark.server]

CONFIG = """[calendar]
name = "acme"
timezone = "UTC"

[channels.news]
network = "smtp"
server = "smtp://127.0.0.1:{port}"
login = false
sender = "Acme <news@acme.example>"
to = ["thousands@acme.example"]
unsubscribe = "https://acme.example/out"

[alerts]
to = ["mail:office@acme.example"]
"""


class Box:
    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A calendar, and what its mail server took."""
    if importlib.util.find_spec("aiosmtpd") is None:
        pytest.skip("server not installed: aiosmtpd (pip install aiosmtpd)")
    from aiosmtpd.controller import Controller

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Box()
    running = Controller(box, hostname="127.0.0.1", port=port)
    running.start()
    root = tmp_path / "calendar"
    (root / "posts").mkdir(parents=True)
    (root / "channels.toml").write_text(CONFIG.format(port=port))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(root)
    yield box, running
    if running.server is not None:
        running.stop()


def test_a_trial_goes_to_the_office_alone_and_not_to_the_list(office, capsys):
    box, _ = office
    assert run(["alert", "test"]) == 0
    ((to, message),) = box.taken
    assert to == ["office@acme.example"]
    assert message["Subject"] == "acme: This is a trial: alerts of this calendar arrive here"
    assert message["List-Unsubscribe"] is None
    assert "smm alert list" in message.get_body(("plain",)).get_content()
    assert "told  mail:office@acme.example" in capsys.readouterr().out


def test_a_mail_server_that_is_away_is_said_with_an_exit_code(office, capsys):
    box, running = office
    running.stop()
    assert run(["alert", "test"]) == 5
    assert "not told  mail:office@acme.example" in capsys.readouterr().out
    assert box.taken == []
