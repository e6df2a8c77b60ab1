"""Sets terms: a new version each time, in force from an instant of program time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.money import Money
from app.domain.permissions import Authority
from app.domain.terms import Terms, TermsDraft, TermsText, draft_terms, terms_meaning
from app.services.audit import AuditEntry, write_audit
from app.services.operation_keys import claim_operation
from app.store import terms as store
from app.store.database import UnitOfWork
from app.store.programs import read_currencies, read_program
from app.store.rules_lock import lock_rules


@dataclass(frozen=True, slots=True)
class SetTerms:
    """effective_from: program time; absent: at once."""

    program_id: int
    terms: TermsText
    idempotency_key: str
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class TermsResult:
    """The version that the key stands for."""

    program_id: int
    version: int
    replayed: bool


async def set_terms(
    unit: UnitOfWork, authority: Authority, command: SetTerms, now: datetime
) -> TermsResult:
    """Adds a version. Refuses INVALID_TERMS, also for an instant that has passed."""
    await lock_rules(unit, command.program_id)
    program = await read_program(unit, command.program_id)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
    version = await store.newest_version(unit) + 1
    earlier = await claim_operation(
        unit, command.idempotency_key, "setTerms", _meaning(command), result=str(version), now=now
    )
    if earlier is not None:
        return TermsResult(program.id, int(earlier), replayed=True)
    currencies = await read_currencies(unit, program.id)
    draft = draft_terms(command.terms, currencies, program.maximum_tree_depth)
    program_now = program_time(now, program.clock_offset)
    effective_from = command.effective_from or program_now
    if effective_from < program_now:
        raise Refusal(RefusalCode.INVALID_TERMS, "Terms cannot begin in the past.", "effectiveFrom")
    terms = version_of(draft, version, effective_from)
    await store.insert_terms(unit, terms, authority.actor, now)
    facts = terms_as_json(terms)
    public_id = str(program.public_id)
    unit.record(
        NewEvent(EventType.PROGRAM, "terms.set", public_id, version, now, {"v": 1, **facts})
    )
    latest = await store.terms_version(unit, program.id, version - 1)
    before = None if latest is None else terms_as_json(latest)
    entry = AuditEntry(authority.actor, "terms.set", public_id, now, before, facts)
    await write_audit(unit, entry)
    return TermsResult(program.id, version, replayed=False)


def version_of(draft: TermsDraft, version: int, effective_from: datetime) -> Terms:
    """A draft that becomes a version."""
    fields = {name: getattr(draft, name) for name in TermsDraft.__dataclass_fields__}
    return Terms(**fields, version=version, effective_from=effective_from)


def terms_as_json(terms: Terms) -> dict[str, Any]:
    """Terms for events and audit rows; amounts in smallest units, as text."""
    return {
        "version": terms.version,
        "effectiveFrom": terms.effective_from.isoformat(),
        "registrationFee": _money(terms.registration_fee),
        "minimumPayment": _money(terms.minimum_payment),
        "maximumPayment": _money(terms.maximum_payment),
        "platformFeeBps": terms.platform_fee_bps,
        "commissionLevelsBps": list(terms.commission_levels_bps),
        "registrationEarnsCommission": terms.registration_earns_commission,
        "holdingPeriodDays": terms.holding_period_days,
        "minimumPayout": _money(terms.minimum_payout),
    }


def _money(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"minor": str(money.units), "currency": money.currency}


def _meaning(command: SetTerms) -> dict[str, Any]:
    begins = command.effective_from
    return {
        "terms": terms_meaning(command.terms),
        "effectiveFrom": None if begins is None else begins.astimezone(UTC).isoformat(),
    }
