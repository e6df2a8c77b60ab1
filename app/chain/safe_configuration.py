"""Reads what decides about a Safe's money: owners, threshold, modules, guard, fallback handler, and the code it runs.

Safe contracts 1.3.0 and 1.4.1 alike: getModulesPaginated, and storage by the Safe's own getStorageAt.
"""

from collections.abc import Sequence
from typing import Protocol

from eth_hash.auto import keccak

from app.chain.abi_words import (
    WORD,
    UnexpectedAnswer,
    address_word,
    read_addresses,
    read_uint,
    selector,
)
from app.chain.address import checksum_address
from app.chain.node_errors import (
    ChainError,
    ExecutionHalted,
    ExecutionReverted,
    NodeError,
    RateLimited,
)
from app.chain.read_requests import BlockRef
from app.domain.treasury import SafeConfiguration
from app.domain.treasury_changes import NOBODY

_OWNERS = selector("getOwners()")
_THRESHOLD = selector("getThreshold()")
_SENTINEL = "0x0000000000000000000000000000000000000001"
_MOST_MODULES = 100
_MODULES = (
    selector("getModulesPaginated(address,uint256)")
    + address_word(_SENTINEL)
    + _MOST_MODULES.to_bytes(WORD)
)
_GUARD = keccak(b"guard_manager.guard.address")
_HANDLER = keccak(b"fallback_manager.handler.address")
_SINGLETON = bytes(WORD)
# Owners can give their treasury any code: it must not keep a node busy for long.
_READING_GAS = 5_000_000
# Each is named to a person who looks at a change.
_MOST_OWNERS = 1_000


class ConfigurationReads(Protocol):
    """What of a chain's client is needed here."""

    async def call_batch(
        self,
        calls: Sequence[tuple[str, bytes]],
        *,
        block: BlockRef = "latest",
        gas: int | None = None,
    ) -> list[bytes | NodeError]: ...


async def read_configurations(
    chain: ConfigurationReads, safes: Sequence[str], block: BlockRef
) -> list[SafeConfiguration | None]:
    """Of each Safe as of a block; None for what does not answer as a Safe does. Raises ChainError when it is the node that
    cannot tell (it does not have the block, it is away): that says nothing of a Safe.

    Owners choose their Safe's code. Where it makes a node refuse or break off an answer, halves are asked for by
    themselves until that one is found, so that it spoils no other's.
    """
    try:
        return await _read(chain, safes, block)
    except RateLimited:
        raise
    except ChainError:
        await _require_able(chain, block)
    if len(safes) == 1:
        return [None]
    middle = len(safes) // 2
    lower = await read_configurations(chain, safes[:middle], block)
    return lower + await read_configurations(chain, safes[middle:], block)


async def _require_able(chain: ConfigurationReads, block: BlockRef) -> None:
    """A call of nothing is answered by any node that has the block."""
    [answer] = await chain.call_batch([(NOBODY, b"")], block=block, gas=_READING_GAS)
    if isinstance(answer, NodeError):
        raise answer


async def _read(
    chain: ConfigurationReads, safes: Sequence[str], block: BlockRef
) -> list[SafeConfiguration | None]:
    calls = [
        _OWNERS,
        _THRESHOLD,
        _MODULES,
        _storage(_GUARD),
        _storage(_HANDLER),
        _storage(_SINGLETON),
    ]
    asked = [(safe, call) for safe in safes for call in calls]
    answers = await chain.call_batch(asked, block=block, gas=_READING_GAS)
    size = len(calls)
    return [
        read_configuration(answers[start : start + size]) for start in range(0, len(asked), size)
    ]


def read_configuration(answers: Sequence[bytes | NodeError]) -> SafeConfiguration | None:
    """From the answers to the six calls, in their order; None for what no Safe answers. Raises what says nothing of it."""
    refusals = [answer for answer in answers if isinstance(answer, NodeError)]
    for refusal in refusals:
        if not isinstance(refusal, (ExecutionReverted, ExecutionHalted)):
            raise refusal
    if refusals:
        return None
    owners, threshold, modules, guard, handler, singleton = (
        answer for answer in answers if isinstance(answer, bytes)
    )
    try:
        return SafeConfiguration(
            owners=_owners(owners),
            threshold=_threshold(threshold),
            modules=_modules(modules),
            guard=_stored(guard),
            fallback_handler=_stored(handler),
            singleton=_stored(singleton),
        )
    except UnexpectedAnswer:
        return None


def _owners(answer: bytes) -> tuple[str, ...]:
    found = read_addresses(answer)
    if not 0 < len(found) <= _MOST_OWNERS:
        raise UnexpectedAnswer("no owners, or more than anybody looks through")
    return tuple(sorted(found))


def _threshold(answer: bytes) -> int:
    found = read_uint(answer)
    if not 0 < found <= _MOST_OWNERS:
        raise UnexpectedAnswer("a threshold that no owners reach")
    return found


def _storage(slot: bytes) -> bytes:
    return selector("getStorageAt(uint256,uint256)") + slot + (1).to_bytes(WORD)


def _modules(answer: bytes) -> tuple[str, ...]:
    """(address[] array, address next): the array stands behind two words."""
    if len(answer) < 3 * WORD or int.from_bytes(answer[:WORD]) != 2 * WORD:
        raise UnexpectedAnswer("not a page of modules")
    found = read_addresses(WORD.to_bytes(WORD) + answer[2 * WORD :])
    if len(found) > _MOST_MODULES:
        raise UnexpectedAnswer("more modules than were asked for")
    return tuple(sorted(found))


def _stored(answer: bytes) -> str:
    """bytes of one word, which holds an address."""
    if len(answer) != 3 * WORD:
        raise UnexpectedAnswer("not one word of storage")
    return checksum_address(answer[-20:])
