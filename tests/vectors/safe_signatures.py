"""Several signatures as one argument of a Safe's `execTransaction`, as owners' own wallets make and read it."""

from collections.abc import Mapping

from app.chain.safe_signature import SafeSignature, SafeSignatureKind
from app.chain.signature import InvalidSignatureError

_SIGNATURE_BYTES = 65


def split_signatures(signatures: bytes) -> list[SafeSignature]:
    """Split what a Safe's `execTransaction` got; zeroes may follow as padding of the ABI.

    What lies behind the first contract signature's offset belongs to that contract.
    """
    found: list[SafeSignature] = []
    end = len(signatures)
    start = 0
    while start + _SIGNATURE_BYTES <= end:
        signature = SafeSignature(signatures[start : start + _SIGNATURE_BYTES])
        if not any(signature.raw):
            break
        if signature.kind is SafeSignatureKind.CONTRACT:
            end = min(end, int.from_bytes(signature.raw[32:64], "big"))
        found.append(signature)
        start += _SIGNATURE_BYTES
    if start < end and any(signatures[start:end]):
        raise InvalidSignatureError("a Safe's signatures have 65 bytes each")
    return found


def join_signatures(by_owner: Mapping[str, bytes]) -> bytes:
    """Return the signatures of keys in the order that the Safe asks for: ascending by owner."""
    owners = sorted(by_owner, key=lambda owner: int(owner, 16))
    return b"".join(by_owner[owner] for owner in owners)
