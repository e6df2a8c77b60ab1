"""What a batch says about itself to its owners: what changed, and who was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, Slice, by_parent, money


@dataclass(frozen=True, slots=True)
class BatchChangeRow:
    program_key: int
    place: int
    kind: str
    affiliate_key: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ExcludedPayoutRow:
    program_key: int
    place: int
    affiliate_key: int | None
    user_key: int | None
    destination: str
    amount: MoneyRow
    reason: str


_BATCHES = "unnest($2::uuid[]) WITH ORDINALITY AS q (batch_id, n)"


def _listed(table: str) -> str:
    return f"""
SELECT q.n, o.*, b.currency
  FROM {_BATCHES}
  JOIN payout_batch b ON b.program_id = $1 AND b.id = q.batch_id
 CROSS JOIN LATERAL (
       SELECT * FROM {table} o
        WHERE o.program_id = $1 AND o.batch_id = q.batch_id AND ($3::integer IS NULL OR o.place > $3)
        ORDER BY o.place LIMIT $4) o
 ORDER BY q.n, o.place
"""


def _counted(table: str) -> str:
    return f"""
SELECT (SELECT count(*) FROM (SELECT FROM {table} o
                               WHERE o.program_id = $1 AND o.batch_id = q.batch_id LIMIT 10002) c)
  FROM {_BATCHES} ORDER BY q.n
"""


_CHANGES = _listed("payout_batch_change")
_COUNT_CHANGES = _counted("payout_batch_change")
_EXCLUDED = _listed("payout_exclusion")
_COUNT_EXCLUDED = _counted("payout_exclusion")


async def changes(
    session: ReadSession, batches: Sequence[UUID], _: None, part: Slice
) -> list[list[BatchChangeRow]]:
    """What differs from the last paid batch, of each batch; the sort key is (place)."""
    records = await session.connection.fetch(
        _CHANGES, session.program_id, batches, part.key(0), part.limit
    )
    return by_parent(
        records,
        len(batches),
        lambda record: BatchChangeRow(
            record["program_id"],
            record["place"],
            record["kind"],
            record["affiliate_id"],
            record["message"],
        ),
    )


async def count_changes(session: ReadSession, batches: Sequence[UUID], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_CHANGES, session.program_id, batches)
    return [record[0] for record in records]


async def excluded(
    session: ReadSession, batches: Sequence[UUID], _: None, part: Slice
) -> list[list[ExcludedPayoutRow]]:
    """Recipients that the simulation refused, of each batch; the sort key is (place)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _EXCLUDED, session.program_id, batches, part.key(0), part.limit
    )
    return by_parent(
        records,
        len(batches),
        lambda record: ExcludedPayoutRow(
            record["program_id"],
            record["place"],
            record["affiliate_id"],
            record["user_id"],
            record["destination"],
            money(record["amount"], record["currency"], decimals),
            record["reason"],
        ),
    )


async def count_excluded(session: ReadSession, batches: Sequence[UUID], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_EXCLUDED, session.program_id, batches)
    return [record[0] for record in records]
