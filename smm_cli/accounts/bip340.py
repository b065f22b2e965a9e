"""Schnorr signatures over secp256k1 (BIP-340): by coincurve where it is installed, else in plain Python.

The plain way takes some 15 ms a signature and its time depends on the key, which only somebody on the same machine could measure.
Source: github.com/bitcoin/bips bip-0340.mediawiki; tested against its vectors.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798, 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)
ZEROS = bytes(32)
Point = tuple[int, int] | None


@cache
def _library() -> Any:
    """coincurve, or None."""
    try:
        import coincurve
    except ImportError:  # an extra of smm: pip install 'smm-cli[nostr]'
        return None
    return coincurve


def public(secret: bytes) -> bytes:
    """The x coordinate of the public key: 32 bytes. Raises ValueError where `secret` is no key."""
    return _pair(secret)[1].to_bytes(32, "big") if _library() is None else bytes(_key(secret).public_key_xonly.format())


def sign(message: bytes, secret: bytes, aux: bytes = ZEROS) -> bytes:
    """The signature of 32 bytes; with the same `aux` always the same one. Raises ValueError where `secret` is no key."""
    return plain_sign(message, secret, aux) if _library() is None else bytes(_key(secret).sign_schnorr(message, aux))


def verify(message: bytes, key: bytes, signature: bytes) -> bool:
    """Whether `signature` of 32 bytes was made with the secret of the public `key`."""
    if _library() is None:
        return plain_verify(message, key, signature)
    try:
        return bool(_library().PublicKeyXOnly(key).verify(signature, message))
    except ValueError:
        return False


def _key(secret: bytes) -> Any:
    if len(secret) != 32:
        raise ValueError("this is no secret key")
    return _library().PrivateKey(secret)


def plain_sign(message: bytes, secret: bytes, aux: bytes = ZEROS) -> bytes:
    """`sign`, in plain Python."""
    even, x = _pair(secret)
    key = x.to_bytes(32, "big")
    masked = (even ^ int.from_bytes(_hashed("aux", aux), "big")).to_bytes(32, "big")
    nonce = int.from_bytes(_hashed("nonce", masked, key, message), "big") % N
    point = _times(G, nonce)
    if not nonce or point is None:
        raise ValueError("this key and text give no signature")  # as likely as finding the key by chance
    nonce = nonce if point[1] % 2 == 0 else N - nonce
    first = point[0].to_bytes(32, "big")
    challenge = int.from_bytes(_hashed("challenge", first, key, message), "big") % N
    made = first + ((nonce + challenge * even) % N).to_bytes(32, "big")
    if not plain_verify(message, key, made):
        raise ValueError("the signature does not hold: is this machine's memory sound?")
    return made


def plain_verify(message: bytes, key: bytes, signature: bytes) -> bool:
    """`verify`, in plain Python."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point = _lifted(int.from_bytes(key, "big"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or r >= P or s >= N:
        return False
    challenge = int.from_bytes(_hashed("challenge", signature[:32], key, message), "big") % N
    found = _plus(_times(G, s), _times(point, N - challenge))
    return found is not None and found[1] % 2 == 0 and found[0] == r


def _pair(secret: bytes) -> tuple[int, int]:
    """The secret whose point has an even y, and the x of that point."""
    number = int.from_bytes(secret, "big")
    if len(secret) != 32 or not 0 < number < N:
        raise ValueError("this is no secret key")
    point = _times(G, number)
    assert point is not None
    return (number if point[1] % 2 == 0 else N - number), point[0]


def _hashed(tag: str, *parts: bytes) -> bytes:
    name = hashlib.sha256(f"BIP0340/{tag}".encode()).digest()
    return hashlib.sha256(b"".join((name, name, *parts))).digest()


def _lifted(x: int) -> Point:
    """The point with this x and an even y."""
    if x >= P:
        return None
    square = (pow(x, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if pow(y, 2, P) != square:
        return None
    return x, (y if y % 2 == 0 else P - y)


def _plus(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if one[1] != other[1] or not one[1]:
            return None
        slope = 3 * one[0] * one[0] * pow(2 * one[1], -1, P) % P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(point: Point, number: int) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = _plus(found, point)
        point, number = _plus(point, point), number >> 1
    return found
