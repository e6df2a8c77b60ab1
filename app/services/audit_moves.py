"""What the platform decided by itself about intents and Safe transactions, for the audit log.

Their steps on the way are in their timelines; here is what ended them, took them back, or moved money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.actors import is_job
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.payouts.safe_moves import SafeMove


@dataclass(frozen=True, slots=True)
class IntentDecision:
    """What was decided; one row holds all intents that it was decided of. code, retryable: when they failed."""

    action: str
    before: str
    after: str
    reason: str | None = None
    code: str | None = None
    retryable: bool | None = None


async def audit_intents(
    unit: UnitOfWork,
    program_id: int,
    decided: Sequence[tuple[IntentDecision, UUID]],
    actor: str,
    at: datetime,
) -> None:
    """A row for each decision: thousands of intents are settled with a few."""
    groups: dict[IntentDecision, list[UUID]] = {}
    for decision, intent_id in decided:
        groups.setdefault(decision, []).append(intent_id)
    for decision, ids in groups.items():
        after: dict[str, Any] = {"status": decision.after}
        if decision.code is not None:
            after |= {"code": decision.code, "retryable": decision.retryable}
        if len(ids) > 1:
            after["intents"] = [str(one) for one in ids]
        entry = AuditEntry(
            actor=actor,
            action=decision.action,
            target_id=str(ids[0]) if len(ids) == 1 else None,
            at=at,
            before={"status": decision.before},
            after=after,
            reason=decision.reason,
        )
        await write_audit(unit, entry, program_id=program_id)


async def audit_safe_moves(
    unit: UnitOfWork, program_id: int, moves: Sequence[SafeMove], actor: str, at: datetime
) -> None:
    """A row for each Safe transaction that a job moved; a person's command writes its own."""
    for move in moves if is_job(actor) else ():
        row = move.row
        entry = AuditEntry(
            actor=actor,
            action=_action(move),
            target_id=str(row.id),
            at=at,
            before={"status": row.status.value, "death": row.death},
            after=_after(move),
            reason=move.reason,
        )
        await write_audit(unit, entry, program_id=program_id)


def _action(move: SafeMove) -> str:
    given_up = move.death is not None and move.to is move.row.status
    return f"safe_transaction.{'given_up' if given_up else move.to.value.lower()}"


def _after(move: SafeMove) -> dict[str, Any]:
    after: dict[str, Any] = {"status": move.to.value, "death": move.death}
    if move.end is not None and move.end.tx_hash is not None:
        after |= {"transaction": f"0x{move.end.tx_hash.hex()}", "block": move.end.block_number}
    return after
