"""Seals what was posted and audited, in the order of events, and checks the chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.seals import SealStream, chain, genesis, seal_hash
from app.store import seals
from app.store.database import ReadSession, UnitOfWork
from app.store.feed import consumers
from app.store.feed.consumers import Lease
from app.store.seals import Head, Sealable

CONSUMER = "seals"
BATCH = 1_000
ROWS = 2_000
# Sealing is asynchronous; what stays unsealed for longer is an alert.
GRACE = timedelta(seconds=60)
_STRETCH = 5_000


@dataclass(frozen=True, slots=True)
class SealFault:
    """Where a chain does not hold. n: the number of the seal, None for a row that has none."""

    stream: SealStream
    n: int | None
    row_id: str
    message: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """seals: how many were checked. newest_hash: to be compared with what was shown or exported before."""

    stream: SealStream
    seals: int
    newest_hash: bytes | None
    faults: tuple[SealFault, ...]


async def seal_events(unit: UnitOfWork, lease: Lease, now: datetime) -> Lease:
    """Seals what the next events name, about 2 000 rows at most; the same lease comes back when there are none.

    Raises LeaseLost.
    """
    events = _first(await seals.read_sealable(unit, lease.position, BATCH))
    if not events:
        return lease
    for stream in SealStream:
        await _seal_stream(unit, stream, events, now)
    return await consumers.advance(unit, lease, events[-1].position, now)


def _first(events: Sequence[Sealable]) -> Sequence[Sealable]:
    """As many as a transaction may take: one event can name hundreds of rows."""
    rows = 0
    for place, event in enumerate(events):
        rows += len(event.ids)
        if rows >= ROWS:
            return events[: place + 1]
    return events


async def _seal_stream(
    unit: UnitOfWork, stream: SealStream, events: Sequence[Sealable], now: datetime
) -> None:
    ids: dict[int, list[str]] = {}
    for event in events:
        if event.stream is stream:
            ids.setdefault(event.program_id, []).extend(event.ids)
    for program_id, head in (await seals.heads(unit, stream, list(ids))).items():
        contents = await seals.content_hashes(unit, stream, program_id, ids[program_id])
        following = list(chain(_start(stream, head), contents))
        await seals.insert(unit, stream, program_id, following, now)


async def verify_chain(
    session: ReadSession, stream: SealStream, program_id: int, now: datetime
) -> ChainReport:
    """Recomputes one chain from its first seal, and looks for rows that were never sealed."""
    head = (await seals.heads(session, stream, [program_id]))[program_id]
    faults: list[SealFault] = []
    n, previous = _start(stream, Head(head.program, 0, None))
    while rows := await seals.sealed(session, stream, program_id, n, _STRETCH):
        for row in rows:
            n += 1
            if fault := _fault(row, n, previous):
                faults.append(SealFault(stream, row.seal.n, row.seal.through, fault))
            n, previous = row.seal.n, row.seal.hash
    open_ids = await seals.unsealed(session, stream, program_id, now - GRACE)
    faults.extend(SealFault(stream, None, id_, "no seal covers this row") for id_ in open_ids)
    return ChainReport(stream, n, head.hash, tuple(faults))


def _start(stream: SealStream, head: Head) -> tuple[int, bytes]:
    return head.n, genesis(stream, head.program) if head.hash is None else head.hash


def _fault(row: seals.SealedRow, n: int, previous: bytes) -> str | None:
    seal = row.seal
    if seal.n != n or seal.previous_hash != previous:
        return "the chain is broken before this seal"
    if row.content_hash is None:
        return "the sealed row is gone"
    if seal.hash != seal_hash(previous, n, row.content_hash):
        return "the sealed row was changed"
    return None
