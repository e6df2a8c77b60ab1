"""The event and the audit row of a new batch."""

from datetime import datetime
from typing import Any

from app.domain.events import EventType, NewEvent
from app.services.audit import AuditEntry, write_audit
from app.services.payouts.batch_proposals import Asked, Proposal
from app.store.database import UnitOfWork

_PROPOSED = "payout_batch.proposed"


async def tell_proposed(
    unit: UnitOfWork, program_id: int, asked: Asked, proposal: Proposal, now: datetime
) -> None:
    """now: real time."""
    batch_id = str(proposal.id)
    facts = _facts(proposal)
    unit.record(
        NewEvent(EventType.PAYOUT_BATCH, _PROPOSED, batch_id, 1, now, {"v": 1, **facts}), program_id
    )
    after = facts | _withdrawn(proposal)
    entry = AuditEntry(asked.actor, _PROPOSED, batch_id, now, after=after, reason=asked.reason)
    await write_audit(unit, entry)


def _facts(proposal: Proposal) -> dict[str, Any]:
    content = proposal.content
    return {
        "kind": proposal.kind.value,
        "currency": proposal.currency,
        "total": str(content.total),
        "payouts": content.payout_count,
        "safeTransactions": len(content.drafts),
        "excluded": len(content.excluded),
        "contentHash": "0x" + content.content_hash.hex(),
        "replaces": None if proposal.replaces is None else str(proposal.replaces),
    }


def _withdrawn(proposal: Proposal) -> dict[str, Any]:
    """Where the program's own money goes, or the platform's: nobody is owed it, so who sent it there has to be known."""
    withdrawal = proposal.content.withdrawal
    if withdrawal is None:
        return {}
    return {"destination": withdrawal.destination, "platformFee": withdrawal.platform_fee}
