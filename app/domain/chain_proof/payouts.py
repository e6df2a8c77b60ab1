"""Payouts against Transfers, recipient by recipient: what owners signed for is what left the treasury."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from app.domain.chain_proof.facts import (
    ExecutionClaim,
    ExecutionFact,
    PayoutClaim,
    TransferFact,
    place_reference,
)
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity

_KIND = DiscrepancyKind.PAYOUT_MISMATCH


@dataclass(frozen=True, slots=True)
class ExecutionDifferences:
    """gone: stored as EXECUTED without a success log; changed: that paid otherwise than their payouts say; unclaimed: success
    logs that no Safe transaction stored as EXECUTED names.
    """

    gone: tuple[ExecutionClaim, ...] = ()
    changed: tuple[tuple[ExecutionClaim, ExecutionFact], ...] = ()
    unclaimed: tuple[ExecutionFact, ...] = ()

    def __add__(self, other: "ExecutionDifferences") -> "ExecutionDifferences":
        return ExecutionDifferences(
            self.gone + other.gone, self.changed + other.changed, self.unclaimed + other.unclaimed
        )


def compare_executions(
    claims: Iterable[ExecutionClaim], facts: Iterable[ExecutionFact]
) -> ExecutionDifferences:
    """Of the same blocks."""
    on_chain = {fact.place: fact for fact in facts}
    gone: list[ExecutionClaim] = []
    changed: list[tuple[ExecutionClaim, ExecutionFact]] = []
    for claim in claims:
        fact = on_chain.pop(claim.place, None)
        if fact is None or fact.hash != claim.hash:
            gone.append(claim)
        elif any(payout_differences(claim, fact, chain_id=0)):
            changed.append((claim, fact))
    return ExecutionDifferences(tuple(gone), tuple(changed), tuple(on_chain.values()))


def payout_discrepancies(
    chain_id: int, found: ExecutionDifferences, not_executed: Collection[bytes]
) -> list[NewDiscrepancy]:
    """not_executed: hashes of Safe transactions stored here as something else than EXECUTED. Success logs of others, and
    of those that were executed before, prove nothing: code that owners run as their Safe's own can log what it likes.
    """
    told = [_gone(claim) for claim in found.gone]
    for claim, fact in found.changed:
        told += payout_differences(claim, fact, chain_id=chain_id)
    told += [_unclaimed(fact) for fact in found.unclaimed if fact.hash in not_executed]
    return told


def payout_differences(
    claim: ExecutionClaim, fact: ExecutionFact, *, chain_id: int
) -> Iterator[NewDiscrepancy]:
    """One for each recipient, or transfer, that differs."""
    left = {transfer.place[1]: transfer for transfer in fact.transfers}
    for payout in claim.payouts:
        transfer = None if payout.log_index is None else left.pop(payout.log_index, None)
        if transfer is None or _paid(transfer) != _planned(payout):
            yield _differs(payout, transfer, fact)
    for transfer in left.values():
        yield NewDiscrepancy(
            _KIND,
            Severity.CRITICAL,
            place_reference(chain_id, transfer.place),
            f"Safe transaction 0x{claim.hash.hex()} paid {transfer.other} in block {fact.block_number},"
            " and no payout of it says so.",
            entity_id=f"SAFE_TRANSACTION:{claim.id}",
            expected=_words(_paid(transfer)),
        )


def _differs(
    payout: PayoutClaim, transfer: TransferFact | None, fact: ExecutionFact
) -> NewDiscrepancy:
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        f"payout:{payout.id}",
        f"The payout to {payout.recipient} is not the transfer that paid it in transaction"
        f" 0x{fact.tx_hash.hex()}, block {fact.block_number}.",
        entity_id=f"PAYOUT:{payout.id}",
        expected=None if transfer is None else _words(_paid(transfer)),
        actual=_words(_planned(payout)),
    )


def _gone(claim: ExecutionClaim) -> NewDiscrepancy:
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        f"0x{claim.hash.hex()}",
        f"Safe transaction 0x{claim.hash.hex()} is stored as executed in block {claim.block_number};"
        " the Safe's log does not say so.",
        entity_id=f"SAFE_TRANSACTION:{claim.id}",
    )


def _unclaimed(fact: ExecutionFact) -> NewDiscrepancy:
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        f"0x{fact.hash.hex()}",
        f"The Safe executed 0x{fact.hash.hex()} in block {fact.block_number}; here it is not stored as executed.",
    )


def _paid(transfer: TransferFact) -> tuple[str, str, int]:
    return (transfer.other, transfer.currency, transfer.amount)


def _planned(payout: PayoutClaim) -> tuple[str, str, int]:
    return (payout.recipient, payout.currency, payout.amount)


def _words(paid: tuple[str, str, int]) -> str:
    recipient, currency, amount = paid
    return f"{amount} {currency} (smallest units) to {recipient}"
