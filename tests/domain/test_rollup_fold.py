"""What single events add to the rollups."""

from datetime import UTC, datetime
from typing import Any

from app.domain.events import Event, EventType
from app.domain.rollup import (
    Additions,
    AffiliateKey,
    AffiliateSums,
    AmountKey,
    BranchMove,
    BucketKey,
    CounterKey,
    fold,
)

AT = datetime(2026, 11, 22, 10, 42, 30, tzinfo=UTC)
MINUTE, DAY = AT.replace(second=0), AT.replace(hour=0, minute=0, second=0)


def event(name: str, **data: Any) -> Event:
    return Event(1, 7, EventType.INTENT, name, None, 1, AT, {"v": 1, **data})


def settled(**data: Any) -> Event:
    internal = {"milliseconds": 1000, "upline": [], "referrers": []} | data.pop("internal", {})
    facts = {"kind": "PAYMENT", "amount": None, "currency": None, "month": "2026-11"} | data
    return event("settlement.confirmed", **facts, internal=internal)


def only(*events: Event) -> Additions:
    (sums,) = fold(events)
    assert isinstance(sums, Additions)
    return sums


def test_a_payment_counts_for_its_whole_upline_and_earns_where_it_earned() -> None:
    upline = [
        {"affiliate": 30, "level": 1, "earned": "10"},
        {"affiliate": 20, "level": 2, "earned": "0"},
    ]
    sums = only(
        settled(amount="100", currency="USD", internal={"upline": upline}),
        settled(amount="50", currency="USD", internal={"upline": upline[:1]}),
    )
    assert sums.affiliates == {
        AffiliateKey(7, 30, "USD", "2026-11", 1): AffiliateSums(volume=150, earned=20),
        AffiliateKey(7, 20, "USD", "2026-11", 2): AffiliateSums(volume=100),
    }
    assert sums.amounts[AmountKey(7, "DAY", DAY, "USD")].volume == 150
    assert sums.amounts[AmountKey(7, "MINUTE", MINUTE, "USD")].commissions == 20
    assert sums.buckets[BucketKey(7, "MINUTE", MINUTE)].latency == {19: 2}


def test_a_registration_counts_a_user_for_everybody_above() -> None:
    sums = only(settled(kind="REGISTRATION", internal={"referrers": [30, 20, 10]}))
    assert [(key.affiliate_id, key.level) for key in sums.affiliates] == [(30, 1), (20, 2), (10, 3)]
    assert {row.users for row in sums.affiliates.values()} == {1}
    assert sums.counters == {CounterKey(7, "users"): 1}
    assert not sums.amounts


def test_an_affiliate_is_a_member_of_its_own_branch_and_of_those_above() -> None:
    joined = event(
        "affiliate.registered", month="2026-11", internal={"affiliate": 30, "upline": [20, 10]}
    )
    sums = only(joined)
    levels = {key.affiliate_id: key.level for key in sums.affiliates}
    assert levels == {30: 0, 20: 1, 10: 2}
    assert {key.currency for key in sums.affiliates} == {""}


def test_only_a_change_of_status_counts() -> None:
    sums = only(
        event("intent.accepted", **{"from": None}, status="PENDING"),
        event("intent.processing", **{"from": "PENDING"}, status="PROCESSING"),
        event("intent.mined", **{"from": "PROCESSING"}, status="PROCESSING"),
    )
    assert sums.counters == {CounterKey(7, "PENDING"): 0, CounterKey(7, "PROCESSING"): 1}
    assert sums.buckets[BucketKey(7, "DAY", DAY)].entered == {"PENDING": 1, "PROCESSING": 1}


def test_a_move_is_a_step_between_sums() -> None:
    accepted = event("intent.accepted", **{"from": None}, status="PENDING")
    moved = event("affiliate.moved", internal={"affiliate": 30, "from": [20, 10], "to": [40]})
    before, move, after = fold([accepted, accepted, moved, accepted])
    assert move == BranchMove(7, 30, (20, 10), (40,))
    assert isinstance(before, Additions)
    assert isinstance(after, Additions)
    assert before.counters[CounterKey(7, "PENDING")] == 2
    assert after.counters[CounterKey(7, "PENDING")] == 1


def test_other_events_say_nothing() -> None:
    sums = only(event("program.updated"), event("commission.accrued"))
    assert sums == Additions()
