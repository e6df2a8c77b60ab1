"""What an address holds of a token (ERC-20)."""

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
