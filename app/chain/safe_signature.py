"""Signatures as a Safe takes them: 65 bytes each, sorted by owner, the last byte telling the kind.

Source: Safe.sol `checkNSignatures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from eth_hash.auto import keccak

from app.chain.address import checksum_address
from app.chain.signature import InvalidSignatureError, Signature, recover_signer

_SIGNATURE_BYTES = 65
_PERSONAL_PREFIX = b"\x19Ethereum Signed Message:\n32"
_ETH_SIGN_OFFSET = 4


class SafeSignatureKind(Enum):
    """Who says that the owner agrees: the owner's code, the Safe's own record, or the key."""

    CONTRACT = "CONTRACT"
    APPROVED_HASH = "APPROVED_HASH"
    ETH_SIGN = "ETH_SIGN"
    EOA = "EOA"


@dataclass(frozen=True, slots=True)
class SafeSignature:
    """One owner's 65 bytes; a contract's own signature lies behind all of them, at `s`."""

    raw: bytes

    @property
    def kind(self) -> SafeSignatureKind:
        match self.raw[64]:
            case 0:
                return SafeSignatureKind.CONTRACT
            case 1:
                return SafeSignatureKind.APPROVED_HASH
            case v if v > 30:
                return SafeSignatureKind.ETH_SIGN
            case _:
                return SafeSignatureKind.EOA

    def owner(self, safe_tx_hash: bytes) -> str:
        """Return the owner that this names or, for a key, recovers to.

        Only a key's signature is a proof; the other kinds are claims that the Safe itself checks.
        InvalidSignatureError when no key fits.
        """
        match self.kind:
            case SafeSignatureKind.EOA:
                return recover_signer(safe_tx_hash, self.raw)
            case SafeSignatureKind.ETH_SIGN:
                return recover_signer(
                    keccak(_PERSONAL_PREFIX + safe_tx_hash), self._without_offset()
                )
            case _:
                # The Safe reads 20 bytes and does not look at the 12 before them.
                return checksum_address(self.raw[12:32])

    def _without_offset(self) -> Signature:
        r, s = int.from_bytes(self.raw[:32], "big"), int.from_bytes(self.raw[32:64], "big")
        return Signature(v=self.raw[64] - _ETH_SIGN_OFFSET, r=r, s=s)


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
