"""Endpoints of webhooks, and the secrets that sign for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

# An event at a later position is the endpoint's; what was committed before and is moved later comes once too often.
_NOW = "coalesce((SELECT max(v.position) FROM event v WHERE v.program_id = $1), 0)"
_INSERT = f"""
INSERT INTO webhook_endpoint (program_id, id, url, events, created_by, created_at, starts_after)
VALUES ($1, $2, $3, $4, $5, $6, {_NOW})
"""
_LOCK = """
SELECT id, url, events, enabled, failing_since, deleted_at, version FROM webhook_endpoint
 WHERE program_id = $1 AND id = $2 FOR NO KEY UPDATE
"""
_IS_FAILING = """
SELECT failing_since IS NOT NULL FROM webhook_endpoint WHERE program_id = $1 AND id = $2
"""
_COUNT = "SELECT count(*) FROM webhook_endpoint WHERE program_id = $1 AND deleted_at IS NULL"
_UPDATE = f"""
UPDATE webhook_endpoint SET url = $3, events = $4, enabled = $5, deleted_at = $6, version = version + 1,
       failing_since = CASE WHEN $5 AND NOT enabled THEN NULL ELSE failing_since END,
       starts_after = CASE WHEN $5 AND NOT enabled THEN {_NOW} ELSE starts_after END
 WHERE program_id = $1 AND id = $2
"""
_DISABLE = """
UPDATE webhook_endpoint SET enabled = false, version = version + 1 WHERE program_id = $1 AND id = $2
"""
_NOTE_FAILING = "UPDATE webhook_endpoint SET failing_since = $3 WHERE program_id = $1 AND id = $2"
_SECRETS = """
SELECT id, valid_until FROM webhook_secret
 WHERE program_id = $1 AND endpoint_id = $2 AND (valid_until IS NULL OR valid_until > $3)
"""
_SIGN_WITH = """
INSERT INTO webhook_secret (program_id, endpoint_id, id, sealed, created_at) VALUES ($1, $2, $3, $4, $5)
"""
_END_SECRETS = """
UPDATE webhook_secret SET valid_until = $3
 WHERE program_id = $1 AND endpoint_id = $2 AND (valid_until IS NULL OR valid_until > $3)
"""


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint whose row is locked."""

    id: UUID
    url: str
    events: tuple[str, ...]
    enabled: bool
    failing_since: datetime | None
    deleted_at: datetime | None
    version: int


async def lock_endpoint(unit: UnitOfWork, endpoint_id: UUID) -> EndpointRow | None:
    """An endpoint of the unit's own program, deleted ones too. Lock it before any of its deliveries."""
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, endpoint_id)
    return None if row is None else EndpointRow(**{**row, "events": tuple(row["events"])})


async def is_failing(unit: UnitOfWork, endpoint_id: UUID) -> bool:
    """Whether its last try failed, as far as that is committed; locks nothing."""
    return bool(await unit.connection.fetchval(_IS_FAILING, unit.program_id, endpoint_id))


async def count_endpoints(unit: UnitOfWork) -> int:
    """Those of the unit's program that are not deleted."""
    found: int = await unit.connection.fetchval(_COUNT, unit.program_id)
    return found


async def insert_endpoint(
    unit: UnitOfWork,
    endpoint_id: UUID,
    url: str,
    events: Sequence[str],
    *,
    actor: str,
    now: datetime,
) -> None:
    """An enabled endpoint, for events from now on."""
    await unit.connection.execute(
        _INSERT, unit.program_id, endpoint_id, url, list(events), actor, now
    )


async def update_endpoint(unit: UnitOfWork, row: EndpointRow) -> None:
    """What a person may change. One that is enabled again gets events from now on."""
    await unit.connection.execute(
        _UPDATE, unit.program_id, row.id, row.url, list(row.events), row.enabled, row.deleted_at
    )


async def disable_endpoint(unit: UnitOfWork, endpoint_id: UUID) -> None:
    await unit.connection.execute(_DISABLE, unit.program_id, endpoint_id)


async def note_failing(unit: UnitOfWork, endpoint_id: UUID, since: datetime | None) -> None:
    """Since when nothing arrives; None: something did."""
    await unit.connection.execute(_NOTE_FAILING, unit.program_id, endpoint_id, since)


async def count_secrets(unit: UnitOfWork, endpoint_id: UUID, now: datetime) -> int:
    """How many sign at this instant."""
    return len(await unit.connection.fetch(_SECRETS, unit.program_id, endpoint_id, now))


async def insert_secret(
    unit: UnitOfWork, endpoint_id: UUID, secret_id: UUID, sealed: bytes, now: datetime
) -> None:
    await unit.connection.execute(_SIGN_WITH, unit.program_id, endpoint_id, secret_id, sealed, now)


async def end_secrets(unit: UnitOfWork, endpoint_id: UUID, at: datetime) -> None:
    """Those that would sign for longer end then."""
    await unit.connection.execute(_END_SECRETS, unit.program_id, endpoint_id, at)
