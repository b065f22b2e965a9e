"""Signatures, against vectors and another implementation."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from smm_cli.accounts import masks
from smm_cli.accounts.sign import challenge, sign
from smm_cli.errors import ConfigError
from smm_cli.words.auth import Basic, Bearer, NoAuth, OAuth2, SelfSigned, Session, StandardWebhooks

NOW = datetime.fromtimestamp(1_795_000_000, UTC)
BODY = b'{"type":"post.published","timestamp":"2026-11-22T10:00:00Z","data":{"id":"p1"}}'


def signed(auth, secrets, headers=None, content=BODY, now=NOW):
    return sign(auth, secrets, "POST", "https://box.example/", headers or {}, content, now)


def test_a_webhook_is_signed_as_the_vector_says():
    found = signed(StandardWebhooks(), {"secret": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, {"webhook-id": "msg_smm1"})
    assert found == {"webhook-timestamp": "1795000000", "webhook-signature": "v1,ijsYrH5R7En8UYotHiPd0O7A80M6uWRSfQk3jeKD8fM="}


@pytest.mark.parametrize("content", [b"{}", '{"text":"Grüße 👋"}'.encode(), b'{"a":"' + b"1" * 50_000 + b'"}'])
def test_a_webhook_is_accepted_by_the_reference_library(content):
    secret = "whsec_" + base64.b64encode(bytes(range(40))).decode()
    now = datetime.now(UTC)
    found = signed(StandardWebhooks(), {"secret": secret}, {"webhook-id": "msg_1"}, content, now)
    Webhook(secret).verify(content, {"webhook-id": "msg_1", **found})
    with pytest.raises(Exception, match="signature"):
        Webhook(secret).verify(content + b" ", {"webhook-id": "msg_1", **found})


@pytest.mark.parametrize("headers", [{}, {"webhook-id": ""}, {"webhook-id": "msg.1"}])
def test_a_webhook_without_a_proper_id_is_not_signed(headers):
    with pytest.raises(ConfigError):
        signed(StandardWebhooks(), {"secret": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, headers)


def test_a_webhook_secret_that_is_no_base64_is_refused_and_not_shown():
    with pytest.raises(ConfigError) as raised:
        signed(StandardWebhooks(), {"secret": "not base64!!"}, {"webhook-id": "msg_1"})
    assert "not base64!!" not in str(raised.value)


@pytest.mark.parametrize(
    ("auth", "secrets", "headers"),
    [
        (NoAuth(), {}, {}),
        (Bearer(), {"token": "abc"}, {"authorization": "Bearer abc"}),
        (Bearer(scheme="", header="X-API-Key"), {"token": "abc"}, {"x-api-key": "abc"}),
        (Bearer(secrets=("key",), scheme="Ghost"), {"key": "abc"}, {"authorization": "Ghost abc"}),
        (Session(), {"token": "abc"}, {"authorization": "Bearer abc"}),
        (OAuth2(), {"token": "abc"}, {"authorization": "Bearer abc"}),
        (Basic(), {"user": "Aladdin", "password": "open sesame"}, {"authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}),
        (Basic(), {"user": "Aladdin:open sesame", "password": ""}, {"authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}),
    ],
)
def test_each_way_to_sign_gives_its_header(auth, secrets, headers):
    assert signed(auth, secrets) == headers


@pytest.mark.parametrize("token", ["", "two\nlines", "two\r\nx: y", " x9y8z7", "tab-x9\t", "größe"])
def test_a_token_that_no_header_may_carry_is_refused_and_not_shown(token):
    with pytest.raises(ConfigError) as raised:
        signed(Bearer(), {"token": token})
    assert not token or token not in str(raised.value)


def test_basic_hides_the_password_and_the_pair():
    masks.forget_all()
    made = signed(Basic(), {"user": "ada:password-1", "password": ""})["authorization"]
    assert masks.masked(f"{made} password-1").count("***") == 2
    assert "password-1" not in masks.masked("password-1")


def test_a_challenge_is_the_one_of_rfc_7636():
    """Appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_token_signed_by_oneself_may_be_dated_back_and_takes_the_short_keys_that_servers_make():
    from joserfc import jwt
    from joserfc.jwk import OctKey

    made = signed(SelfSigned(algorithm="HS512", seconds=0, early=5), {"key": "twelve signs"})
    with pytest.warns(match="Key size"):
        key = OctKey.import_key("twelve signs")
    found = jwt.decode(made["authorization"].removeprefix("Bearer "), key, algorithms=["HS512"])
    assert found.claims == {"iat": int(NOW.timestamp()) - 5}
