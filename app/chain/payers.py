"""What a chain says about wallets that want to pay: their code, their funds, their authorisations, their word."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.chain.abi_words import WORD, address_word, read_uint, selector
from app.chain.node_errors import NodeError

_BALANCE_OF = selector("balanceOf(address)")
_AUTHORIZATION_STATE = selector("authorizationState(address,bytes32)")
_IS_VALID_SIGNATURE = selector("isValidSignature(bytes32,bytes)")
# A contract wallet's own code runs here; what a settlement gives it is no more.
_WALLET_CODE_GAS = 400_000


class PayerReads(Protocol):
    """What of a chain's client is needed here."""

    async def codes(self, addresses: Sequence[str]) -> list[bytes]: ...
    async def call_batch(
        self, calls: Sequence[tuple[str, bytes]], *, gas: int | None = None
    ) -> list[bytes | NodeError]: ...


@dataclass(frozen=True, slots=True)
class PayerQuestion:
    """May this wallet pay with this authorisation? digest: what it signed; signature: as it was given."""

    wallet: str
    token: str
    nonce: bytes
    digest: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """At the head. accepts_signature: what the wallet's own code says (ERC-1271); None: it has no code."""

    balance: int
    nonce_used: bool
    accepts_signature: bool | None


async def read_payers(
    chain: PayerReads, asked: Sequence[PayerQuestion]
) -> list[PayerFacts | NodeError]:
    """In the order asked, three batches at most for all. Raises ChainError when the chain gives no answer at all."""
    wallets = [one.wallet for one in asked]
    balances = [(one.token, _BALANCE_OF + address_word(one.wallet)) for one in asked]
    states = [
        (one.token, _AUTHORIZATION_STATE + address_word(one.wallet) + one.nonce) for one in asked
    ]
    codes, answers = await asyncio.gather(chain.codes(wallets), chain.call_batch(balances + states))
    with_code = [one for one, code in zip(asked, codes, strict=True) if code]
    verdicts = iter(await _ask_wallets(chain, with_code))
    return [
        _facts(balance, state, next(verdicts) if code else None)
        for code, balance, state in zip(
            codes, answers[: len(asked)], answers[len(asked) :], strict=True
        )
    ]


def _facts(
    balance: bytes | NodeError, state: bytes | NodeError, accepts_signature: bool | None
) -> PayerFacts | NodeError:
    for answer in (balance, state):
        if isinstance(answer, NodeError):
            return answer
        if len(answer) != WORD:
            return NodeError("the token does not answer as an EIP-3009 token does")
    assert isinstance(balance, bytes)
    assert isinstance(state, bytes)
    return PayerFacts(read_uint(balance), read_uint(state) != 0, accepts_signature)


async def _ask_wallets(chain: PayerReads, asked: Sequence[PayerQuestion]) -> list[bool]:
    """ERC-1271: anything but the magic word, a revert included, is a no."""
    if not asked:
        return []
    answers = await chain.call_batch(
        [(one.wallet, _question(one.digest, one.signature)) for one in asked],
        gas=_WALLET_CODE_GAS,
    )
    yes = _IS_VALID_SIGNATURE.ljust(WORD, b"\x00")
    return [answer == yes for answer in answers]


def _question(digest: bytes, signature: bytes) -> bytes:
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
