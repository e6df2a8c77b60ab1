"""Whether an owner signed a Safe transaction: by its key, or by its own code as the Safe itself will ask it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from eth_hash.auto import keccak

from app.chain.abi_words import WORD, selector
from app.chain.node_errors import ExecutionReverted, NodeError
from app.chain.safe_execution import OWNER_CODE_GAS, OwnerSignature, signature_blob
from app.chain.safe_signature import SafeSignature, SafeSignatureKind
from app.chain.signature import InvalidSignatureError

# Safe.sol, 1.3.0 and 1.4.1 alike: reverts unless so many owners consent.
_CHECK = selector("checkNSignatures(bytes32,bytes,bytes,uint256)")
_KEY_KINDS = frozenset({SafeSignatureKind.EOA, SafeSignatureKind.ETH_SIGN})
_KEY_BYTES = 65


class OwnerReads(Protocol):
    """What of a chain's client is needed here."""

    async def codes(self, addresses: Sequence[str]) -> list[bytes]: ...
    async def call_batch(
        self, calls: Sequence[tuple[str, bytes]], *, gas: int | None = None
    ) -> list[bytes | NodeError]: ...


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """preimage: of the safeTxHash (safe_hash.safe_tx_preimage). signature: as the owner gave it."""

    preimage: bytes
    signature: bytes


def signed_by_key(question: ConsentQuestion, owner: str) -> bool:
    """Whether the owner's key signed, with v 27 or 28, or above 30 with a wallet's prefix (eth_sign)."""
    if len(question.signature) != _KEY_BYTES:
        return False
    signature = SafeSignature(question.signature)
    if signature.kind not in _KEY_KINDS:
        return False
    try:
        return signature.owner(keccak(question.preimage)) == owner
    except InvalidSignatureError:
        return False


async def signed_by_code(
    chain: OwnerReads, safe: str, owner: str, asked: Sequence[ConsentQuestion]
) -> list[bool]:
    """What the Safe at the head says of each, the owner being a contract; no to all when it has no code.

    Raises ChainError when the node does not say.
    """
    [code] = await chain.codes([owner])
    if not code:
        return [False] * len(asked)
    calls = [(safe, _question(one, owner)) for one in asked]
    answers = await chain.call_batch(calls, gas=OWNER_CODE_GAS)
    for answer in answers:
        if isinstance(answer, NodeError) and not isinstance(answer, ExecutionReverted):
            raise answer
    return [isinstance(answer, bytes) for answer in answers]


def _question(question: ConsentQuestion, owner: str) -> bytes:
    blob = signature_blob([OwnerSignature(owner, question.signature, contract=True)])
    preimage = _tail(question.preimage)
    head = 4 * WORD
    return b"".join(
        (
            _CHECK,
            keccak(question.preimage),
            head.to_bytes(WORD),
            (head + len(preimage)).to_bytes(WORD),
            (1).to_bytes(WORD),
            preimage,
            _tail(blob),
        )
    )


def _tail(value: bytes) -> bytes:
    return len(value).to_bytes(WORD) + value + bytes(-len(value) % WORD)
