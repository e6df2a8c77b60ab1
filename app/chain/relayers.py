"""Who may use a settlement gateway (contracts/src/GatewayAccess.sol)."""

from app.chain.abi_words import UnexpectedAnswer, address_word, read_uint, selector
from app.chain.client import Chain
from app.chain.node_errors import NodeError

_IS_RELAYER = selector("isRelayer(address)")


async def is_relayer(chain: Chain, gateway: str, address: str) -> bool:
    """At the head. Raises ChainError, also when the contract is no gateway."""
    try:
        return bool(read_uint(await chain.call(gateway, _IS_RELAYER + address_word(address))))
    except UnexpectedAnswer as problem:
        raise NodeError(f"{gateway} is no settlement gateway") from problem
