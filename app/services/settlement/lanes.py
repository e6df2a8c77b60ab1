"""Lanes, as the platform's people see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.permissions import PLATFORM_PROGRAM_ID, Authority
from app.domain.stated_nonces import in_words, unstated
from app.domain.states import LaneStatus
from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.store.chain import lane_status
from app.store.database import UnitOfWork


def refuse_unstated(foreign: Sequence[int], reason: str) -> None:
    """Refuses INVALID_STATE while the reason does not name every nonce that somebody else has used."""
    missing = unstated(foreign, reason)
    if missing:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"The chain has used nonces of this lane's key for transactions that are not ours: {in_words(missing)}. Find out"
            " what they were (a block explorer shows them; those that a restore has forgotten are among them). If somebody"
            " else has the key, take it out of SGE_RELAYER_KEYS and leave the lane halted. Else name these nonces in the"
            ' reason, and what they were; a stretch ("7 to 9") has to begin and end at one of them.',
            "reason",
        )


async def unhalt_lane(
    unit: UnitOfWork,
    authority: Authority,
    lane_id: UUID,
    reason: str,
    now: datetime,
    *,
    used: int,
    next_nonce: int,
    foreign: Sequence[int],
) -> None:
    """A halted lane takes work again; one that is not halted stays as it is.

    used, next_nonce, foreign: of the chain and of the lane, as they were compared. The unit is the platform's. Raises
    Unavailable when the lane has moved since.
    """
    assert unit.program_id == PLATFORM_PROGRAM_ID
    check_reason(reason)
    halted = await lane_status.lock_halted(unit, lane_id)
    if halted is None:
        return
    still_next, halted_for = halted
    if still_next != next_nonce:
        raise Unavailable("the lane has changed meanwhile")
    await lane_status.unhalt(unit, lane_id, used)
    before = {"status": LaneStatus.HALTED.value, "haltReason": halted_for}
    after = {
        "status": LaneStatus.ACTIVE.value,
        "nextNonce": str(max(next_nonce, used)),
        "foreignNonces": in_words(foreign),
    }
    target = str(lane_id)
    await write_audit(
        unit, AuditEntry(authority.actor, "lane.unhalted", target, now, before, after, reason)
    )
    unit.wake("settle_intents")
