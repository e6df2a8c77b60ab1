"""Discrepancies as rows, and the pause that a critical one means."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy
from app.domain.ids import new_id
from app.domain.money import Money
from app.store.database import ReadSession, UnitOfWork

# While one of this kind about this thing is open, the same finding adds nothing.
_OPEN = """
INSERT INTO discrepancy (program_id, id, kind, severity, entity_id, reference, expected, actual, message, opened_at,
                         run_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (program_id, kind, reference) WHERE resolved_at IS NULL DO NOTHING
RETURNING id
"""
# Whoever resumes the program waits, also while it is paused, and sees what is being opened.
_HOLD = "SELECT FROM program WHERE id = $1 FOR NO KEY UPDATE"
_PAUSE = """
UPDATE program SET status = 'PAUSED', pause_reason = $2, paused_by = $3, paused_at = $4, version = version + 1
 WHERE id = $1 AND status = 'ACTIVE'
RETURNING version, public_id
"""
# What paused the program was opened at that very instant, the first of its message (to which the chain may have added);
# clocks of two processes may differ by so much.
_SINCE_PAUSE = """
SELECT d.id, d.kind FROM discrepancy d JOIN program p ON p.id = d.program_id
 WHERE d.program_id = $1 AND d.severity = 'CRITICAL' AND d.resolved_at IS NULL
   AND d.opened_at > p.paused_at - interval '30 seconds'
   AND d.id IS DISTINCT FROM (SELECT r.id FROM discrepancy r
                               WHERE r.program_id = p.id AND r.severity = 'CRITICAL' AND r.opened_at = p.paused_at
                                 AND starts_with(r.message, p.pause_reason) ORDER BY r.id LIMIT 1)
 ORDER BY d.id
"""
# Undoable: about a settlement, by its id (app/domain/chain_proof/settlements.py), and not undone.
_LOCK = """
SELECT d.kind, d.reference, d.resolved_at,
       (SELECT s.id FROM settlement s WHERE s.program_id = d.program_id AND s.id = CASE WHEN length(d.reference) = 36 AND d.reference ~ '^[0-9a-f-]{36}$' THEN d.reference::uuid END
           AND s.undone_at IS NULL AND s.chain_id IS NOT NULL AND d.kind = 'SETTLEMENT_NOT_ON_CHAIN') AS undoable
  FROM discrepancy d WHERE d.program_id = $1 AND d.id = $2 FOR UPDATE OF d
"""
_UNDOABLE = """
SELECT s.id, s.chain_id, s.block_number, s.block_hash, s.tx_hash, i.on_chain_id
  FROM discrepancy d
  JOIN settlement s ON s.program_id = d.program_id AND s.id = CASE WHEN d.reference ~ '^[0-9a-f-]{36}$' THEN d.reference::uuid END
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 WHERE d.program_id = $1 AND d.id = $2 AND d.kind = 'SETTLEMENT_NOT_ON_CHAIN' AND d.resolved_at IS NULL
   AND s.undone_at IS NULL AND s.chain_id IS NOT NULL
"""
# What put the money into SUSPENSE names the same log. It is taken out once, whatever was opened again since.
_SUSPENDED = """
SELECT t.amount, t.currency FROM journal j JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id
 WHERE j.program_id = $1 AND j.kind = $2 AND j.reference = $3
   AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.program_id = j.program_id AND d.kind = $4
                      AND d.reference = j.reference AND d.posting_journal_id IS NOT NULL)
"""
_SMALL_ONES = "small:"
# Of one log; small inflows of a day are explained as often as some came since.
_EXPLAINED = """
SELECT EXISTS (SELECT FROM discrepancy WHERE program_id = $1 AND kind = $2 AND reference = $3
                  AND posting_journal_id IS NOT NULL AND reference NOT LIKE 'small:%')
"""
# By its name too, so that what was closed without a posting is in the one that was opened for it again.
_SMALL = """
SELECT sum(t.amount) AS amount, t.currency
  FROM discrepancy d
  JOIN small_inflow s ON s.program_id = d.program_id AND s.discrepancy_id = d.id
  JOIN transfer t ON t.program_id = s.program_id AND t.journal_id = s.journal_id
 WHERE d.program_id = $1 AND d.kind = 'UNEXPLAINED_INFLOW' AND d.reference = $2 AND d.posting_journal_id IS NULL
 GROUP BY t.currency
"""
_HOLD_OPEN = """
SELECT id FROM discrepancy WHERE program_id = $1 AND kind = $2 AND reference = $3 AND resolved_at IS NULL
   FOR NO KEY UPDATE
"""
_ADD_TO_ACTUAL = """
UPDATE discrepancy SET actual = (actual::numeric + $3)::text WHERE program_id = $1 AND id = $2
"""
_NOTE_SMALL = (
    "INSERT INTO small_inflow (program_id, journal_id, discrepancy_id) VALUES ($1, $2, $3)"
)
_JOURNALS = {
    DiscrepancyKind.UNEXPLAINED_INFLOW: "DEPOSIT",
    DiscrepancyKind.UNEXPLAINED_OUTFLOW: "WITHDRAWAL",
}
_RESOLVE = """
UPDATE discrepancy SET resolved_at = $3, resolved_by = $4, note = $5, posting_journal_id = $6
 WHERE program_id = $1 AND id = $2
"""


async def open_once(
    unit: UnitOfWork,
    program_id: int,
    found: NewDiscrepancy,
    at: datetime,
    run_id: UUID | None = None,
) -> UUID | None:
    """The new row's id; None when it is open already. run_id: the reconciliation that found it."""
    opened: UUID | None = await unit.connection.fetchval(
        _OPEN,
        program_id,
        new_id(),
        found.kind.value,
        found.severity.value,
        found.entity_id,
        found.reference,
        found.expected,
        found.actual,
        found.message,
        at,
        run_id,
    )
    return opened


async def is_explained(
    unit: UnitOfWork, program_id: int, found: NewDiscrepancy, *, seen_before: bool
) -> bool:
    """Whether a person explained that very money with a posting: it is not to be opened again. seen_before: in a snapshot,
    since when somebody may be explaining it; that is waited for.
    """
    if found.kind not in _JOURNALS:
        return False
    name = (program_id, found.kind.value, found.reference)
    if seen_before:
        await unit.connection.execute(_HOLD_OPEN, *name)
        if found.reference.startswith(_SMALL_ONES):
            return await unit.connection.fetchrow(_SMALL, program_id, found.reference) is None
    return bool(await unit.connection.fetchval(_EXPLAINED, *name))


async def hold_program(unit: UnitOfWork, program_id: int) -> None:
    """Until the transaction ends nobody resumes it."""
    await unit.connection.execute(_HOLD, program_id)


async def pause_program(
    unit: UnitOfWork, program_id: int, reason: str, actor: str, at: datetime
) -> tuple[int, UUID] | None:
    """The program's new version and public id; None when it was not ACTIVE. It is kept from being resumed until the
    transaction ends.
    """
    await hold_program(unit, program_id)
    row = await unit.connection.fetchrow(_PAUSE, program_id, reason, actor, at)
    return None if row is None else (row["version"], row["public_id"])


async def hold_open(unit: UnitOfWork, kind: DiscrepancyKind, reference: str) -> UUID | None:
    """The open one of that name, kept from being resolved until the transaction ends."""
    found: UUID | None = await unit.connection.fetchval(
        _HOLD_OPEN, unit.program_id, kind.value, reference
    )
    return found


async def add_to_actual(unit: UnitOfWork, discrepancy_id: UUID, units: int) -> None:
    """One whose `actual` is an amount in smallest units."""
    await unit.connection.execute(_ADD_TO_ACTUAL, unit.program_id, discrepancy_id, units)


async def note_small(unit: UnitOfWork, journal_id: int, discrepancy_id: UUID) -> None:
    """What the journal put into SUSPENSE is explained with that discrepancy."""
    await unit.connection.execute(_NOTE_SMALL, unit.program_id, journal_id, discrepancy_id)


@dataclass(frozen=True, slots=True)
class OpenDiscrepancy:
    """One that nobody has resolved."""

    id: UUID
    kind: DiscrepancyKind


async def critical_since_pause(unit: UnitOfWork, program_id: int) -> list[OpenDiscrepancy]:
    """Open critical ones that were not there when the program was paused, the oldest first."""
    rows = await unit.connection.fetch(_SINCE_PAUSE, program_id)
    return [OpenDiscrepancy(row["id"], DiscrepancyKind(row["kind"])) for row in rows]


@dataclass(frozen=True, slots=True)
class DiscrepancyToResolve:
    """suspense: the amount that waits in SUSPENSE because of it; None when none does. undoable: the settlement whose log
    is gone; None when it is about something else.
    """

    id: UUID
    kind: DiscrepancyKind
    resolved: bool
    suspense: Money | None
    undoable: UUID | None


@dataclass(frozen=True, slots=True)
class UndoableSettlement:
    """Where a settlement says that its log is. item: its intent's name on chain."""

    id: UUID
    chain_id: int
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    item: bytes


async def find_undoable(session: ReadSession, discrepancy_id: UUID) -> UndoableSettlement | None:
    """What an open discrepancy of the session's own program says is gone; None when it says nothing of the kind."""
    row = await session.connection.fetchrow(_UNDOABLE, session.program_id, discrepancy_id)
    return None if row is None else UndoableSettlement(*row.values())


async def lock_discrepancy(unit: UnitOfWork, discrepancy_id: UUID) -> DiscrepancyToResolve | None:
    """One of the unit's own program, kept for the rest of the transaction."""
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, discrepancy_id)
    if row is None:
        return None
    kind = DiscrepancyKind(row["kind"])
    found = None
    if kind in _JOURNALS:
        found = await unit.connection.fetchrow(
            _SUSPENDED, unit.program_id, _JOURNALS[kind], row["reference"], kind
        )
        if found is None:
            found = await unit.connection.fetchrow(_SMALL, unit.program_id, row["reference"])
    suspense = None if found is None else Money(found["amount"], found["currency"])
    return DiscrepancyToResolve(
        discrepancy_id, kind, row["resolved_at"] is not None, suspense, row["undoable"]
    )


async def resolve(
    unit: UnitOfWork,
    discrepancy_id: UUID,
    by: str,
    note: str,
    *,
    journal_id: int | None,
    at: datetime,
) -> None:
    await unit.connection.execute(
        _RESOLVE, unit.program_id, discrepancy_id, at, by, note, journal_id
    )
