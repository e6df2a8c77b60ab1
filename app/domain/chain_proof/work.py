"""Work that stands still, and nonces of lanes that no transaction has: one discrepancy for each stage and lane."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.stuck import StuckWork, WorkKind, WorkStage

_ENTITIES = frozenset({WorkKind.INTENT, WorkKind.SAFE_TRANSACTION, WorkKind.WEBHOOK_DELIVERY})


def stuck_discrepancies(found: Iterable[StuckWork]) -> list[NewDiscrepancy]:
    """One for each stage, about what waits longest there: a thousand intents behind one lane are one matter. What a person
    explained by pausing the program is none.
    """
    waiting = sorted(
        (one for one in found if not one.diagnosis.explained),
        key=lambda one: (one.stage, one.diagnosis.since),
    )
    return [_stuck(list(together)) for _, together in groupby(waiting, key=lambda one: one.stage)]


def moved_on(found: Collection[StuckWork], most: int) -> frozenset[WorkStage]:
    """Stages in which nothing stands still any more. most: how many of each kind were read at most; where there were as
    many, what was not read may stand in any stage of that kind.
    """
    read = Counter(one.kind for one in found)
    standing = {one.stage for one in found}
    return frozenset(
        stage for stage in WorkStage if stage not in standing and read[stage.kind] < most
    )


def gaps(used: int, highest: int, known: Collection[int]) -> list[int]:
    """Nonces without a transaction below one that waits. used: how many nonces the chain has seen of the lane."""
    if not known:
        return []
    return [nonce for nonce in range(max(used, min(known)), highest) if nonce not in known]


def gap_discrepancy(
    chain_id: int, relayer: str, missing: Collection[int], highest: int
) -> NewDiscrepancy:
    """Everything above the gap waits until the nonce is used."""
    nonces = ", ".join(str(nonce) for nonce in sorted(missing))
    return NewDiscrepancy(
        DiscrepancyKind.NONCE_GAP,
        Severity.WARNING,
        f"{chain_id}:{relayer}:{min(missing)}",
        f"Lane {relayer} has no transaction at nonce {nonces}: what it sent up to nonce {highest} waits for that.",
        expected=str(min(missing)),
        actual=str(highest),
    )


def _stuck(together: list[StuckWork]) -> NewDiscrepancy:
    oldest = together[0]
    more = len(together) - 1
    others = f" {more} more wait there." if more else ""
    entity = f"{oldest.kind}:{oldest.entity}" if oldest.kind in _ENTITIES else None
    return NewDiscrepancy(
        DiscrepancyKind.STUCK_WORK,
        Severity.WARNING,
        oldest.stage.value,
        f"{oldest.diagnosis.waiting_for} {oldest.diagnosis.next_step}{others}",
        entity_id=entity,
        actual=f"{len(together)} since {oldest.diagnosis.since:%Y-%m-%d %H:%M:%S} UTC",
    )
