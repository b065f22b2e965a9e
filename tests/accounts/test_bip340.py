"""Schnorr signatures against the official vectors, both ways of making them; and Nostr's own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from smm_cli.accounts import bip340

VECTORS = list(csv.DictReader((Path(__file__).parent / "bip340_vectors.csv").read_text("ascii").splitlines()))
"""github.com/bitcoin/bips bip-0340/test-vectors.csv, 0 to 14 (2020-09)."""
SIGNING = [row for row in VECTORS if row["secret key"]]


@pytest.fixture(params=["plain", "coincurve"])
def way(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(bip340, "_library", lambda: None)
    else:
        pytest.importorskip("coincurve")
    return bip340


def raw(row, name):
    return bytes.fromhex(row[name])


@pytest.mark.parametrize("row", SIGNING, ids=lambda row: row["index"])
def test_a_signature_is_that_of_the_vector(way, row):
    assert way.public(raw(row, "secret key")) == raw(row, "public key")
    assert way.sign(raw(row, "message"), raw(row, "secret key"), raw(row, "aux_rand")) == raw(row, "signature")


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["index"])
def test_a_signature_holds_or_not_as_the_vector_says(way, row):
    assert way.verify(raw(row, "message"), raw(row, "public key"), raw(row, "signature")) == (row["verification result"] == "TRUE")


def test_there_are_vectors_of_both_kinds():
    assert len(SIGNING) == 4
    assert {row["verification result"] for row in VECTORS} == {"TRUE", "FALSE"}


@pytest.mark.parametrize("secret", [bytes(32), bip340.N.to_bytes(32, "big"), b"\xff" * 32, b"short"])
def test_what_is_no_key_is_refused(way, secret):
    with pytest.raises(ValueError):
        way.public(secret)


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_agree(seed):
    pytest.importorskip("coincurve")
    import hashlib

    secret, message, aux = (hashlib.sha256(f"{name}{seed}".encode()).digest() for name in ("secret", "message", "aux"))
    assert bip340.sign(message, secret, aux) == bip340.plain_sign(message, secret, aux)
