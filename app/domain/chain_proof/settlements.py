"""Invariant 5 log by log: every settlement by the gateway has its Settled log, and every Settled log its settlement."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.chain_proof.facts import (
    Place,
    SettledFact,
    SettlementClaim,
    place_reference,
)
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity

_KIND = DiscrepancyKind.SETTLEMENT_NOT_ON_CHAIN


@dataclass(frozen=True, slots=True)
class BrokenIntent:
    """An intent whose state, settlement and journal do not go together, whatever the chain says."""

    intent_id: UUID
    problem: str


@dataclass(frozen=True, slots=True)
class SettlementDifferences:
    """gone: settlements whose log is not where they say; changed: whose log says something else."""

    gone: tuple[SettlementClaim, ...] = ()
    changed: tuple[tuple[SettlementClaim, SettledFact], ...] = ()
    unclaimed: tuple[SettledFact, ...] = ()

    def __add__(self, other: "SettlementDifferences") -> "SettlementDifferences":
        return SettlementDifferences(
            self.gone + other.gone, self.changed + other.changed, self.unclaimed + other.unclaimed
        )


def compare_settlements(
    claims: Iterable[SettlementClaim], facts: Iterable[SettledFact]
) -> SettlementDifferences:
    """Of the same blocks."""
    on_chain: dict[Place, SettledFact] = {fact.place: fact for fact in facts}
    gone: list[SettlementClaim] = []
    changed: list[tuple[SettlementClaim, SettledFact]] = []
    for claim in claims:
        fact = on_chain.pop(claim.place, None)
        if fact is None:
            gone.append(claim)
        elif _said(claim) != _said(fact):
            changed.append((claim, fact))
    return SettlementDifferences(tuple(gone), tuple(changed), tuple(on_chain.values()))


def settlement_discrepancies(
    chain_id: int,
    found: SettlementDifferences,
    intents: Mapping[bytes, UUID],
    explained: frozenset[str],
    broken: Iterable[BrokenIntent],
) -> list[NewDiscrepancy]:
    """One for each settlement, log or intent. intents: by their names on chain, for unclaimed logs; explained: references
    of logs that a person has explained before.
    """
    told = [_gone(claim) for claim in found.gone]
    told += [_changed(claim, fact) for claim, fact in found.changed]
    unclaimed = [
        fact for fact in found.unclaimed if place_reference(chain_id, fact.place) not in explained
    ]
    told += [_unclaimed(chain_id, fact, intents.get(fact.item)) for fact in unclaimed]
    covered = {claim.intent_id for claim in found.gone}
    covered |= {claim.intent_id for claim, _ in found.changed}
    covered |= {intents[fact.item] for fact in unclaimed if fact.item in intents}
    return [*told, *_of_intents(broken, covered)]


def undone_reference(settlement_id: UUID) -> str:
    """Names the discrepancy of a settlement whose log is gone: it can be undone."""
    return str(settlement_id)


def _said(one: SettlementClaim | SettledFact) -> tuple[bytes, str, str | None, int]:
    return (one.item, one.wallet, one.token, one.amount)


def _gone(claim: SettlementClaim) -> NewDiscrepancy:
    block_hash, log_index = claim.place
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        undone_reference(claim.id),
        f"The settlement of item 0x{claim.item.hex()} has no log in the chain any more, or never had one.",
        entity_id=f"SETTLEMENT:{claim.id}",
        expected=f"log {log_index} in block 0x{block_hash.hex()}",
    )


def _changed(claim: SettlementClaim, fact: SettledFact) -> NewDiscrepancy:
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        f"{claim.id}:changed",
        f"The settlement of item 0x{claim.item.hex()} is not what its log in block {fact.block_number} says.",
        entity_id=f"SETTLEMENT:{claim.id}",
        expected=_words(fact),
        actual=_words(claim),
    )


def _words(one: SettlementClaim | SettledFact) -> str:
    return f"item 0x{one.item.hex()} of {one.wallet}: {one.amount} of {one.token or 'nothing'}"


def _unclaimed(chain_id: int, fact: SettledFact, intent_id: UUID | None) -> NewDiscrepancy:
    return NewDiscrepancy(
        _KIND,
        Severity.CRITICAL,
        place_reference(chain_id, fact.place),
        f"The gateway settled item 0x{fact.item.hex()} of {fact.wallet} in transaction"
        f" 0x{fact.tx_hash.hex()}, block {fact.block_number}; no settlement here says so.",
        entity_id=None if intent_id is None else f"INTENT:{intent_id}",
        expected=_words(fact),
    )


def _of_intents(broken: Iterable[BrokenIntent], covered: set[UUID]) -> Iterator[NewDiscrepancy]:
    """What the chain has told of an intent already is not told twice."""
    for one in broken:
        if one.intent_id not in covered:
            yield NewDiscrepancy(
                _KIND,
                Severity.CRITICAL,
                f"intent:{one.intent_id}",
                one.problem,
                entity_id=f"INTENT:{one.intent_id}",
            )
