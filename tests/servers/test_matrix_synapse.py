"""The Matrix adapter against Synapse, which smm did not write: scripts/install_synapse.sh puts it into .tools/synapse."""

from __future__ import annotations

import secrets
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from smm_cli.errors import AuthFailed, ConfigError, Rejected
from smm_cli.networks.matrix import NETWORK
from smm_cli.words.channel import Account, Person
from smm_cli.words.conversation import Absent, Found, Intent

pytestmark = pytest.mark.server
V3 = "/_matrix/client/v3"
PYTHON = Path(__file__).parent.parent.parent / ".tools/synapse/bin/python"
CONFIG = """
server_name: localhost
pid_file: {folder}/homeserver.pid
listeners:
  - {{port: {port}, type: http, bind_addresses: [127.0.0.1], resources: [{{names: [client], compress: false}}]}}
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
log_config: {folder}/localhost.log.config
media_store_path: {folder}/media
registration_shared_secret: only-for-tests
macaroon_secret_key: only-for-tests
form_secret: only-for-tests
signing_key_path: {folder}/localhost.signing.key
report_stats: false
trusted_key_servers: []
federation_domain_whitelist: []
suppress_key_server_warning: true
rc_message: {often}
rc_registration: {often}
rc_login: {{address: {often}, account: {often}, failed_attempts: {often}}}
"""


@dataclass
class Synapse:
    """A running homeserver; `as_admin` asks it with the token of its first account."""

    url: str
    folder: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def account(self, name: str) -> tuple[str, str]:
        """Name and password of an account, made now."""
        password = secrets.token_hex(8)
        command = [PYTHON, "-m", "synapse._scripts.register_new_matrix_user", "-u", name, "-p", password, "--no-admin"]
        subprocess.run([*command, "-c", "homeserver.yaml", self.url], cwd=self.folder, check=True, capture_output=True)
        said = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": password}
        self.tokens[name] = httpx2.post(f"{self.url}{V3}/login", json=said).json()["access_token"]
        return name, password

    def call(self, who: str, method: str, path: str, **more):
        return httpx2.request(method, f"{self.url}{V3}{path}", headers={"authorization": f"Bearer {self.tokens[who]}"}, **more)

    def room(self, who: str, alias: str, **more) -> str:
        """The id of a new room."""
        answer = self.call(who, "POST", "/createRoom", json={"room_alias_name": alias, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()["room_id"]

    def messages(self, who: str, room: str) -> list[dict]:
        """What stands in a room, the oldest first."""
        query = {"dir": "b", "limit": "100", "filter": '{"types":["m.room.message"]}'}
        return self.call(who, "GET", f"/rooms/{quote(room)}/messages", params=query).json()["chunk"][::-1]

    def event(self, who: str, receipt) -> dict:
        return self.call(who, "GET", f"/rooms/{quote(receipt.more['room'])}/event/{quote(receipt.id)}").json()


def configured(folder: Path, port: int) -> None:
    """A configuration without federation and without limits on how often it is asked."""
    make = [PYTHON, "-m", "synapse.app.homeserver", "--server-name", "localhost", "--config-path", "homeserver.yaml"]
    subprocess.run([*make, "--generate-config", "--report-stats=no"], cwd=folder, check=True, capture_output=True)
    often = "{per_second: 1000, burst_count: 1000}"
    (folder / "homeserver.yaml").write_text(CONFIG.format(port=port, folder=folder, often=often))


@pytest.fixture(scope="module")
def synapse(request, tmp_path_factory):
    """A homeserver with the accounts alice and bob."""
    ours = request.config.pluginmanager.get_plugin(str(Path(__file__).with_name("conftest.py")))
    ours.need("Matrix Synapse", PYTHON.exists(), "scripts/install_synapse.sh")
    folder, port = tmp_path_factory.mktemp("synapse"), ours.free_port()
    configured(folder, port)
    command = [PYTHON, "-m", "synapse.app.homeserver", "--config-path", "homeserver.yaml"]
    with ours.running(command, f"http://127.0.0.1:{port}/_matrix/client/versions", folder):
        yield Synapse(f"http://127.0.0.1:{port}", folder)


@pytest.fixture(scope="module")
def alice(synapse):
    return synapse.account("alice")


@pytest.fixture(scope="module")
def news(synapse, alice):
    """A room of alice's."""
    return synapse.room("alice", "news")


@pytest.fixture
def channel(synapse, alice, news, talk):
    """Alice's channel, verified; it logs in with her password."""
    found = talk(NETWORK, {"server": synapse.url, "room": "#news:localhost", "identifier": "alice"}, alice[1])
    found.verify()
    return found


def intent_of(channel) -> Intent:
    """The committing request that was sent last."""
    return Intent(0, next(one for one in reversed(channel.asked) if one.commits), datetime.now(UTC))


def test_verify_tells_whose_account_it_is_and_what_the_server_takes(channel, news):
    account = channel.network.account
    assert (account.handle, account.software) == ("@alice:localhost", "synapse")
    assert account.facts == {"device": "SMM-here", "room": news, "asked": "#news:localhost"}
    assert account.limits["image_bytes"] == 50 * 1024 * 1024
    assert channel.network.repeat().seconds == 86_400


def test_a_message_stands_in_the_room_with_both_its_texts(channel, synapse, news):
    receipt = channel.publish(channel.composed("Hello **world**, @everyone"))[0]
    event = synapse.event("alice", receipt)
    assert event["content"]["body"] == "Hello world, @everyone"
    assert event["content"]["formatted_body"] == "<p>Hello <strong>world</strong>, @everyone</p>"
    assert event["content"]["m.mentions"] == {}
    assert receipt.url.endswith("?via=localhost")


def test_somebody_who_is_mentioned_is_called_and_nobody_else(channel, synapse, news):
    synapse.account("bob")
    synapse.call("alice", "POST", f"/rooms/{quote(news)}/invite", json={"user_id": "@bob:localhost"})
    synapse.call("bob", "POST", f"/join/{quote(news)}", json={})
    channel.publish(channel.composed("Hello bob, and @bob:localhost and @room"))
    channel.publish(channel.composed("Hello @{bob}", people={"bob": Person("bob", {"matrix": "@bob:localhost"})}))
    told = synapse.call("bob", "GET", "/notifications", params={"only": "highlight"}).json()["notifications"]
    assert [one["event"]["content"]["body"] for one in told] == ["Hello @bob:localhost"]


def test_a_thread_hangs_together(channel, synapse, news):
    receipts = channel.publish(channel.composed("One\n\n---\n\nTwo\n\n---\n\nThree"))
    path = f"{synapse.url}/_matrix/client/v1/rooms/{quote(news)}/relations/{quote(receipts[0].id)}/m.thread"
    got = httpx2.get(path, headers={"authorization": f"Bearer {synapse.tokens['alice']}"}).json()["chunk"]
    assert [event["event_id"] for event in got[::-1]] == [receipt.id for receipt in receipts[1:]]


def test_pictures_follow_the_text_with_their_description(channel, synapse, png):
    media = [channel.picture(png(3, 2), alt="Grey", width=3, height=2), channel.picture(png(4, 4), width=4, height=4)]
    receipts = channel.publish(channel.composed("Two pictures", media=media))
    shown = [synapse.event("alice", receipt)["content"] for receipt in receipts]
    assert [one["body"] for one in shown] == ["Two pictures", "Grey", "image.png"]
    assert shown[1]["info"] == {"mimetype": "image/png", "size": len(png(3, 2)), "w": 3, "h": 2}
    assert "m.relates_to" not in shown[1]
    path = shown[1]["url"].removeprefix("mxc://")
    got = httpx2.get(
        f"{synapse.url}/_matrix/client/v1/media/download/{path}", headers={"authorization": f"Bearer {synapse.tokens['alice']}"}
    )
    assert (got.content, got.headers["content-type"]) == (png(3, 2), "image/png")


def test_a_lost_answer_then_the_same_request_again_makes_no_second_message(channel, synapse, news):
    payload = channel.composed("once")
    first = channel.publish(payload)[0]
    before = len(synapse.messages("alice", news))
    assert channel.publish(payload)[0] == first
    assert len(synapse.messages("alice", news)) == before


def test_the_same_device_logged_in_anew_still_knows_its_messages(channel, synapse, talk, alice, news):
    payload = channel.composed("once for the device")
    first = channel.publish(payload)[0]
    store = channel.transport.credentials(channel.network).store
    token = store.read("here").values["access"]
    store.forget("here")
    again = talk(NETWORK, dict(channel.channel.settings), alice[1])
    again.verify()
    assert store.read("here").values["access"] != token
    assert again.publish(payload)[0].id == first.id


def test_lookup_finds_what_was_published_and_tells_what_was_not(synapse, alice, talk):
    room = synapse.room("alice", "quiet")
    channel = talk(NETWORK, {"server": synapse.url, "room": room, "identifier": "alice"}, alice[1])
    channel.verify()
    payload = channel.composed("found?")
    receipt = channel.publish(payload)[0]
    assert channel.run(channel.network.lookup(payload, intent_of(channel), (), None)) == Found(receipt)
    never = replace(intent_of(channel), request=replace(intent_of(channel).request, url=intent_of(channel).request.url + "9"))
    body = dict(never.request.body.value) | {"org.smm.id": "smm-never"}
    never = replace(never, request=replace(never.request, body=type(never.request.body)(body)))
    assert channel.run(channel.network.lookup(payload, never, (), None)) == Absent()


def test_an_edit_replaces_the_text_and_both_can_be_taken_down(channel, synapse, news):
    receipt = channel.publish(channel.composed("Frist"))[0]
    edited = channel.run(channel.network.edit(channel.composed("First"), 0, receipt))
    assert edited.id == receipt.id
    bundled = synapse.event("alice", receipt)["unsigned"]["m.relations"]["m.replace"]
    assert bundled["content"]["m.new_content"]["body"] == "First"
    channel.run(channel.network.withdraw(edited, 0))
    channel.run(channel.network.withdraw(edited, 0))
    left = [event for event in synapse.messages("alice", news) if event["event_id"] in (receipt.id, *edited.more["edits"])]
    assert [event["content"] for event in left] == [{}, {}]


def test_an_event_that_is_too_large_is_refused_by_the_server_and_by_us_before(channel):
    (limit,) = channel.network.text_limits
    room = limit.maximum - channel.network.measured(channel.composed("a").parts[0], limit)
    fits = channel.composed("a" * (1 + room // 2))
    assert channel.network.measured(fits.parts[0], limit) in (limit.maximum, limit.maximum - 1)
    channel.publish(fits)
    with pytest.raises(Rejected, match="413 event too large"):
        channel.publish(channel.composed("a" * 33_000))


def test_a_room_that_the_account_is_not_in_refuses(synapse, alice, talk):
    synapse.account("carol")
    closed = synapse.room("carol", "closed")
    found = talk(NETWORK, {"server": synapse.url, "room": closed, "identifier": "alice"}, alice[1])
    with pytest.raises(Rejected, match="403"):
        found.publish(found.composed("Hello"))
    with pytest.raises(AuthFailed, match="not in the room"):
        found.verify()


def test_a_room_that_is_encrypted_is_refused_unless_told_otherwise(synapse, alice, talk):
    start = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = synapse.room("alice", "secret", initial_state=[start])
    settings = {"server": synapse.url, "room": room, "identifier": "alice"}
    with pytest.raises(ConfigError, match="encrypted"):
        talk(NETWORK, settings, alice[1]).verify()
    assert isinstance(talk(NETWORK, settings | {"cleartext": True}, alice[1]).verify(), Account)


def test_an_alias_that_nobody_knows_is_refused(synapse, alice, talk):
    with pytest.raises(Rejected, match="404 Room alias"):
        talk(NETWORK, {"server": synapse.url, "room": "#nowhere:localhost", "identifier": "alice"}, alice[1]).verify()


def test_the_account_that_a_channel_is_bound_to_logs_in_by_its_whole_id(synapse, alice, news, talk):
    found = talk(NETWORK, {"server": synapse.url, "room": "#news:localhost"}, alice[1], account="@alice:localhost")
    assert found.verify().handle == "@alice:localhost"


def test_a_wrong_password_ends_in_a_login(synapse, alice, news, talk):
    with pytest.raises(AuthFailed, match="Invalid username or password"):
        talk(NETWORK, {"server": synapse.url, "room": "#news:localhost", "identifier": "alice"}, "wrong").verify()


def test_a_token_that_was_made_elsewhere_signs_in_too(synapse, alice, news, talk):
    settings = {"server": synapse.url, "room": "#news:localhost", "sign_in": "token"}
    found = talk(NETWORK, settings, synapse.tokens["alice"])
    assert found.verify().handle == "@alice:localhost"
    assert found.network.repeat().seconds == 86_400
    assert found.publish(found.composed("by token"))[0].id.startswith("$")
    with pytest.raises(AuthFailed):
        talk(NETWORK, settings, "no-token").verify()


def test_the_whole_way_with_a_lost_answer_makes_one_message_and_one_picture(lost, synapse, alice, news):
    before = len(synapse.messages("alice", news))
    told = f'network = "matrix"\nserver = "{synapse.url}"\nroom = "#news:localhost"\nidentifier = "alice"\nsecret = "env:MATRIX"'
    done = lost(told, "Whole way", MATRIX=alice[1])
    assert done.states == ["retry", "published"]
    new = synapse.messages("alice", news)[before:]
    assert [message["content"]["msgtype"] for message in new] == ["m.text", "m.image"]
    assert [message["event_id"] for message in new] == [part.id for part in done.receipt.parts]
