"""Invariant 1 log by log: every token Transfer into or out of the treasury is claimed by one journal, and the other way round."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.chain_proof.facts import MovementClaim, Place, TransferFact, place_reference
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.postings import MovementDirection

_KIND = DiscrepancyKind.TREASURY_MISMATCH


@dataclass(frozen=True, slots=True)
class MovementDifferences:
    """gone: claims without a log; changed: whose log moved something else, or to somebody else; unclaimed: logs that no journal claims."""

    gone: tuple[MovementClaim, ...] = ()
    changed: tuple[tuple[MovementClaim, TransferFact], ...] = ()
    unclaimed: tuple[TransferFact, ...] = ()

    def __add__(self, other: "MovementDifferences") -> "MovementDifferences":
        return MovementDifferences(
            self.gone + other.gone, self.changed + other.changed, self.unclaimed + other.unclaimed
        )

    def missing(self) -> Mapping[str, int]:
        """By currency, how much more the treasury holds than the movements say, because of these."""
        total: Counter[str] = Counter()
        for claim in (*self.gone, *(claim for claim, _ in self.changed)):
            total[claim.currency] -= _signed(claim)
        for fact in (*self.unclaimed, *(fact for _, fact in self.changed)):
            total[fact.currency] += _signed(fact)
        return total


@dataclass(frozen=True, slots=True)
class Suspended:
    """Money in SUSPENSE that no person has explained. reference: of its journal and of its discrepancy."""

    reference: str
    direction: MovementDirection
    currency: str
    amount: int


def compare_movements(
    claims: Iterable[MovementClaim], facts: Iterable[TransferFact]
) -> MovementDifferences:
    """Of the same blocks."""
    on_chain: dict[tuple[Place, MovementDirection], TransferFact] = {
        (fact.place, fact.direction): fact for fact in facts
    }
    gone: list[MovementClaim] = []
    changed: list[tuple[MovementClaim, TransferFact]] = []
    for claim in claims:
        fact = on_chain.pop((claim.place, claim.direction), None)
        if fact is None:
            gone.append(claim)
        elif not _agree(claim, fact):
            changed.append((claim, fact))
    return MovementDifferences(tuple(gone), tuple(changed), tuple(on_chain.values()))


def movement_discrepancies(
    chain_id: int, found: MovementDifferences, suspended: Iterable[Suspended]
) -> list[NewDiscrepancy]:
    """One for each log or claim. What waits in SUSPENSE is named as the watcher named it, so it is not told twice."""
    told = [_gone(chain_id, claim) for claim in found.gone]
    told += [_changed(chain_id, claim, fact) for claim, fact in found.changed]
    told += [_unclaimed(chain_id, fact) for fact in found.unclaimed]
    return told + [suspended_discrepancy(one) for one in suspended]


def suspended_discrepancy(one: Suspended) -> NewDiscrepancy:
    """What the watcher opened when it posted the money; opened again where that record is lost."""
    came = one.direction is MovementDirection.IN
    kind = DiscrepancyKind.UNEXPLAINED_INFLOW if came else DiscrepancyKind.UNEXPLAINED_OUTFLOW
    return NewDiscrepancy(
        kind,
        Severity.WARNING if came else Severity.CRITICAL,
        one.reference,
        f"{one.amount} {one.currency} (smallest units) {'came' if came else 'left'} and nothing explains it.",
        actual=str(one.amount),
    )


def _agree(claim: MovementClaim, fact: TransferFact) -> bool:
    same = (claim.currency, claim.amount) == (fact.currency, fact.amount)
    return same and claim.recipient in (None, fact.other)


def _signed(one: MovementClaim | TransferFact) -> int:
    return one.amount if one.direction is MovementDirection.IN else -one.amount


def _journal(claim: MovementClaim) -> str:
    return "lost journal" if claim.journal is None else f"{claim.journal} journal"


def _words(one: MovementClaim | TransferFact) -> str:
    return f"{one.direction} {one.amount} {one.currency} (smallest units)"


def _gone(chain_id: int, claim: MovementClaim) -> NewDiscrepancy:
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        place_reference(chain_id, claim.place),
        f"A {_journal(claim)} claims a transfer in block {claim.block_number} that the chain does not have.",
        actual=_words(claim),
    )


def _changed(chain_id: int, claim: MovementClaim, fact: TransferFact) -> NewDiscrepancy:
    message = f"A {_journal(claim)} claims something else than the transfer in block {claim.block_number} moved."
    expected, actual = _words(fact), _words(claim)
    if claim.recipient not in (None, fact.other):
        message = (
            f"Money left in block {claim.block_number} that nothing explained, and another recipient than the transfer's is"
            " stored of it: explaining it pays, or has paid, what that one is owed."
        )
        expected, actual = f"{expected} to {fact.other}", f"{actual} to {claim.recipient}"
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        place_reference(chain_id, claim.place),
        message,
        expected=expected,
        actual=actual,
    )


def _unclaimed(chain_id: int, fact: TransferFact) -> NewDiscrepancy:
    """Not unexplained money: that is posted to SUSPENSE. The books do not know of this transfer at all."""
    way = "from" if fact.direction is MovementDirection.IN else "to"
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        place_reference(chain_id, fact.place),
        f"No journal claims the transfer {way} {fact.other} in transaction 0x{fact.tx_hash.hex()},"
        f" block {fact.block_number}.",
        expected=_words(fact),
    )
