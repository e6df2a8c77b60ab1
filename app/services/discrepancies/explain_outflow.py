"""Money that left by itself and a person explains: what it has paid of commissions and refunds is paid, and not paid again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.chain.address import checksum_address
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.outflows import OpenLine, OwedTo, PaidTo, paid_by_outflow
from app.domain.payout_postings import PostedPayout
from app.domain.payouts import PayoutPurpose
from app.domain.postings import PLATFORM, Account
from app.domain.reversals import Clawback, TakenBack
from app.domain.typed_ids import typed_id
from app.services.corrections.reversal_events import tell_taken_back
from app.store.database import UnitOfWork
from app.store.ledger.adjustments import raise_version
from app.store.ledger.clawbacks import Cause, TakenPart, insert_clawbacks
from app.store.treasury import outflows as store
from app.store.treasury.outflows import FoundPayee, PaidLines, UnpaidCommission
from app.store.treasury.recipients import is_disputed, recipient_of

_CHARGED = "paid in part by money that left the treasury by itself"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ExplainedOutflow:
    """paid: with whom it belongs to; commissions: by id, all that it can pay; payees: all who have the recipient's wallet; unpaid:
    refunds that it does not pay, and that stay owed to it; fee: of the platform's earnings, in smallest units.
    """

    amount: Money
    paid: Sequence[tuple[FoundPayee, PaidTo]]
    commissions: Mapping[UUID, UnpaidCommission]
    payees: Sequence[FoundPayee] = ()
    unpaid: Sequence[UUID] = ()
    fee: int = 0

    @property
    def sources(self) -> list[tuple[Account, Money]]:
        """Whose accounts owed what it has paid."""
        parts = [(one.payee, Money(one.amount, self.amount.currency)) for _, one in self.paid]
        owed = [
            (PostedPayout(payee.purpose, payee.owner_id, money).source, money)
            for payee, money in parts
        ]
        return [*owed, (PLATFORM, Money(self.fee, self.amount.currency))]

    @property
    def rest(self) -> Money:
        """What nobody was owed: the program's own."""
        units = self.amount.units - sum(one.amount for _, one in self.paid) - self.fee
        return Money(units, self.amount.currency)


@dataclass(frozen=True, slots=True)
class SeenRecipient:
    """Who was stored when the chain was asked; None: nobody, so it was not asked."""

    recipient: str | None


async def read_outflow(
    unit: UnitOfWork, discrepancy_id: UUID, amount: Money, seen: SeenRecipient | None
) -> ExplainedOutflow:
    """What it has paid, every line of it locked; the treasury's lock is held. Refuses INVALID_STATE while a batch that can
    still execute pays the recipient and what it is owed otherwise is less, while the books are known to be wrong about it, and
    for another recipient than the one seen.
    """
    if await is_disputed(unit, discrepancy_id):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "A TREASURY_MISMATCH about this very transfer is open: its recipient or amount is stored otherwise than the chain"
            " says. Have that corrected and resolve it first (docs/reconciliation.md).",
            "id",
        )
    recipient = await recipient_of(unit, discrepancy_id)
    if seen is not None and seen.recipient != recipient:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "Whom it went to was written down a moment ago, and is not compared with the chain yet: send it again.",
            "id",
        )
    if recipient is None:
        return ExplainedOutflow(amount, (), {})
    plain = recipient.lower()
    wallets = [checksum_address(bytes.fromhex(plain.removeprefix("0x"))), plain]
    payees = await store.payees_at(unit, wallets)
    commissions: dict[UUID, UnpaidCommission] = {}
    owed = [await _owed(unit, one, amount, commissions) for one in payees]
    by_payee = {one.payee: one for one in payees}
    paid = [(by_payee[one.payee], one) for one in paid_by_outflow(amount.units, owed)]
    found = ExplainedOutflow(amount, paid, commissions, payees, _unpaid(owed, paid))
    fee = await store.fee_owed_at(unit, wallets, amount.currency) if found.rest.units else None
    in_batch = fee is not None and fee.in_batch
    if fee is not None:
        found = replace(found, fee=min(fee.units, found.rest.units))
    if in_batch or (
        found.rest.units and await store.is_in_batch(unit, list(by_payee), amount.currency)
    ):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "A payout batch that owners can still execute pays this recipient too: close it (closePayoutBatch), have its"
            " owners execute that, and explain this afterwards.",
            "id",
        )
    return found


def refuse_forgotten_refund(found: ExplainedOutflow, note: str) -> None:
    """The rest may be the refund of a reversal that the database has forgotten, and that is sent again: sent after this, it
    would be paid once more. Refuses INVALID_STATE until the note names the user that has the wallet.
    """
    users = [one for one in found.payees if one.payee.purpose is PayoutPurpose.REFUND]
    unnamed = [name for one in users if (name := typed_id("usr", one.public_id)) not in note]
    if found.rest.units and unnamed:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "This is more than its recipient is owed, who pays to this program. If a reversal was lost when the database was"
            " restored, send that again first: its refund is then paid by this. If none was, name the user in the note:"
            f" {', '.join(unnamed)}.",
            "note",
        )


def refuse_refund_on_top(found: ExplainedOutflow, note: str) -> None:
    """The rest may be a part of a refund that stays owed, and is paid whole with the next batch. Refuses INVALID_STATE until
    the note names the oldest of them.
    """
    names = [typed_id("rev", one) for one in found.unpaid[:_MOST_NAMED]]
    if found.rest.units and not all(name in note for name in names):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "Its recipient is owed refunds that this does not pay whole: explained like this, it is the program's, and they are"
            f" paid on top. If the money was for something else, name them in the note: {', '.join(names)}.",
            "note",
        )


async def pay_by_outflow(unit: UnitOfWork, found: ExplainedOutflow, paid: PaidLines) -> None:
    """Its lines are PAID, and the affiliates' next payouts less by what was paid in part. The journal is posted."""
    for owner, part in found.paid:
        charges = [
            await _charge(unit, found.commissions[line.id], units, paid)
            for line, units in part.charges
        ]
        lines = [line.id for line in part.lines]
        await store.pay_outside(unit, part.payee.purpose, lines, charges, paid)
        if part.payee.purpose is PayoutPurpose.COMMISSION:
            version = await raise_version(unit, part.payee.owner_id)
            unit.record(_paid_outside(owner, part, found.amount.currency, version, paid))


def _unpaid(owed: Sequence[OwedTo], paid: Sequence[tuple[FoundPayee, PaidTo]]) -> list[UUID]:
    done = {line.id for _, one in paid for line in one.lines}
    refunds = [one for one in owed if one.payee.purpose is PayoutPurpose.REFUND]
    return [line.id for one in refunds for line in one.lines if line.id not in done]


async def _owed(
    unit: UnitOfWork, one: FoundPayee, amount: Money, commissions: dict[UUID, UnpaidCommission]
) -> OwedTo:
    payee, currency = one.payee, amount.currency
    if payee.purpose is PayoutPurpose.REFUND:
        refunds = await store.lock_owed(unit, payee.owner_id, currency)
        return OwedTo(payee, tuple(OpenLine(id_, units) for id_, units in refunds.items()))
    unpaid = await store.lock_unpaid(unit, payee.owner_id, currency, amount.units)
    commissions.update(unpaid.by_id)
    lines = (OpenLine(id_, line.earned.amount.units) for id_, line in unpaid.by_id.items())
    return OwedTo(payee, tuple(lines), unpaid.beyond)


async def _charge(unit: UnitOfWork, line: UnpaidCommission, units: int, paid: PaidLines) -> UUID:
    """A negative commission for what was paid of one in part; its id."""
    earned = line.earned
    amount = Money(units, earned.amount.currency)
    clawback = Clawback(new_id(), earned, amount, earned.status, earned.payable_at)
    part = TakenPart(line.settlement_id, None, amount, paid.paid_at)
    await insert_clawbacks(unit, part, [clawback], Cause(paid.actor, _CHARGED, paid.at))
    taken = TakenBack((), (clawback,))
    tell_taken_back(unit, str(line.settlement_id), None, taken, versions={}, now=paid.at)
    return clawback.id


def _paid_outside(
    owner: FoundPayee, part: PaidTo, currency: str, version: int, paid: PaidLines
) -> NewEvent:
    data: dict[str, Any] = {
        "v": 1,
        "discrepancy": str(paid.discrepancy_id),
        "amount": str(part.amount),
        "currency": currency,
        "commissions": len(part.lines),
    }
    name, id_ = "affiliate.paid_outside", str(owner.public_id)
    return NewEvent(EventType.AFFILIATE, name, id_, version, paid.at, data)
