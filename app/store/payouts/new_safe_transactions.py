"""Stores Safe transactions with their payouts and lines. What is stored here never changes: owners sign it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.payout_planning import PlannedPayout
from app.domain.payouts import PayoutPurpose
from app.store.database import UnitOfWork
from app.store.payouts.new_batches import owner_of
from app.store.server.standby import outlive_the_primary

_TRANSACTIONS = """
INSERT INTO safe_transaction (program_id, id, chain_id, safe, safe_version, safe_nonce, currency, token, to_address, data,
                              operation, hash, content_hash, payout_count, total, created_at)
SELECT $1, s.id, $2, $3, $4, s.nonce, s.currency, s.token, s.to_address, s.data, s.operation, s.hash, s.content_hash,
       s.payouts, s.total, $5
  FROM unnest($6::uuid[], $7::numeric[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::smallint[],
              $13::bytea[], $14::bytea[], $15::integer[], $16::numeric[])
       AS s (id, nonce, currency, token, to_address, data, operation, hash, content_hash, payouts, total)
"""
_TRANSITIONS = """
INSERT INTO safe_transaction_transition (program_id, safe_transaction_id, seq, to_status, at, actor)
SELECT $1, id, 1, 'PROPOSED', $3, $4 FROM unnest($2::uuid[]) AS id
"""
_PAYOUTS = """
INSERT INTO payout (program_id, id, safe_transaction_id, place, purpose, affiliate_id, user_id, withdrawal_id,
                    destination, amount)
SELECT $1, p.* FROM unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::bigint[], $7::bigint[], $8::uuid[],
                           $9::text[], $10::numeric[]) AS p
"""
# All at once: the rules about lines look at whole payouts.
_LINES = """
INSERT INTO payout_line (program_id, safe_transaction_id, line_id, payout_id, amount)
SELECT $1, l.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::numeric[]) AS l
"""
_SIMULATED = """
UPDATE safe_transaction s
   SET simulated_at = $2, simulated_block = $3, simulated_passed = g.passed, simulated_refused = 0, gas_estimate = g.gas
  FROM unnest($4::uuid[], $5::integer[], $6::bigint[]) AS g (id, passed, gas)
 WHERE s.program_id = $1 AND s.id = g.id
"""


@dataclass(frozen=True, slots=True)
class SafeSide:
    """The Safe that all of them are of."""

    chain_id: int
    address: str
    version: str


@dataclass(frozen=True, slots=True)
class NewPayout:
    id: UUID
    planned: PlannedPayout


@dataclass(frozen=True, slots=True)
class NewSafeTransaction:
    """currency: None when it pays nobody. payouts: in the order of their Transfers."""

    id: UUID
    nonce: int
    currency: str | None
    token: str
    to: str
    data: bytes
    operation: int
    hash: bytes
    content_hash: bytes
    payouts: Sequence[NewPayout]

    @property
    def total(self) -> int:
        return sum(payout.planned.amount for payout in self.payouts)


@dataclass(frozen=True, slots=True)
class SimulationNote:
    """All payouts of a Safe transaction would pass as of a block. gas: of the whole, estimated."""

    safe_transaction_id: UUID
    passed: int
    gas: int


async def insert_safe_transactions(
    unit: UnitOfWork,
    program_id: int,
    safe: SafeSide,
    fresh: Sequence[NewSafeTransaction],
    *,
    actor: str,
    at: datetime,
) -> None:
    """PROPOSED, with all that they pay; lines of commissions and refunds are PENDING_APPROVAL already. Owners may sign it
    elsewhere at once, so it is not to be forgotten.
    """
    await outlive_the_primary(unit)
    await unit.connection.execute(
        _TRANSACTIONS,
        program_id,
        safe.chain_id,
        safe.address,
        safe.version,
        at,
        [one.id for one in fresh],
        [one.nonce for one in fresh],
        [one.currency for one in fresh],
        [one.token for one in fresh],
        [one.to for one in fresh],
        [one.data for one in fresh],
        [one.operation for one in fresh],
        [one.hash for one in fresh],
        [one.content_hash for one in fresh],
        [len(one.payouts) for one in fresh],
        [one.total for one in fresh],
    )
    await unit.connection.execute(_TRANSITIONS, program_id, [one.id for one in fresh], at, actor)
    await _insert_payouts(unit, program_id, fresh)


async def note_simulations(
    unit: UnitOfWork,
    program_id: int,
    notes: Sequence[SimulationNote],
    *,
    block_number: int,
    at: datetime,
) -> None:
    await unit.connection.execute(
        _SIMULATED,
        program_id,
        at,
        block_number,
        [one.safe_transaction_id for one in notes],
        [one.passed for one in notes],
        [one.gas for one in notes],
    )


async def _insert_payouts(
    unit: UnitOfWork, program_id: int, fresh: Sequence[NewSafeTransaction]
) -> None:
    rows = [
        (transaction.id, place, payout.id, payout.planned)
        for transaction in fresh
        for place, payout in enumerate(transaction.payouts)
    ]
    if not rows:
        return
    payees = [planned.payee for _, _, _, planned in rows]
    await unit.connection.execute(
        _PAYOUTS,
        program_id,
        [payout_id for _, _, payout_id, _ in rows],
        [transaction_id for transaction_id, _, _, _ in rows],
        [place for _, place, _, _ in rows],
        [payee.purpose.value for payee in payees],
        [owner_of(payee, PayoutPurpose.COMMISSION) for payee in payees],
        [owner_of(payee, PayoutPurpose.REFUND) for payee in payees],
        [_withdrawal_of(planned) for _, _, _, planned in rows],
        [planned.destination for _, _, _, planned in rows],
        [planned.amount for _, _, _, planned in rows],
    )
    lines = [
        (transaction_id, payout_id, line)
        for transaction_id, _, payout_id, planned in rows
        for line in planned.lines
    ]
    await unit.connection.execute(
        _LINES,
        program_id,
        [transaction_id for transaction_id, _, _ in lines],
        [line.id for _, _, line in lines],
        [payout_id for _, payout_id, _ in lines],
        [line.amount for _, _, line in lines],
    )


def _withdrawal_of(planned: PlannedPayout) -> UUID | None:
    """A withdrawal is its payout's only line."""
    return planned.lines[0].id if planned.payee.purpose is PayoutPurpose.WITHDRAWAL else None
