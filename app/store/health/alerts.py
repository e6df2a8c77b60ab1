"""Alerts as rows, and who may look at the platform now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.health.condition import AlertSeverity, Condition
from app.domain.health.lifecycle import KnownAlert, Telling
from app.domain.ids import new_id
from app.store.advisory_locks import ALERTS
from app.store.database import ReadSession, UnitOfWork

# Of one transaction, so that it works behind PgBouncer; whoever finds it taken has nothing to do.
_TRY = f"SELECT pg_try_advisory_xact_lock({ALERTS})"
_LIVE = """
SELECT id, name, subject, severity, summary, first_seen_at, last_seen_at, opened_at, told_at
  FROM alert WHERE resolved_at IS NULL ORDER BY name, subject
"""
_BEGIN = """
INSERT INTO alert (id, name, subject, severity, summary, first_seen_at, last_seen_at)
SELECT g.id, g.name, g.subject, g.severity, g.summary, $1, $1
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) AS g (id, name, subject, severity, summary)
ON CONFLICT (name, subject) WHERE resolved_at IS NULL DO NOTHING
"""
_SEE = """
UPDATE alert a SET last_seen_at = $1, severity = g.severity, summary = g.summary
  FROM unnest($2::uuid[], $3::text[], $4::text[]) AS g (id, severity, summary) WHERE a.id = g.id
"""
_HOLD = "UPDATE alert SET last_seen_at = $1 WHERE id = ANY($2::uuid[])"
_OPEN = "UPDATE alert SET opened_at = $1 WHERE id = ANY($2::uuid[])"
_RESOLVE = "UPDATE alert SET resolved_at = $1 WHERE id = ANY($2::uuid[])"
_FORGET = "DELETE FROM alert WHERE id = ANY($1::uuid[]) OR resolved_at < $2"
_TELL = """
WITH given AS (
  SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS g (alert_id, kind, severity, summary)
), told AS (
  UPDATE alert a SET told_at = $1 FROM given g WHERE a.id = g.alert_id
)
INSERT INTO alert_message (alert_id, n, kind, severity, summary, at, next_try_at)
SELECT g.alert_id, 1 + coalesce((SELECT max(m.n) FROM alert_message m WHERE m.alert_id = g.alert_id), 0),
       g.kind, g.severity, g.summary, $1, $1
  FROM given g
"""
_KEPT = timedelta(days=90)


async def try_alone(unit: UnitOfWork) -> bool:
    """Whether nobody else looks at the platform until this transaction ends."""
    return bool(await unit.connection.fetchval(_TRY))


async def live_alerts(session: ReadSession | UnitOfWork) -> list[KnownAlert]:
    """What is not resolved, also what is not an alert yet."""
    rows = await session.connection.fetch(_LIVE)
    return [KnownAlert(**{**row, "severity": AlertSeverity(row["severity"])}) for row in rows]


async def begin(unit: UnitOfWork, begun: Sequence[Condition], now: datetime) -> None:
    """Notes those of the conditions that have no row yet."""
    await unit.connection.execute(
        _BEGIN,
        now,
        [new_id() for _ in begun],
        [one.name.value for one in begun],
        [one.subject for one in begun],
        [one.severity.value for one in begun],
        [one.summary for one in begun],
    )


async def see(unit: UnitOfWork, seen: Sequence[tuple[UUID, Condition]], now: datetime) -> None:
    """These hold still, with the severity and figures of now."""
    await unit.connection.execute(
        _SEE,
        now,
        [alert for alert, _ in seen],
        [one.severity.value for _, one in seen],
        [one.summary for _, one in seen],
    )


async def hold(unit: UnitOfWork, held: Sequence[UUID], now: datetime) -> None:
    """Nobody could see whether these still hold: they stay as they are, and end no sooner."""
    await unit.connection.execute(_HOLD, now, held)


async def end(
    unit: UnitOfWork,
    *,
    opened: Sequence[UUID],
    resolved: Sequence[UUID],
    forgotten: Sequence[UUID],
    now: datetime,
) -> None:
    """Opens, resolves, and forgets; resolved ones are kept for 90 days."""
    await unit.connection.execute(_OPEN, now, opened)
    await unit.connection.execute(_RESOLVE, now, resolved)
    await unit.connection.execute(_FORGET, forgotten, now - _KEPT)


async def tell(unit: UnitOfWork, tellings: Sequence[Telling], now: datetime) -> None:
    """Queues a message for each."""
    await unit.connection.execute(
        _TELL,
        now,
        [one.alert_id for one in tellings],
        [one.kind.value for one in tellings],
        [one.severity.value for one in tellings],
        [one.summary for one in tellings],
    )
