"""Intents that fail before anything was signed for them."""

from collections.abc import Sequence
from datetime import datetime

from app.services.audit_moves import IntentDecision, audit_intents
from app.store.database import UnitOfWork
from app.store.intents import unsigned
from app.store.intents.unsigned import Refused


async def fail_unsigned(
    unit: UnitOfWork, refused: Sequence[Refused], actor: str, at: datetime
) -> int:
    """Those that still have their version are FAILED; one that was claimed counts it as an attempt. Returns how many."""
    failed = await unsigned.fail(unit, refused, actor, at)
    programs: dict[int, list[unsigned.Failed]] = {}
    for one in failed:
        programs.setdefault(one.program_id, []).append(one)
    for program_id, ended in programs.items():
        decided = [
            (
                IntentDecision(
                    "intent.failed", one.before, "FAILED", None, one.code, one.retryable
                ),
                one.intent_id,
            )
            for one in ended
        ]
        await audit_intents(unit, program_id, decided, actor, at)
    return len(failed)
