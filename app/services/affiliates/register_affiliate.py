"""Registers an affiliate under a parent, or as a root."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.idempotency import meaning_hash
from app.domain.ids import new_id
from app.domain.permissions import Authority
from app.domain.referral_codes import generate_referral_code, normalise_referral_code
from app.domain.states import AffiliateStatus
from app.domain.texts import check_text
from app.services.audit import AuditEntry, write_audit
from app.store import affiliates as store
from app.store.database import UnitOfWork
from app.store.programs import ProgramRow, read_program
from app.store.rules_lock import share_rules

_LONGEST_NAME = 100
_CODE_TRIES = 10


@dataclass(frozen=True, slots=True)
class RegisterAffiliate:
    """wallet: checksummed. Without a referral code one is made."""

    program_id: int
    wallet: str
    parent_referral_code: str | None = None
    referral_code: str | None = None
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class AffiliateResult:
    """The affiliate that a use case made or changed."""

    affiliate_id: int
    public_id: UUID


async def register_affiliate(
    unit: UnitOfWork, authority: Authority, command: RegisterAffiliate, now: datetime
) -> AffiliateResult:
    """The new affiliate, or the existing one when every input is equal.

    Refuses NOT_FOUND, INVALID_INPUT, ALREADY_EXISTS, SELF_REFERRAL, TREE_TOO_DEEP, and INVALID_STATE under a terminated
    parent.
    """
    command = _normalised(command)
    request_hash = meaning_hash("registerAffiliate", asdict(command))
    # Before anything is read: no branch moves until this affiliate stands in its place.
    await share_rules(unit, command.program_id)
    program = await read_program(unit, command.program_id)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
    existing = await store.affiliate_by_wallet(unit, program.id, command.wallet)
    if existing is not None:
        return _same(existing, command, request_hash)
    parent = await _parent(unit, program, command)
    affiliate = await _insert(unit, command, parent, request_hash, now)
    if affiliate is None:
        return await _taken(unit, program, command, request_hash)
    month = f"{now:%Y-%m}"  # as a rebuild from the rows says it
    await _tell(unit, authority, affiliate, parent, month)
    return AffiliateResult(affiliate.id, affiliate.public_id)


def _normalised(command: RegisterAffiliate) -> RegisterAffiliate:
    if command.display_name is not None:
        check_text(command.display_name, _LONGEST_NAME, "displayName")
    own, parents = command.referral_code, command.parent_referral_code
    return RegisterAffiliate(
        program_id=command.program_id,
        wallet=command.wallet,
        parent_referral_code=None
        if parents is None
        else normalise_referral_code(parents, "parentReferralCode"),
        referral_code=None if own is None else normalise_referral_code(own, "referralCode"),
        display_name=command.display_name,
    )


def _same(
    existing: store.AffiliateRow, command: RegisterAffiliate, request_hash: bytes
) -> AffiliateResult:
    if existing.referral_code == command.parent_referral_code:
        raise Refusal(
            RefusalCode.SELF_REFERRAL, "Nobody is their own parent.", "parentReferralCode"
        )
    if existing.request_hash != request_hash:
        raise Refusal(RefusalCode.ALREADY_EXISTS, "This wallet is an affiliate already.", "wallet")
    return AffiliateResult(existing.id, existing.public_id)


async def _parent(
    unit: UnitOfWork, program: ProgramRow, command: RegisterAffiliate
) -> store.AffiliateRow | None:
    code = command.parent_referral_code
    if code is None:
        return None
    parent = await store.affiliate_by_code(unit, program.id, code)
    if code == command.referral_code:
        raise Refusal(
            RefusalCode.SELF_REFERRAL, "Nobody is their own parent.", "parentReferralCode"
        )
    if parent is None:
        raise Refusal(
            RefusalCode.NOT_FOUND, "No affiliate has this referral code.", "parentReferralCode"
        )
    if parent.status is AffiliateStatus.TERMINATED:
        raise Refusal(
            RefusalCode.INVALID_STATE, "This affiliate was terminated.", "parentReferralCode"
        )
    if parent.depth + 1 >= program.maximum_tree_depth:
        raise Refusal(
            RefusalCode.TREE_TOO_DEEP, "The tree is as deep as it may be.", "parentReferralCode"
        )
    return parent


async def _insert(
    unit: UnitOfWork,
    command: RegisterAffiliate,
    parent: store.AffiliateRow | None,
    request_hash: bytes,
    now: datetime,
) -> store.AffiliateRow | None:
    """None when the wallet or the wanted code is taken; a made code that is taken is made again."""
    for _ in range(_CODE_TRIES):
        affiliate = await store.insert_affiliate(
            unit,
            public_id=new_id(),
            parent_id=None if parent is None else parent.id,
            wallet=command.wallet,
            referral_code=command.referral_code or generate_referral_code(),
            display_name=command.display_name,
            request_hash=request_hash,
            at=now,
        )
        if affiliate is not None or command.referral_code is not None:
            return affiliate
    return None


async def _taken(
    unit: UnitOfWork, program: ProgramRow, command: RegisterAffiliate, request_hash: bytes
) -> AffiliateResult:
    """Somebody was quicker: with this very request, or with the code."""
    existing = await store.affiliate_by_wallet(unit, program.id, command.wallet)
    if existing is not None:
        return _same(existing, command, request_hash)
    raise Refusal(
        RefusalCode.ALREADY_EXISTS, "Another affiliate has this referral code.", "referralCode"
    )


async def _tell(
    unit: UnitOfWork,
    authority: Authority,
    affiliate: store.AffiliateRow,
    parent: store.AffiliateRow | None,
    month: str,
) -> None:
    public_id, at = str(affiliate.public_id), affiliate.created_at
    facts = {
        "wallet": affiliate.wallet,
        "referralCode": affiliate.referral_code,
        "parent": None if parent is None else str(parent.public_id),
        "month": month,
    }
    internal = {"affiliate": affiliate.id, "upline": list(affiliate.upline[1:])}
    data = {"v": 1, **facts, "internal": internal}
    unit.record(NewEvent(EventType.AFFILIATE, "affiliate.registered", public_id, 1, at, data))
    await write_audit(
        unit, AuditEntry(authority.actor, "affiliate.registered", public_id, at, after=facts)
    )
