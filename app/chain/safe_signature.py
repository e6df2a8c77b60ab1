"""Signatures as a Safe takes them: 65 bytes each, sorted by owner, the last byte telling the kind.

Source: Safe.sol `checkNSignatures`.
"""

from dataclasses import dataclass
from enum import Enum

from eth_hash.auto import keccak

from app.chain.address import checksum_address
from app.chain.signature import Signature, recover_signer

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
