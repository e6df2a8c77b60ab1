"""A link to an export: asked for by a credential, fetched without one, good once."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.exports import LINK_LIFETIME, OWNERS_EXPORTS, ExportKind, ExportOrder
from app.domain.ids import new_id
from app.domain.operations import rule_of
from app.services.audit import AuditEntry, write_audit
from app.store import exports as store
from app.store.database import UnitOfWork

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class ExportLink:
    """token: shown once, only its hash is stored."""

    token: str = field(repr=False)
    expires_at: datetime


async def create_export(
    unit: UnitOfWork, actor: str, order: ExportOrder, now: datetime
) -> ExportLink:
    """Makes a link; who exported what is in the audit trail. Refuses NOT_FOUND for a batch, the affiliate of a
    statement, or a row of the audit log, that is not there, and INVALID_INPUT for a currency that the program does not use.
    """
    await _check(unit, order)
    link_id, token = new_id(), secrets.token_urlsafe(_TOKEN_BYTES)
    expires_at = now + LINK_LIFETIME
    await store.insert_link(
        unit, link_id, _hashed(token), order, actor=actor, now=now, expires_at=expires_at
    )
    after = {"kind": order.kind.value, "filter": dict(order.filter)}
    await write_audit(unit, AuditEntry(actor, "export.created", str(link_id), now, after=after))
    return ExportLink(token, expires_at)


async def _check(unit: UnitOfWork, order: ExportOrder) -> None:
    """Whether what the filter names is there."""
    asked = order.filter
    if order.kind is ExportKind.PAYOUT_BATCH and not await store.batch_exists(
        unit, UUID(asked["batchId"])
    ):
        raise _not_found("There is no such payout batch.", "batchId")
    if order.kind is ExportKind.STATEMENT and not await store.affiliate_exists(
        unit, UUID(asked["affiliateId"])
    ):
        raise _not_found("There is no such affiliate.", "affiliateId")
    if "currency" in asked and not await store.currency_exists(unit, asked["currency"]):
        words = "The program does not use this currency."
        raise Refusal(RefusalCode.INVALID_INPUT, words, "filter", "currency")
    after = asked.get("after", 0) if order.kind is ExportKind.AUDIT else 0
    if after and not await store.audit_row_exists(unit, after):
        raise _not_found(f"No row {after} is sealed yet.", "after")


def _not_found(message: str, name: str) -> Refusal:
    return Refusal(RefusalCode.NOT_FOUND, message, "filter", name)


async def use_export(
    unit: UnitOfWork, token: str, admit: Callable[[int], None], now: datetime
) -> ExportOrder | None:
    """What the link stands for, once; None for a used, late or unknown one, and for one of somebody who may not make it
    any more: a credential that ended leaves no link behind. Nobody can tell these apart.

    admit: is told its program. What it raises, and any other failure, undoes the use with the transaction.
    """
    used = await store.use_link(unit, _hashed(token), now)
    if used is None:
        return None
    order, actor = used
    admit(order.program_id)
    await unit.enter(order.program_id)
    rule, owners = rule_of("Mutation.createExport"), order.kind in OWNERS_EXPORTS
    admitted = await store.still_admitted(unit, actor, rule, now, owners=owners)
    return order if admitted else None


def _hashed(token: str) -> bytes:
    # A token of 256 random bits is not to be guessed from its hash.
    return hashlib.sha256(token.encode()).digest()
