"""Stores a batch: itself, what it lists, whom it leaves out, and what owners should look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.batch_changes import BatchChange
from app.domain.payees import Payee
from app.domain.payouts import BatchKind, PayoutPurpose
from app.store.database import UnitOfWork

_BATCH = """
INSERT INTO payout_batch (program_id, id, kind, currency, replaces, content_hash, payout_count, total, created_by,
                          created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_LISTED = """
INSERT INTO payout_batch_transaction (program_id, batch_id, place, safe_transaction_id)
SELECT $1, $2, l.n - 1, l.id FROM unnest($3::uuid[]) WITH ORDINALITY AS l (id, n)
"""
_EXCLUSIONS = """
INSERT INTO payout_exclusion (program_id, batch_id, place, affiliate_id, user_id, destination, amount, reason)
SELECT $1, $2, e.n - 1, e.affiliate, e.user_id, e.destination, e.amount, e.reason
  FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::numeric[], $7::text[])
       WITH ORDINALITY AS e (affiliate, user_id, destination, amount, reason, n)
"""
_CHANGES = """
INSERT INTO payout_batch_change (program_id, batch_id, place, kind, affiliate_id, message)
SELECT $1, $2, c.n - 1, c.kind, c.affiliate, c.message
  FROM unnest($3::text[], $4::bigint[], $5::text[]) WITH ORDINALITY AS c (kind, affiliate, message, n)
"""


@dataclass(frozen=True, slots=True)
class NewBatch:
    """created_at: real time."""

    id: UUID
    kind: BatchKind
    currency: str
    replaces: UUID | None
    content_hash: bytes
    payout_count: int
    total: int
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A recipient that is left out because it would be refused."""

    payee: Payee
    destination: str
    amount: int
    reason: str


async def insert_batch(unit: UnitOfWork, program_id: int, batch: NewBatch) -> None:
    """Before its Safe transactions: the database then knows whether others are open. SG035 when they are."""
    await unit.connection.execute(
        _BATCH,
        program_id,
        batch.id,
        batch.kind.value,
        batch.currency,
        batch.replaces,
        batch.content_hash,
        batch.payout_count,
        batch.total,
        batch.created_by,
        batch.created_at,
    )


async def list_safe_transactions(
    unit: UnitOfWork, program_id: int, batch_id: UUID, safe_transactions: Sequence[UUID]
) -> None:
    """What owners are asked to sign, in order."""
    await unit.connection.execute(_LISTED, program_id, batch_id, safe_transactions)


async def insert_exclusions(
    unit: UnitOfWork, program_id: int, batch_id: UUID, excluded: Sequence[Exclusion]
) -> None:
    await unit.connection.execute(
        _EXCLUSIONS,
        program_id,
        batch_id,
        [owner_of(one.payee, PayoutPurpose.COMMISSION) for one in excluded],
        [owner_of(one.payee, PayoutPurpose.REFUND) for one in excluded],
        [one.destination for one in excluded],
        [one.amount for one in excluded],
        [one.reason for one in excluded],
    )


async def insert_changes(
    unit: UnitOfWork, program_id: int, batch_id: UUID, changes: Sequence[BatchChange]
) -> None:
    await unit.connection.execute(
        _CHANGES,
        program_id,
        batch_id,
        [one.kind.value for one in changes],
        [one.affiliate_id for one in changes],
        [one.message for one in changes],
    )


def owner_of(payee: Payee, purpose: PayoutPurpose) -> int | None:
    """The payee's key in the column of that purpose."""
    return payee.owner_id if payee.purpose is purpose else None
