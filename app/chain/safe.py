"""Reads a treasury: a Safe's own words about itself (Safe contracts 1.3.0 and 1.4.1), and its tokens."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.chain.abi_words import (
    UnexpectedAnswer,
    address_word,
    read_addresses,
    read_text,
    read_uint,
    selector,
)
from app.chain.chain_data import Block
from app.chain.node_errors import NodeError
from app.chain.read_requests import BlockRef, BlockTag
from app.domain.money import Currency
from app.domain.treasury import SUPPORTED_SAFE_VERSIONS, SafeReading, TreasuryReading

_OWNERS = selector("getOwners()")
_THRESHOLD = selector("getThreshold()")
_NONCE = selector("nonce()")
_VERSION = selector("VERSION()")
_BALANCE_OF = selector("balanceOf(address)")
# Enough for a thousand owners. Owners can give their treasury any code: it must not keep a node busy for long.
_READING_GAS = 5_000_000


class NotASafe(Exception):
    """The address has no code, or does not answer as a Safe does."""


class UnsupportedSafeVersion(Exception):
    """A Safe whose signatures and logs differ from the ones we know."""

    def __init__(self, version: str) -> None:
        super().__init__(f"Safe {version}")
        self.version = version


class SafeReads(Protocol):
    """What of a chain's client a Safe is read by."""

    async def call_batch(
        self,
        calls: Sequence[tuple[str, bytes]],
        *,
        block: BlockRef = "latest",
        gas: int | None = None,
    ) -> list[bytes | NodeError]: ...


class TreasuryReads(SafeReads, Protocol):
    """What of a chain's client is needed here."""

    async def block_number(self) -> int: ...
    async def get_block(self, block: int | BlockTag) -> Block | None: ...


async def read_safe(chain: SafeReads, address: str, block: BlockRef = "latest") -> SafeReading:
    """The Safe at the head, or as of a block. Raises NotASafe, UnsupportedSafeVersion, ChainError."""
    answers = await chain.call_batch(
        [(address, call) for call in (_OWNERS, _THRESHOLD, _NONCE, _VERSION)],
        block=block,
        gas=_READING_GAS,
    )
    owners, threshold, nonce, version = (_answer(one) for one in answers)
    try:
        reading = SafeReading(
            read_addresses(owners), read_uint(threshold), read_uint(nonce), read_text(version)
        )
    except UnexpectedAnswer as problem:
        raise NotASafe(str(problem)) from problem
    if not 0 < reading.threshold <= len(reading.owners):
        raise NotASafe("a threshold that its owners cannot reach")
    if reading.version not in SUPPORTED_SAFE_VERSIONS:
        raise UnsupportedSafeVersion(reading.version)
    return reading


async def read_treasury(
    chain: TreasuryReads,
    address: str,
    currencies: Mapping[str, Currency],
    confirmations: int | None,
) -> TreasuryReading:
    """The Safe at the head, its balances at the newest final block: what comes later is watched."""
    safe = await read_safe(chain, address)
    block = await _final_block(chain, confirmations)
    call = _BALANCE_OF + address_word(address)
    answers = await chain.call_batch(
        [(currency.token, call) for currency in currencies.values()], block=block.number
    )
    balances = {}
    for code, answer in zip(currencies, answers, strict=True):
        if isinstance(answer, NodeError):
            raise answer
        # A token that was deployed after the final block: nobody holds any of it there.
        balances[code] = read_uint(answer) if answer else 0
    return TreasuryReading(safe, balances, block.number, block.hash)


async def _final_block(chain: TreasuryReads, confirmations: int | None) -> Block:
    if confirmations is None:
        block = await chain.get_block("finalized")
    else:
        block = await chain.get_block(max(0, await chain.block_number() - confirmations))
    if block is None:
        raise NodeError("the node has no final block")
    return block


def _answer(answer: bytes | NodeError) -> bytes:
    if isinstance(answer, NodeError):
        raise NotASafe(answer.message) from answer
    return answer
