"""A person says what a discrepancy was; what the explanation means is posted."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.domain.amounts import AmountText, parse_amount
from app.domain.clock import program_time
from app.domain.discrepancies import DiscrepancyKind
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.explanations import (
    Explanation,
    explaining_journal,
    explanations_of,
    outflow_journal,
)
from app.domain.money import Money
from app.domain.permissions import Authority
from app.domain.postings import Journal
from app.domain.texts import LONGEST_REASON, check_text
from app.services.audit import AuditEntry, write_audit
from app.services.corrections.undo_settlement import SeenGone, Undoing, undo_settlement
from app.services.discrepancies.explain_outflow import (
    SeenRecipient,
    pay_by_outflow,
    read_outflow,
    refuse_forgotten_refund,
    refuse_refund_on_top,
)
from app.store.database import UnitOfWork
from app.store.discrepancies import explained
from app.store.discrepancies import rows as store
from app.store.discrepancies.rows import DiscrepancyToResolve
from app.store.ledger.posting import post
from app.store.payouts.treasuries import lock_treasury, wait_for_treasury
from app.store.programs import read_currencies, read_program
from app.store.treasury.alarms import times_told, waits_for_block, waits_for_posting
from app.store.treasury.outflows import PaidLines


@dataclass(frozen=True, slots=True)
class ResolveDiscrepancy:
    """provider_fee: what the provider kept of a transfer that is its own."""

    discrepancy_id: UUID
    explanation: Explanation
    provider_fee: AmountText | None
    note: str


async def resolve_discrepancy(
    unit: UnitOfWork,
    authority: Authority,
    command: ResolveDiscrepancy,
    now: datetime,
    seen: SeenGone | SeenRecipient | None = None,
) -> UUID:
    """The discrepancy's id; one that is resolved stays as it was resolved, which the same explanation repeats. seen: what
    the chain said just now of the settlement that is to be undone, or of whom it was asked who got the money.

    Refuses NOT_FOUND, INVALID_INPUT, INVALID_STATE for an explanation that does not fit or is another one than somebody
    gave before, UNSUPPORTED_CURRENCY, and AMOUNT_OUT_OF_RANGE for more than the provider owes.
    """
    check_text(command.note.replace("\n", " "), LONGEST_REASON, "note")
    await wait_for_treasury(unit, authority.program_id)
    # Two explanations of one provider's transfers are compared with what it owes one after the other.
    await lock_treasury(unit, authority.program_id)
    # In this order, and before what is in SUSPENSE is read: a block becomes final, and then is posted, in between.
    may_vanish = await waits_for_block(unit, command.discrepancy_id)
    unposted = await waits_for_posting(unit, command.discrepancy_id)
    found = await store.lock_discrepancy(unit, command.discrepancy_id)
    if found is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such discrepancy.", "id")
    if found.resolved:
        await _refuse_another(unit, authority.program_id, command)
        return found.id
    if may_vanish:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "The block that it is about is not final yet; try again when it is.",
            "id",
        )
    if unposted:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "What left the treasury is final and not posted yet; try again when it is.",
            "id",
        )
    _check_explanation(found, command)
    journal_id = None
    if found.suspense is not None:
        journal_id = await _explain_money(unit, authority, command, found, now, seen=seen)
    elif command.explanation is Explanation.UNDO_SETTLEMENT:
        assert found.undoable is not None
        command = _with_witness(command, found.undoable, seen)
        undoing = Undoing(found.id, found.undoable, authority.actor, command.note)
        journal_id = await undo_settlement(unit, authority.program_id, undoing, now)
    await store.resolve(
        unit, found.id, authority.actor, command.note, journal_id=journal_id, at=now
    )
    await _tell(unit, authority, found, command, now)
    return found.id


async def _refuse_another(unit: UnitOfWork, program_id: int, command: ResolveDiscrepancy) -> None:
    """Who said something else is to know that it does not count."""
    explanation, fee = await explained.explained_as(unit, command.discrepancy_id)
    given = 0
    if command.provider_fee is not None:
        currencies = await read_currencies(unit, program_id)
        given = parse_amount(command.provider_fee, currencies, "providerFee").units
    if (command.explanation, given) != (explanation, fee):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"It was resolved before, as {explanation}{' with another fee' if command.explanation is explanation else ''}:"
            " reload it to see by whom. What you sent changed nothing.",
            "explanation",
        )


def _with_witness(
    command: ResolveDiscrepancy, settlement_id: UUID, seen: SeenGone | SeenRecipient | None
) -> ResolveDiscrepancy:
    """The note says how many nodes were asked. What nobody asked the chain about is not undone."""
    if not isinstance(seen, SeenGone) or seen.settlement_id != settlement_id:
        raise Refusal(
            RefusalCode.CHAIN_UNAVAILABLE,
            "The chain was not asked about this settlement; send it again.",
            "explanation",
        )
    return replace(command, note=f"{command.note} {seen.words}")


def _check_explanation(found: DiscrepancyToResolve, command: ResolveDiscrepancy) -> None:
    possible = explanations_of(
        found.kind, in_suspense=found.suspense is not None, undoable=found.undoable is not None
    )
    if command.explanation not in possible:
        fitting = " or ".join(possible)
        raise Refusal(
            RefusalCode.INVALID_STATE, f"What fits this discrepancy is {fitting}.", "explanation"
        )
    if command.provider_fee is not None and command.explanation is not Explanation.FROM_PROVIDER:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "Only a transfer FROM_PROVIDER has one.", "providerFee"
        )


async def _explain_money(
    unit: UnitOfWork,
    authority: Authority,
    command: ResolveDiscrepancy,
    found: DiscrepancyToResolve,
    now: datetime,
    *,
    seen: SeenGone | SeenRecipient | None,
) -> int:
    """Takes it out of SUSPENSE; the journal's id."""
    program = await read_program(unit, authority.program_id)
    assert program is not None
    assert found.suspense is not None
    at = program_time(now, program.clock_offset)
    outflow = None
    if found.kind is DiscrepancyKind.UNEXPLAINED_OUTFLOW:
        known = seen if isinstance(seen, SeenRecipient) else None
        outflow = await read_outflow(unit, found.id, found.suspense, known)
        refuse_forgotten_refund(outflow, command.note)
        refuse_refund_on_top(outflow, command.note)
        journal = outflow_journal(
            found.id, outflow.sources, outflow.rest, note=command.note, effective_at=at
        )
    else:
        journal = await _inflow_journal(unit, authority.program_id, command, found.suspense, at)
    [journal_id] = await post(unit, program.id, [journal], now, role="api")
    if outflow is not None:
        lines = PaidLines(found.id, authority.actor, command.note, at, now)
        await pay_by_outflow(unit, outflow, lines)
    return journal_id


async def _inflow_journal(
    unit: UnitOfWork, program_id: int, command: ResolveDiscrepancy, amount: Money, at: datetime
) -> Journal:
    fee = await _fee(unit, program_id, command, amount)
    if command.explanation is Explanation.FROM_PROVIDER:
        await _check_owed(unit, amount, fee)
    return explaining_journal(
        command.discrepancy_id,
        command.explanation,
        amount,
        fee,
        note=command.note,
        effective_at=at,
    )


async def _fee(
    unit: UnitOfWork, program_id: int, command: ResolveDiscrepancy, amount: Money
) -> Money | None:
    if command.provider_fee is None:
        return None
    fee = parse_amount(command.provider_fee, await read_currencies(unit, program_id), "providerFee")
    if fee.currency != amount.currency:
        raise Refusal(
            RefusalCode.UNSUPPORTED_CURRENCY,
            f"The transfer was in {amount.currency}.",
            "providerFee",
            "currency",
        )
    return fee


async def _check_owed(unit: UnitOfWork, amount: Money, fee: Money | None) -> None:
    owed = await explained.owed_by_provider(unit, amount.currency)
    if amount.units + (0 if fee is None else fee.units) > owed.units:
        raise Refusal(
            RefusalCode.AMOUNT_OUT_OF_RANGE,
            "Providers owe the program less than this: what they confirmed and have not paid yet is in providerPending.",
            "explanation",
        )


async def _tell(
    unit: UnitOfWork,
    authority: Authority,
    found: DiscrepancyToResolve,
    command: ResolveDiscrepancy,
    now: datetime,
) -> None:
    name, id_ = "discrepancy.resolved", str(found.id)
    data = {"v": 1, "kind": found.kind.value, "explanation": command.explanation.value}
    # Where nothing was said since it was opened the second one is left out.
    version = max(3, 2 + await times_told(unit, found.id))
    unit.record(NewEvent(EventType.DISCREPANCY, name, id_, version, now, data))
    fee = command.provider_fee
    after = {
        "explanation": command.explanation.value,
        "providerFee": None if fee is None else f"{fee.amount} {fee.currency}",
    }
    entry = AuditEntry(
        authority.actor, name, id_, now, {"kind": found.kind.value}, after, command.note
    )
    await write_audit(unit, entry)
