"""Signatures of plain keys over 32-byte digests, parsed strictly and recovered fast."""

from dataclasses import dataclass

from eth_hash.auto import keccak
from eth_keys.backends import get_backend
from eth_keys.datatypes import Signature as KeySignature
from eth_keys.exceptions import BadSignature

from app.chain.address import checksum_address

_SIGNATURE_BYTES = 65
_GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_GROUP_ORDER = _GROUP_ORDER // 2

# coincurve (libsecp256k1) where it is installed, eth-keys' own Python elsewhere: ten times slower.
_BACKEND = get_backend()


class InvalidSignatureError(ValueError):
    """The signature is malformed, malleable, or recovers to nobody."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The only accepted form: v is 27 or 28, s is in the lower half (EIP-2)."""

    v: int
    r: int
    s: int

    def __post_init__(self) -> None:
        if self.v not in (27, 28):
            raise InvalidSignatureError("v is 27 or 28")
        if not 0 < self.r < _GROUP_ORDER:
            raise InvalidSignatureError("r is out of range")
        if not 0 < self.s <= _HALF_GROUP_ORDER:
            raise InvalidSignatureError("s is out of the lower half of its range")

    def to_bytes(self) -> bytes:
        """Return r, s and v, as wallets give them."""
        return self.r.to_bytes(32, "big") + self.s.to_bytes(32, "big") + bytes([self.v])


def parse_signature(signature: str | bytes) -> Signature:
    """Read 65 bytes r, s, v; the 64-byte form of EIP-2098 is refused, as the token refuses it."""
    raw = signature if isinstance(signature, bytes) else _unhex(signature)
    if len(raw) != _SIGNATURE_BYTES:
        raise InvalidSignatureError("a signature has 65 bytes")
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
    return Signature(v=raw[64], r=r, s=s)


def recover_signer(digest: bytes, signature: Signature | str | bytes) -> str:
    """Return the checksummed address whose key signed `digest`; InvalidSignatureError if nobody's."""
    parsed = signature if isinstance(signature, Signature) else parse_signature(signature)
    try:
        recoverable = KeySignature(vrs=(parsed.v - 27, parsed.r, parsed.s))
        public_key = _BACKEND.ecdsa_recover(digest, recoverable)
    except BadSignature as error:
        raise InvalidSignatureError("the signature recovers to nobody") from error
    return checksum_address(keccak(public_key.to_bytes())[-20:])


def _unhex(text: str) -> bytes:
    if not text.startswith("0x") or not text.isascii():
        raise InvalidSignatureError("a signature is written as 0x and hexadecimal digits")
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise InvalidSignatureError("a signature is hexadecimal") from error
