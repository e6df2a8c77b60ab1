"""Counters for a live page: cheap enough to be read once a second."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.latency import quantile_seconds
from app.store.database import ReadSession
from app.store.reads.rollups import (
    StatusCountRow,
    add_times,
    status_counts,
    sum_by_currency,
)
from app.store.reads.values import MoneyRow

_COUNTERS = "SELECT name, value FROM program_counter WHERE program_id = $1"
_HOUR = """
SELECT at, latency FROM program_series WHERE program_id = $1 AND bucket = 'MINUTE' AND at > $2 ORDER BY at
"""
_TODAY = """
SELECT currency, volume FROM program_series_amount WHERE program_id = $1 AND bucket = 'DAY' AND at = $2
"""
_WAITING = "SELECT count(*) FROM intent_todo WHERE program_id = $1"
# As a worker last added all accounts up: to do it here would read all of them each second.
_UNBALANCED = "SELECT EXISTS (SELECT FROM ledger_drift WHERE program_id = $1 AND drift <> 0)"
# A batch that another one replaces is no more to be approved. Few Safe transactions are open at a time: from there.
_TO_APPROVE = """
SELECT count(*)
  FROM (SELECT DISTINCT x.batch_id
          FROM safe_transaction s
          JOIN payout_batch_transaction x ON x.program_id = s.program_id AND x.safe_transaction_id = s.id
         WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD') AND s.status = 'PROPOSED'
           AND NOT EXISTS (SELECT FROM payout_batch n
                            WHERE n.program_id = x.program_id AND n.replaces = x.batch_id)) waiting
 WHERE sge_batch_status($1, waiting.batch_id) = 'PENDING_APPROVAL'
"""
_OPEN = "SELECT count(*) FROM discrepancy WHERE program_id = $1 AND resolved_at IS NULL"


@dataclass(frozen=True, slots=True)
class DashboardRow:
    """settled_per_second: over the last minute. p95: over the last hour. queue_depth: intents with work to be done."""

    at: datetime
    intents_by_status: list[StatusCountRow]
    settled_per_second: float | None
    p95_settlement_seconds: float | None
    queue_depth: int
    volume_today: list[MoneyRow]
    batches_awaiting_approval: int
    ledger_balanced: bool
    open_discrepancies: int


async def dashboard(session: ReadSession, now: datetime) -> DashboardRow:
    """The program's numbers now."""
    program_id, connection = session.program_id, session.connection
    counters = {row["name"]: row["value"] for row in await connection.fetch(_COUNTERS, program_id)}
    minutes = {
        row["at"]: row["latency"]
        for row in await connection.fetch(_HOUR, program_id, now - timedelta(hours=1))
    }
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    amounts = await connection.fetch(_TODAY, program_id, today)
    return DashboardRow(
        at=now,
        intents_by_status=status_counts(counters),
        settled_per_second=_rate({at: sum(times) for at, times in minutes.items()}, now),
        p95_settlement_seconds=quantile_seconds(add_times(list(minutes.values())), 0.95),
        queue_depth=await connection.fetchval(_WAITING, program_id),
        volume_today=sum_by_currency(amounts, "volume", await session.decimals()),
        batches_awaiting_approval=await connection.fetchval(_TO_APPROVE, program_id),
        ledger_balanced=not await connection.fetchval(_UNBALANCED, program_id),
        open_discrepancies=await connection.fetchval(_OPEN, program_id),
    )


def _rate(settled: dict[datetime, int], now: datetime) -> float:
    """Over the last 60 seconds, the minute before this one counting for what of it lies within."""
    minute = now.replace(second=0, microsecond=0)
    inside = 1 - (now - minute).total_seconds() / 60
    before = settled.get(minute - timedelta(minutes=1), 0)
    return round((settled.get(minute, 0) + before * inside) / 60, 2)
