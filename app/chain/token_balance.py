"""What an address holds of a token (ERC-20)."""

from collections.abc import Sequence

from app.chain.abi_words import UnexpectedAnswer, address_word, read_uint, selector
from app.chain.client import Chain
from app.chain.node_errors import NodeError

_BALANCE_OF = selector("balanceOf(address)")


async def read_balance(chain: Chain, token: str, owner: str) -> int:
    """Smallest units at the head. Raises ChainError."""
    try:
        return read_uint(await chain.call(token, _BALANCE_OF + address_word(owner)))
    except UnexpectedAnswer as problem:
        raise NodeError("the token does not answer as an ERC-20 token does") from problem


async def read_balances_at(
    chain: Chain, block_hash: bytes, tokens: Sequence[str], owner: str
) -> list[int]:
    """Smallest units of each token as of that very block. Raises NodeError, ChainError."""
    call = _BALANCE_OF + address_word(owner)
    answers = await chain.call_batch([(token, call) for token in tokens], block=block_hash)
    return [_units_at(answer) for answer in answers]


async def read_balances(chain: Chain, asked: Sequence[tuple[str, str]]) -> list[int | None]:
    """Of each (token, owner), at the head; None where a token does not answer. Raises ChainError."""
    calls = [(token, _BALANCE_OF + address_word(owner)) for token, owner in asked]
    return [_units(answer) for answer in await chain.call_batch(calls)]


def _units_at(answer: bytes | NodeError) -> int:
    """Nodes that have thrown old state away answer with an error, or with nothing."""
    if isinstance(answer, NodeError):
        raise answer
    try:
        return read_uint(answer)
    except UnexpectedAnswer as problem:
        raise NodeError("the token does not answer as an ERC-20 token does") from problem


def _units(answer: bytes | NodeError) -> int | None:
    if isinstance(answer, NodeError):
        return None
    try:
        return read_uint(answer)
    except UnexpectedAnswer:
        return None
