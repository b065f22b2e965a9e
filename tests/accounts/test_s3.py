"""Signature Version 4 against the examples of its documentation (docs.aws.amazon.com, sig-v4-header-based-auth, read 2026-11-23)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from smm_cli.accounts.s3 import sign_s3

KEY, SECRET = "AKIAIOSFODNN7" + "EXAMPLE", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
WHEN = datetime(2013, 5, 24, tzinfo=UTC)
EMPTY = hashlib.sha256(b"").hexdigest()
HOST = "https://examplebucket.s3.amazonaws.com"


def signature(method, url, digest, **more):
    headers = sign_s3(KEY, SECRET, "us-east-1", method, url, digest, WHEN, {name.replace("_", "-"): value for name, value in more.items()})
    return headers["authorization"].rpartition("Signature=")[2]


def test_a_file_that_is_read_is_signed_as_documented():
    found = signature("GET", f"{HOST}/test.txt", EMPTY, range="bytes=0-9")
    assert found == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_a_file_that_is_written_is_signed_as_documented():
    digest = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    more = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x_amz_storage_class": "REDUCED_REDUNDANCY"}
    found = signature("PUT", f"{HOST}/test%24file.text", digest, **more)
    assert found == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


def test_a_query_is_signed_in_order_and_a_name_without_value_too():
    assert signature("GET", f"{HOST}/?lifecycle", EMPTY) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    found = signature("GET", f"{HOST}/?max-keys=2&prefix=J", EMPTY)
    assert found == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"


def test_the_host_is_signed_but_left_to_the_transport():
    headers = sign_s3(KEY, SECRET, "us-east-1", "GET", f"{HOST}/test.txt", EMPTY, WHEN)
    assert "host" not in headers
    assert "SignedHeaders=host;x-amz-content-sha256;x-amz-date," in headers["authorization"]
    assert SECRET not in str(headers)
