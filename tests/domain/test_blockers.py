"""Why something is not paid yet: each reason by itself, and together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.blockers import (
    CommissionFacts,
    EarnerFacts,
    PayingFacts,
    blockers_of_batch,
    blockers_of_commission,
    blockers_of_paying,
)
from app.domain.payees import Payee, PayeeState, PayoutRules
from app.domain.payout_planning import Due, Line, Nonces, plan_payouts
from app.domain.payouts import BlockerCode, Death, PayoutPurpose
from app.domain.states import AffiliateStatus, CommissionStatus, SafeTransactionStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EARNER = EarnerFacts(AffiliateStatus.ACTIVE, 5_000_000, 0, "USDC", 6, pays_from=None, refused=None)
PAYABLE = CommissionFacts(
    CommissionStatus.PAYABLE, NOW, EARNER, None, paused=False, another_batch_is_open=False
)
PROPOSED = PayingFacts(
    SafeTransactionStatus.PROPOSED, None, None, 1, 2, waiting_code=None, waiting=None
)
APPROVED = replace(PROPOSED, status=SafeTransactionStatus.APPROVED, signed=2)


def codes(facts: CommissionFacts) -> list[str]:
    return [blocker.code.value for blocker in blockers_of_commission(facts, NOW)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"status": AffiliateStatus.SUSPENDED}, "AFFILIATE_SUSPENDED"),
        ({"status": AffiliateStatus.TERMINATED}, "AFFILIATE_SUSPENDED"),
        ({"net": 0}, "NEGATIVE_BALANCE"),
        ({"net": -1}, "NEGATIVE_BALANCE"),
        ({"minimum": 5_000_001}, "BELOW_MINIMUM"),
        ({"pays_from": NOW + timedelta(seconds=1)}, "WALLET_COOL_DOWN"),
        ({"refused": "blacklisted"}, "RECIPIENT_REFUSED"),
    ],
)
def test_what_holds_an_earner_back(changed: dict[str, object], code: str) -> None:
    earner = replace(EARNER, **changed)  # type: ignore[arg-type]
    assert codes(replace(PAYABLE, earner=earner)) == [code]


def test_nothing_holds_it_back_but_that_no_batch_has_it_yet() -> None:
    earner = replace(EARNER, minimum=5_000_000, pays_from=NOW)
    assert codes(replace(PAYABLE, earner=earner)) == ["AWAITING_APPROVAL"]


def test_the_program_and_its_open_batch() -> None:
    held = replace(PAYABLE, paused=True, another_batch_is_open=True)
    assert codes(held) == ["PROGRAM_PAUSED", "EARLIER_BATCH_OPEN"]


@settings(max_examples=300, deadline=None)
@given(
    status=st.sampled_from(AffiliateStatus),
    net=st.integers(-3, 12),
    minimum=st.integers(0, 12),
    cool_down=st.none() | st.integers(-2, 2),
    refused=st.booleans(),
)
def test_the_planner_leaves_out_what_is_blocked_and_nothing_else(
    status: AffiliateStatus, net: int, minimum: int, cool_down: int | None, *, refused: bool
) -> None:
    """Each with the first of its reasons."""
    pays_from = None if cool_down is None else NOW + timedelta(hours=cool_down)
    earner = replace(
        EARNER,
        status=status,
        net=net,
        minimum=minimum,
        pays_from=pays_from,
        refused="blacklisted" if refused else None,
    )
    payee = Payee(PayoutPurpose.COMMISSION, 1)
    state = PayeeState(payee, "0x01", status, pays_from)
    due = [Due(payee, (Line(UUID(int=1), net),))]
    refusals = {payee} if refused else set()
    rules = PayoutRules("0x02", minimum, NOW)
    plan = plan_payouts(due, {payee: state}, rules, Nonces(0), refusals)
    found = codes(replace(PAYABLE, earner=earner))
    if plan.payouts:
        assert found == ["AWAITING_APPROVAL"]
    else:
        [left_out] = plan.left_out
        assert left_out.obstacle.code in found
        assert "AWAITING_APPROVAL" not in found


def test_how_much_is_missing() -> None:
    earner = replace(EARNER, net=1, minimum=10_000_000)
    [blocker] = blockers_of_commission(replace(PAYABLE, earner=earner), NOW)
    assert blocker.message == "9.999999 USDC are missing to the minimum of 10.000000 USDC."


def test_until_when_it_is_held() -> None:
    due = NOW + timedelta(days=3)
    accrued = replace(PAYABLE, status=CommissionStatus.ACCRUED, payable_at=due)
    [blocker] = blockers_of_commission(accrued, NOW)
    assert (blocker.code, blocker.until) == (BlockerCode.HOLDING_PERIOD, due)
    suspended = replace(accrued, earner=replace(EARNER, status=AffiliateStatus.SUSPENDED))
    assert codes(suspended) == ["HOLDING_PERIOD", "AFFILIATE_SUSPENDED"]


def test_who_takes_what_is_no_longer_held() -> None:
    accrued = replace(PAYABLE, status=CommissionStatus.ACCRUED, payable_at=NOW)
    [blocker] = blockers_of_commission(accrued, NOW)
    assert (blocker.code, blocker.until) == (BlockerCode.HOLDING_PERIOD, None)
    assert blocker.message.startswith("The holding period is over:")


def test_nothing_once_it_is_over() -> None:
    for status in (CommissionStatus.PAID, CommissionStatus.REVERSED):
        assert codes(replace(PAYABLE, status=status, paused=True)) == []
    for ended in (SafeTransactionStatus.EXECUTED, SafeTransactionStatus.DEAD):
        assert blockers_of_paying(replace(PROPOSED, status=ended), paused=True) == []


def paying(facts: PayingFacts, *, paused: bool = False) -> list[tuple[str, str]]:
    pending = replace(
        PAYABLE, status=CommissionStatus.PENDING_APPROVAL, paying=facts, paused=paused
    )
    return [(one.code.value, one.message) for one in blockers_of_commission(pending, NOW)]


def test_how_many_of_how_many_signed() -> None:
    assert paying(PROPOSED) == [
        ("AWAITING_APPROVAL", "It has 1 of the 2 signatures that it needs.")
    ]
    assert [code for code, _ in paying(PROPOSED, paused=True)] == [
        "AWAITING_APPROVAL",
        "PROGRAM_PAUSED",
    ]


def test_on_its_way() -> None:
    assert [code for code, _ in paying(APPROVED)] == ["EXECUTING"]
    sent = replace(APPROVED, status=SafeTransactionStatus.EXECUTING)
    assert [code for code, _ in paying(sent, paused=True)] == ["EXECUTING"]
    assert [code for code, _ in paying(APPROVED, paused=True)] == ["PROGRAM_PAUSED"]
    short = replace(APPROVED, waiting_code=BlockerCode.TREASURY_SHORT, waiting="5 are missing")
    assert paying(short) == [("TREASURY_SHORT", "5 are missing")]
    noted = replace(APPROVED, waiting_code=BlockerCode.PROGRAM_PAUSED, waiting="paused")
    assert [code for code, _ in paying(noted, paused=True)] == ["PROGRAM_PAUSED"]


def test_given_up_and_still_open() -> None:
    refused = replace(PROPOSED, death=Death.RECIPIENT_REFUSED, death_reason="blacklisted")
    assert paying(refused) == [("RECIPIENT_REFUSED", "blacklisted")]
    rejected = replace(APPROVED, death=Death.REJECTED, death_reason="too much")
    assert [code for code, _ in paying(rejected)] == ["EARLIER_BATCH_OPEN"]


def test_a_batch_says_each_thing_once_and_counts_the_fewest_signatures() -> None:
    parts = [APPROVED, PROPOSED, replace(PROPOSED, signed=0)]
    found = blockers_of_batch(parts, paused=False, earlier_is_open=True)
    assert [one.code.value for one in found] == [
        "EARLIER_BATCH_OPEN",
        "AWAITING_APPROVAL",
        "EXECUTING",
    ]
    assert found[1].message == "It has 0 of the 2 signatures that it needs."
