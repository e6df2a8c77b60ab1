"""Whether a wallet signed: by its key (EIP-191 digests recovered), or by its own code (ERC-1271)."""

from collections.abc import Sequence
from typing import Protocol

from app.chain.abi_words import WORD, selector
from app.chain.node_errors import ExecutionHalted, ExecutionReverted, NodeError
from app.chain.signature import InvalidSignatureError, recover_signer

_IS_VALID_SIGNATURE = selector("isValidSignature(bytes32,bytes)")
ACCEPTED = _IS_VALID_SIGNATURE.ljust(WORD, b"\x00")
"""What a contract wallet answers to yes; anything else, a revert or running out of gas included, is a no."""
WALLET_CODE_GAS = 400_000
"""A contract wallet's own code runs under this; what a settlement gives it is no more."""
_NOES = (ExecutionReverted, ExecutionHalted)
_KEY_BYTES = 65
_OFFSET = 27


class WalletReads(Protocol):
    """What of a chain's client is needed here."""

    async def codes(self, addresses: Sequence[str]) -> list[bytes]: ...
    async def call_batch(
        self, calls: Sequence[tuple[str, bytes]], *, gas: int | None = None
    ) -> list[bytes | NodeError]: ...


def signed_by_key(wallet: str, digest: bytes, signature: bytes) -> bool:
    """Whether the wallet's key signed the digest; wallet: checksummed."""
    try:
        return recover_signer(digest, signature) == wallet
    except InvalidSignatureError:
        return False


def without_offset(signature: bytes) -> bytes:
    """The signature with v of 27 or 28, as some wallets write 0 or 1 (a bare recovery id); anything else as it is."""
    if len(signature) == _KEY_BYTES and signature[-1] in (0, 1):
        return signature[:-1] + bytes([signature[-1] + _OFFSET])
    return signature


async def accepted_by_code(
    chain: WalletReads, wallet: str, digests: Sequence[bytes], signature: bytes
) -> bool:
    """Whether the wallet's code, at the head, takes the signature for one of the digests; no when it has no code.

    Raises ChainError when the node does not say.
    """
    [code] = await chain.codes([wallet])
    if not code:
        return False
    calls = [(wallet, signature_question(digest, signature)) for digest in digests]
    answers = await chain.call_batch(calls, gas=WALLET_CODE_GAS)
    for answer in answers:
        if isinstance(answer, NodeError) and not isinstance(answer, _NOES):
            raise answer
    return ACCEPTED in answers


def signature_question(digest: bytes, signature: bytes) -> bytes:
    """The call of isValidSignature."""
    padding = bytes(-len(signature) % WORD)
    return b"".join(
        (
            _IS_VALID_SIGNATURE,
            digest,
            (2 * WORD).to_bytes(WORD),
            len(signature).to_bytes(WORD),
            signature,
            padding,
        )
    )
