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


async def read_balances(chain: Chain, asked: Sequence[tuple[str, str]]) -> list[int | None]:
    """Of each (token, owner), at the head; None where a token does not answer. Raises ChainError."""
    calls = [(token, _BALANCE_OF + address_word(owner)) for token, owner in asked]
    return [_units(answer) for answer in await chain.call_batch(calls)]


def _units(answer: bytes | NodeError) -> int | None:
    if isinstance(answer, NodeError):
        return None
    try:
        return read_uint(answer)
    except UnexpectedAnswer:
        return None
