"""What a token tells about itself: enough to be paid in it, or why nobody can be."""

from contextlib import suppress
from dataclasses import dataclass

from app.chain.abi_words import UnexpectedAnswer, address_word, read_printable, read_uint, selector
from app.chain.authorization import TokenDomain
from app.chain.client import Chain
from app.chain.node_errors import NodeError, RateLimited

_LONGEST_TEXT = 64
_MOST_DECIMALS = 36
# Where a token has no version(), these are what OpenZeppelin's and Circle's tokens sign under.
_USUAL_VERSIONS = ("1", "2")


class UnsuitableToken(ValueError):
    """The contract is no ERC-20 token with EIP-3009 authorisations; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """name and version are those of the EIP-712 domain that wallets sign under."""

    symbol: str
    decimals: int
    name: str
    version: str


async def read_token(chain: Chain, address: str) -> TokenFacts:
    """Asks the token at the head. Raises UnsuitableToken, and ChainError when no node answers."""
    if not await chain.code(address):
        raise UnsuitableToken(f"there is no contract at {address}")
    decimals = await _number(chain, address, "decimals()")
    if decimals > _MOST_DECIMALS:
        raise UnsuitableToken(f"{address} has more than {_MOST_DECIMALS} decimals")
    name = await _text(chain, address, "name()")
    await _require_authorisations(chain, address)
    return TokenFacts(
        symbol=await _text(chain, address, "symbol()"),
        decimals=decimals,
        name=name,
        version=await _version(chain, address, name),
    )


async def _require_authorisations(chain: Chain, address: str) -> None:
    """EIP-3009 asks for authorizationState(address,bytes32)."""
    state = selector("authorizationState(address,bytes32)")
    await _answer(chain, address, state + address_word(address) + bytes(32), "EIP-3009")


async def _version(chain: Chain, address: str, name: str) -> str:
    """The one whose domain is the token's own, so that it is known and not believed."""
    separator = await _answer(chain, address, selector("DOMAIN_SEPARATOR()"), "DOMAIN_SEPARATOR()")
    versions = list(_USUAL_VERSIONS)
    with suppress(UnsuitableToken):
        versions.insert(0, await _text(chain, address, "version()"))
    for version in versions:
        if TokenDomain(name, version, chain.chain_id, address).separator() == separator:
            return version
    raise UnsuitableToken(
        f"{address} signs under an EIP-712 domain that is not its name and a known version"
    )


async def _number(chain: Chain, address: str, signature: str) -> int:
    try:
        return read_uint(await _answer(chain, address, selector(signature), signature))
    except UnexpectedAnswer:
        raise UnsuitableToken(f"{address} does not answer {signature}") from None


async def _text(chain: Chain, address: str, signature: str) -> str:
    try:
        answer = await _answer(chain, address, selector(signature), signature)
        return read_printable(answer, _LONGEST_TEXT)
    except UnexpectedAnswer:
        raise UnsuitableToken(f"{address} does not answer {signature}") from None


async def _answer(chain: Chain, address: str, data: bytes, asked: str) -> bytes:
    try:
        answer = await chain.call(address, data)
    except RateLimited:
        raise
    except NodeError:
        answer = b""
    if not answer:
        raise UnsuitableToken(f"{address} is no token that can be paid by signature: no {asked}")
    return answer
