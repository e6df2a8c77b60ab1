"""Links to exports: stored by the hash of their token, used once."""

from datetime import datetime
from uuid import UUID

from app.domain.exports import ExportKind, ExportOrder
from app.domain.operations import Rule
from app.store.database import UnitOfWork

_INSERT = """
INSERT INTO export_link (program_id, id, token_hash, kind, filter, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_USE = "SELECT program_id, kind, filter, created_by FROM sge_use_export_link($1, $2)"
_STILL_ADMITTED = """
SELECT EXISTS (SELECT FROM api_key WHERE program_id = $1 AND 'api_key:' || prefix = $2 AND scopes && $3::text[]
                  AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5))
    OR EXISTS (SELECT FROM program_member WHERE program_id = $1 AND wallet = substr($2, 8) AND $2 LIKE 'wallet:%'
                  AND role = ANY ($4::text[]))
    OR $6 AND EXISTS (SELECT FROM treasury, unnest(owners) AS o (owner) WHERE program_id = $1 AND 'wallet:' || o.owner = $2)
"""
_FORGET = "SELECT sge_forget_export_links($1)"
_BATCH = "SELECT EXISTS (SELECT FROM payout_batch WHERE program_id = $1 AND id = $2)"
_AFFILIATE = "SELECT EXISTS (SELECT FROM affiliate WHERE program_id = $1 AND public_id = $2)"
_CURRENCY = "SELECT EXISTS (SELECT FROM program_currency WHERE program_id = $1 AND code = $2)"
_AUDIT_ROW = """
SELECT EXISTS (SELECT FROM seal WHERE program_id = $1 AND stream = 'AUDIT' AND n = $2)
"""


async def insert_link(
    unit: UnitOfWork,
    link_id: UUID,
    token_hash: bytes,
    order: ExportOrder,
    *,
    actor: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """A link of the unit's own program."""
    await unit.connection.execute(
        _INSERT,
        unit.program_id,
        link_id,
        token_hash,
        order.kind.value,
        dict(order.filter),
        actor,
        now,
        expires_at,
    )


async def use_link(
    unit: UnitOfWork, token_hash: bytes, now: datetime
) -> tuple[ExportOrder, str] | None:
    """Uses a link of any program up, and says who made it; None when it is used, late or unknown."""
    row = await unit.connection.fetchrow(_USE, token_hash, now)
    if row is None:
        return None
    order = ExportOrder(row["program_id"], ExportKind(row["kind"]), row["filter"])
    return order, row["created_by"]


async def still_admitted(
    unit: UnitOfWork, actor: str, rule: Rule, now: datetime, *, owners: bool
) -> bool:
    """Whether a key or a wallet of the unit's program has one of the rule's scopes or granted roles now, or, where owners of
    the treasury are enough, is one.
    """
    values = (actor, list(rule.scopes), list(rule.roles), now, owners)
    found: bool = await unit.connection.fetchval(_STILL_ADMITTED, unit.program_id, *values)
    return found


async def forget_links(unit: UnitOfWork, before: datetime) -> int:
    """Removes up to 10 000 links of all programs that expired before an instant, used or not; returns how many."""
    gone: int = await unit.connection.fetchval(_FORGET, before)
    return gone


async def batch_exists(unit: UnitOfWork, batch_id: UUID) -> bool:
    """Whether the unit's program has this payout batch."""
    found: bool = await unit.connection.fetchval(_BATCH, unit.program_id, batch_id)
    return found


async def affiliate_exists(unit: UnitOfWork, affiliate_id: UUID) -> bool:
    """Whether the unit's program has this affiliate, by its public id."""
    found: bool = await unit.connection.fetchval(_AFFILIATE, unit.program_id, affiliate_id)
    return found


async def currency_exists(unit: UnitOfWork, code: str) -> bool:
    """Whether the unit's program uses this currency."""
    found: bool = await unit.connection.fetchval(_CURRENCY, unit.program_id, code)
    return found


async def audit_row_exists(unit: UnitOfWork, n: int) -> bool:
    """Whether the audit log of the unit's program has a sealed row of this number."""
    found: bool = await unit.connection.fetchval(_AUDIT_ROW, unit.program_id, n)
    return found
