"""Check 7, what the database says by itself: what owners were given to sign is what is owed, once (invariant 9), and what is
booked is what is held.
"""

from collections.abc import Iterator

from app.chain.payout_content import (
    Recipient,
    SafeCall,
    UnpayableError,
    closing_call,
    content_hash,
    payout_call,
    planned_safe_transaction,
)
from app.chain.safe_hash import safe_tx_hash
from app.domain.discrepancies import DiscrepancyKind, Severity
from app.domain.reconciliation import MOST_FOUND, CheckName, CheckResult, Scope
from app.services.reconciliation.results import Found, result_of
from app.store.database import ReadSession
from app.store.reconciliation import payouts
from app.store.reconciliation.faults import Fault, Faults
from app.store.reconciliation.payouts import OpenSafeTransaction


async def check_payout_books(session: ReadSession, scope: Scope) -> CheckResult:
    """The chain's half comes after it (chain_proof.payouts): what was executed is what left."""
    told = (
        (
            "An open Safe transaction is not what its payouts say.",
            await _bent(session, scope),
        ),
        (
            "A payout of an open Safe transaction is not the sum of what its recipient is owed.",
            await payouts.strange_lines(session, scope),
        ),
        (
            "A commission, refund or withdrawal is in two Safe transactions that can both be executed.",
            await payouts.lines_paid_twice(session, scope),
        ),
        (
            "What is booked as in flight is not what approved Safe transactions hold.",
            await payouts.unequal_holds(session, scope),
        ),
        (
            "A user's open refunds are not what the ledger owes them.",
            await payouts.unequal_refunds(session, scope),
        ),
    )
    kind, severity = DiscrepancyKind.PAYOUT_MISMATCH, Severity.CRITICAL
    parts = [Found(kind, severity, says, faults) for says, faults in told]
    return result_of(CheckName.PAYOUTS, parts)


async def _bent(session: ReadSession, scope: Scope) -> Faults:
    stored = await payouts.open_safe_transactions(session, scope.program_id)
    faults = [fault for one in stored if (fault := _fault(one)) is not None]
    return Faults(len(stored), len(faults), tuple(faults[:MOST_FOUND]))


def _fault(stored: OpenSafeTransaction) -> Fault | None:
    """One for each Safe transaction, of the first thing that differs."""
    reference, entity = f"content:{stored.id}", f"SAFE_TRANSACTION:{stored.id}"
    try:
        differing = next(_differences(stored), None)
    except UnpayableError as problem:
        return Fault(reference, entity, "payouts that can be paid", str(problem))
    return None if differing is None else Fault(reference, entity, *differing)


def _differences(stored: OpenSafeTransaction) -> Iterator[tuple[str, str]]:
    """What it should be and what it is, recomputed from its payouts."""
    recipients = [Recipient(*one) for one in stored.payouts]
    total = sum(one.amount for one in recipients)
    if (total, len(recipients)) != (stored.total, stored.payout_count):
        yield (
            f"{total} to {len(recipients)} recipients",
            f"{stored.total} to {stored.payout_count} recipients",
        )
    if not stored.own:
        yield "the program's chain, treasury and token", "another chain, treasury or token"
    content = content_hash(stored.chain_id, stored.safe, stored.token, stored.nonce, recipients)
    if content != stored.content_hash:
        yield f"content hash 0x{content.hex()}", f"0x{stored.content_hash.hex()}"
    call = _call(stored, recipients)
    if (call.to, call.data, int(call.operation)) != stored.call:
        yield "a call that pays exactly its payouts", f"to {stored.call[0]}, other data"
    planned = planned_safe_transaction(call, stored.nonce)
    signed = safe_tx_hash(stored.safe, stored.chain_id, stored.safe_version, planned)
    if signed != stored.hash:
        yield f"safeTxHash 0x{signed.hex()}", f"0x{stored.hash.hex()}"


def _call(stored: OpenSafeTransaction, recipients: list[Recipient]) -> SafeCall:
    if not recipients:
        return closing_call(stored.safe)
    return payout_call(stored.call[0], stored.token, recipients)
