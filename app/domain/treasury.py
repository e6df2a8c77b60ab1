"""What was read of a treasury, a Safe, on its chain."""

from collections.abc import Mapping
from dataclasses import dataclass

SUPPORTED_SAFE_VERSIONS = frozenset({"1.3.0", "1.4.1"})


@dataclass(frozen=True, slots=True)
class SafeReading:
    """A Safe's configuration at the head."""

    owners: tuple[str, ...]
    threshold: int
    nonce: int
    version: str


@dataclass(frozen=True, slots=True)
class TreasuryReading:
    """A Safe's configuration, and its balances at a final block: watching begins after that block.

    balances: smallest units by currency code.
    """

    safe: SafeReading
    balances: Mapping[str, int]
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class SafeConfiguration:
    """Who can move a Safe's money, and by which code. Owners and modules are sorted, addresses checksummed; the zero
    address stands for no guard or handler.
    """

    owners: tuple[str, ...]
    threshold: int
    modules: tuple[str, ...]
    guard: str
    fallback_handler: str
    singleton: str
