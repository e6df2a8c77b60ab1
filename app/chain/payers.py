"""What a chain says about wallets that want to pay: their code, their funds, their authorisations, their word."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.chain.abi_words import WORD, address_word, read_uint, selector
from app.chain.node_errors import NodeError
from app.chain.wallet_signature import ACCEPTED, WALLET_CODE_GAS, WalletReads, signature_question

_BALANCE_OF = selector("balanceOf(address)")
_AUTHORIZATION_STATE = selector("authorizationState(address,bytes32)")


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
    chain: WalletReads, asked: Sequence[PayerQuestion]
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


async def _ask_wallets(chain: WalletReads, asked: Sequence[PayerQuestion]) -> list[bool]:
    """ERC-1271: anything but the magic word, a revert included, is a no."""
    if not asked:
        return []
    answers = await chain.call_batch(
        [(one.wallet, signature_question(one.digest, one.signature)) for one in asked],
        gas=WALLET_CODE_GAS,
    )
    return [answer == ACCEPTED for answer in answers]
