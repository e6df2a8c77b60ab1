"""Who may use a settlement gateway (contracts/src/GatewayAccess.sol), and who decides that."""

from app.chain.abi_words import WORD, UnexpectedAnswer, address_word, read_uint, selector
from app.chain.address import checksum_address
from app.chain.client import Chain
from app.chain.node_errors import NodeError

_IS_RELAYER = selector("isRelayer(address)")
_OWNER = selector("owner()")


async def is_relayer(chain: Chain, gateway: str, address: str) -> bool:
    """At the head. Raises ChainError, also when the contract is no gateway."""
    try:
        return bool(read_uint(await chain.call(gateway, _IS_RELAYER + address_word(address))))
    except UnexpectedAnswer as problem:
        raise NodeError(f"{gateway} is no settlement gateway") from problem


async def gateway_owner(chain: Chain, gateway: str) -> str:
    """At the head, checksummed. Raises ChainError, also when the contract has no owner."""
    answer = await chain.call(gateway, _OWNER)
    if len(answer) != WORD:
        raise NodeError(f"{gateway} is no settlement gateway")
    return checksum_address(answer[-20:])
