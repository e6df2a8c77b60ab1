"""What the ledger claims about a chain, and what the chain says: rows and logs in one form, to be laid side by side."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from app.domain.postings import JournalKind, MovementDirection

Place = tuple[bytes, int]
"""Hash of a block, and a log's index in it: the same place on another fork is another place."""


def place_reference(chain_id: int, place: Place) -> str:
    """How a log is named where it is reported once; the same as movement_reference."""
    block_hash, log_index = place
    return f"{chain_id}:0x{block_hash.hex()}:{log_index}"


class SettlementClaim(NamedTuple):
    """A stored settlement by the gateway that was not undone. item: its intent's name on chain. token, amount: None
    and 0 when no money moved. Addresses in lower case.
    """

    id: UUID
    intent_id: UUID
    place: Place
    block_number: int
    tx_hash: bytes
    item: bytes
    wallet: str
    token: str | None
    amount: int


class SettledFact(NamedTuple):
    """A Settled log of the program into its own treasury."""

    place: Place
    block_number: int
    tx_hash: bytes
    item: bytes
    wallet: str
    token: str | None
    amount: int


class MovementClaim(NamedTuple):
    """A movement that a journal claims, and no mirror undoes. journal: the kind of the claiming one; None when it is lost.
    recipient: whom money that nothing explained is said to have gone to, in lower case; None where nobody says it.
    """

    place: Place
    block_number: int
    tx_hash: bytes | None
    direction: MovementDirection
    currency: str
    amount: int
    journal: JournalKind | None
    recipient: str | None


class TransferFact(NamedTuple):
    """A token moved into or out of the treasury. other: where from or to, in lower case."""

    place: Place
    block_number: int
    tx_hash: bytes
    direction: MovementDirection
    currency: str
    amount: int
    other: str


@dataclass(frozen=True, slots=True)
class PayoutClaim:
    """One recipient's part of an executed Safe transaction; log_index: of its Transfer."""

    id: UUID
    recipient: str
    currency: str
    amount: int
    log_index: int | None


@dataclass(frozen=True, slots=True)
class ExecutionClaim:
    """A Safe transaction that is stored as EXECUTED. place: of its success log."""

    id: UUID
    hash: bytes
    place: Place
    block_number: int
    tx_hash: bytes
    payouts: tuple[PayoutClaim, ...]


@dataclass(frozen=True, slots=True)
class ExecutionFact:
    """A success log of the treasury, and what left it since the one before in the same transaction."""

    place: Place
    block_number: int
    tx_hash: bytes
    hash: bytes
    transfers: tuple[TransferFact, ...]
