"""Changes of an affiliate: its status, and its place in the forest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.permissions import Authority
from app.domain.referral_codes import normalise_referral_code
from app.domain.states import AFFILIATE, AffiliateStatus
from app.domain.texts import check_reason
from app.services.affiliates.register_affiliate import AffiliateResult
from app.services.audit import AuditEntry, write_audit
from app.store import affiliates as store
from app.store.database import UnitOfWork
from app.store.programs import read_program
from app.store.rules_lock import lock_rules


@dataclass(frozen=True, slots=True)
class SetAffiliateStatus:
    """The status that the affiliate shall have, and why."""

    public_id: UUID
    status: AffiliateStatus
    reason: str


@dataclass(frozen=True, slots=True)
class MoveAffiliate:
    """to_referral_code: of the new parent; None: the affiliate becomes a root."""

    public_id: UUID
    to_referral_code: str | None
    reason: str


async def set_affiliate_status(
    unit: UnitOfWork, authority: Authority, command: SetAffiliateStatus, now: datetime
) -> AffiliateResult:
    """An affiliate that has the status already stays as it is. Refuses NOT_FOUND, INVALID_STATE."""
    check_reason(command.reason)
    status, reason = command.status, command.reason
    affiliate = await _locked(unit, command.public_id)
    public_id = affiliate.public_id
    if affiliate.status is status:
        return AffiliateResult(affiliate.id, public_id)
    if (affiliate.status, status) not in AFFILIATE:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"A {affiliate.status.lower()} affiliate does not become {status.lower()}.",
            "status",
        )
    await store.set_status(unit, affiliate.id, status)
    unit.record(
        NewEvent(
            EventType.AFFILIATE,
            "affiliate.status_changed",
            str(public_id),
            affiliate.version + 1,
            now,
            {"v": 1, "status": status.value, "reason": reason},
        )
    )
    before, after = {"status": affiliate.status.value}, {"status": status.value}
    await write_audit(
        unit,
        AuditEntry(
            authority.actor,
            "affiliate.status_changed",
            str(public_id),
            now,
            before,
            after,
            reason,
        ),
    )
    return AffiliateResult(affiliate.id, public_id)


async def move_affiliate(
    unit: UnitOfWork, authority: Authority, command: MoveAffiliate, now: datetime
) -> AffiliateResult:
    """Moves an affiliate with its branch. What was accepted before keeps its upline.

    Refuses NOT_FOUND, SELF_REFERRAL, REFERRAL_CYCLE, TREE_TOO_DEEP, and INVALID_STATE under a terminated parent.
    """
    check_reason(command.reason)
    code = command.to_referral_code
    if code is not None:
        code = normalise_referral_code(code, "to")
    assert unit.program_id is not None
    await lock_rules(unit, unit.program_id)
    affiliate = await _locked(unit, command.public_id)
    parent = None
    if code is not None:
        parent = await store.affiliate_by_code(unit, unit.program_id, code)
        if parent is None:
            raise Refusal(RefusalCode.NOT_FOUND, "No affiliate has this referral code.", "to")
    parent_id = None if parent is None else parent.id
    if affiliate.parent_id == parent_id:
        return AffiliateResult(affiliate.id, affiliate.public_id)
    if parent is not None:
        await _check_place(unit, affiliate, parent)
    await store.set_parent(unit, affiliate.id, parent_id)
    await _tell_moved(unit, authority, affiliate, parent, reason=command.reason, now=now)
    return AffiliateResult(affiliate.id, affiliate.public_id)


async def _locked(unit: UnitOfWork, public_id: UUID) -> store.AffiliateRow:
    affiliate = await store.lock_affiliate(unit, public_id)
    if affiliate is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such affiliate.", "id")
    return affiliate


async def _check_place(
    unit: UnitOfWork, affiliate: store.AffiliateRow, parent: store.AffiliateRow
) -> None:
    if parent.id == affiliate.id:
        raise Refusal(RefusalCode.SELF_REFERRAL, "Nobody is their own parent.", "to")
    if affiliate.id in parent.upline:
        raise Refusal(
            RefusalCode.REFERRAL_CYCLE, "The new parent is in the branch that would move.", "to"
        )
    if parent.status is AffiliateStatus.TERMINATED:
        raise Refusal(RefusalCode.INVALID_STATE, "The new parent was terminated.", "to")
    if await store.is_referred_from_below(unit, parent.upline, affiliate.path):
        raise Refusal(
            RefusalCode.REFERRAL_CYCLE,
            "Somebody above the new place is a user whom the branch referred.",
            "to",
        )
    assert unit.program_id is not None
    program = await read_program(unit, unit.program_id)
    assert program is not None
    height = await store.deepest_level(unit, affiliate.path) - affiliate.depth
    if parent.depth + 1 + height >= program.maximum_tree_depth:
        raise Refusal(RefusalCode.TREE_TOO_DEEP, "The tree would become too deep.", "to")


async def _tell_moved(
    unit: UnitOfWork,
    authority: Authority,
    affiliate: store.AffiliateRow,
    parent: store.AffiliateRow | None,
    *,
    reason: str,
    now: datetime,
) -> None:
    public_id = str(affiliate.public_id)
    upline = [] if parent is None else list(parent.upline)
    after = {"parent": None if parent is None else str(parent.public_id)}
    internal = {"affiliate": affiliate.id, "from": list(affiliate.upline[1:]), "to": upline}
    unit.record(
        NewEvent(
            EventType.AFFILIATE,
            "affiliate.moved",
            public_id,
            affiliate.version + 1,
            now,
            {"v": 1, **after, "internal": internal},
        )
    )
    before = {"parent": await _public_id(unit, affiliate.parent_id)}
    await write_audit(
        unit,
        AuditEntry(authority.actor, "affiliate.moved", public_id, now, before, after, reason),
    )


async def _public_id(unit: UnitOfWork, affiliate_id: int | None) -> str | None:
    return (
        None if affiliate_id is None else str(await store.affiliate_public_id(unit, affiliate_id))
    )
