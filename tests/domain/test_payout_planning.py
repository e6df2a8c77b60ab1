"""Planning payouts, whatever is due to whomever at whichever nonce."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.payees import Payee, PayeeState, PayoutRules
from app.domain.payout_planning import Due, Line, Nonces, Plan, closing_plan, plan_payouts
from app.domain.payouts import MOST_PAYOUTS, USUAL_PAYOUTS, BlockerCode, PayoutPurpose
from app.domain.states import AffiliateStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TREASURY = "0x" + "99" * 20
MINIMUM = 50
RULES = PayoutRules(TREASURY, MINIMUM, NOW)
PURPOSES = (PayoutPurpose.COMMISSION, PayoutPurpose.REFUND)
PAYEES = [Payee(purpose, owner) for purpose in PURPOSES for owner in range(1, 6)]


def address(payee: Payee) -> str:
    return f"0x{payee.purpose.value[0].encode().hex()}{payee.owner_id:038x}"


def line(number: int, amount: int) -> Line:
    return Line(UUID(int=number), amount)


@st.composite
def states(draw: st.DrawFn) -> dict[Payee, PayeeState]:
    made = {}
    for payee in PAYEES:
        status = AffiliateStatus.ACTIVE
        if payee.purpose is PayoutPurpose.COMMISSION:
            status = draw(st.sampled_from([AffiliateStatus.ACTIVE] * 4 + list(AffiliateStatus)))
        hours = draw(st.sampled_from([None, None, None, -1, 0, 5]))
        until = None if hours is None else NOW + timedelta(hours=hours)
        to = draw(st.sampled_from([address(payee)] * 9 + [TREASURY.upper().replace("X", "x")]))
        made[payee] = PayeeState(payee, to, status, until)
    return made


@st.composite
def dues(draw: st.DrawFn, nonces: Sequence[int | None]) -> list[Due]:
    made: list[Due] = []
    number = 0
    for payee in draw(st.lists(st.sampled_from(PAYEES), max_size=12)):
        least = -100 if payee.purpose is PayoutPurpose.COMMISSION else 1
        amounts = draw(st.lists(st.integers(least, 120).filter(bool), min_size=1, max_size=4))
        lines = tuple(line(number + place, amount) for place, amount in enumerate(amounts))
        number += len(lines)
        made.append(Due(payee, lines, draw(st.sampled_from(nonces))))
    return made


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Due], dict[Payee, PayeeState], Nonces, set[Payee]]:
    head = draw(st.integers(0, 5))
    opened = draw(st.frozensets(st.integers(max(0, head - 2), head + 4)))
    due = draw(dues([None, *sorted(opened)]))
    refused = draw(st.sets(st.sampled_from(PAYEES), max_size=2))
    return due, draw(states()), Nonces(head, opened), refused


def lines_of(plan: Plan) -> Counter[Line]:
    return Counter(line for payout in plan.payouts for line in payout.lines)


@given(situations())
def test_every_line_is_paid_once_whole_or_left_out_with_a_reason(situation: object) -> None:
    due, known, nonces, refused = situation  # type: ignore[misc]
    plan = plan_payouts(due, known, RULES, nonces, refused)
    paid = lines_of(plan)
    assert not paid or max(paid.values()) == 1
    owed = sum(one.amount for each in due for one in each.lines)
    left = sum(one.owed for one in plan.left_out)
    assert owed == left + sum(payout.amount for payout in plan.payouts)
    assert paid.keys() <= {one for each in due for one in each.lines}


@given(situations())
def test_nobody_is_paid_who_may_not_be(situation: object) -> None:
    due, known, nonces, refused = situation  # type: ignore[misc]
    plan = plan_payouts(due, known, RULES, nonces, refused)
    for payout in plan.payouts:
        state = known[payout.payee]
        assert payout.payee not in refused
        assert payout.destination == state.destination
        assert payout.destination.lower() != TREASURY
        assert state.status is AffiliateStatus.ACTIVE
        assert state.pays_from is None or state.pays_from <= NOW
        assert payout.amount > 0
        assert payout.payee.purpose is PayoutPurpose.REFUND or payout.amount >= MINIMUM


@given(situations())
def test_a_line_stays_at_its_nonce_and_new_ones_join_it(situation: object) -> None:
    due, known, nonces, refused = situation  # type: ignore[misc]
    plan = plan_payouts(due, known, RULES, nonces, refused)
    old = {one: each.nonce for each in due for one in each.lines if each.nonce is not None}
    homes: dict[Payee, int] = {}
    for each in due:
        if each.nonce is not None and each.nonce >= nonces.head:
            homes[each.payee] = max(each.nonce, homes.get(each.payee, 0))
    for planned in plan.transactions:
        for payout in planned.payouts:
            for one in payout.lines:
                assert old.get(one, homes.get(payout.payee, planned.nonce)) == planned.nonce


@given(situations())
def test_nonces_follow_each_other_and_cover_all_open_ones(situation: object) -> None:
    due, known, nonces, refused = situation  # type: ignore[misc]
    plan = plan_payouts(due, known, RULES, nonces, refused)
    taken = [planned.nonce for planned in plan.transactions]
    assert taken == list(range(nonces.head, nonces.head + len(taken)))
    assert {nonce for nonce in nonces.open if nonce >= nonces.head} <= set(taken)
    beyond = [planned for planned in plan.transactions if planned.nonce not in nonces.covered]
    assert all(planned.payouts for planned in beyond)
    for planned in plan.transactions:
        places = [payout.payee.place for payout in planned.payouts]
        assert places == sorted(set(places))
        assert len(places) <= USUAL_PAYOUTS


@given(situations(), st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_what_is_due(
    situation: object, random: object
) -> None:
    due, known, nonces, refused = situation  # type: ignore[misc]
    again = list(due)
    random.shuffle(again)  # type: ignore[attr-defined]
    first, second = (plan_payouts(one, known, RULES, nonces, refused) for one in (due, again))
    assert [
        [(payout.payee, payout.amount, frozenset(payout.lines)) for payout in planned.payouts]
        for planned in first.transactions
    ] == [
        [(payout.payee, payout.amount, frozenset(payout.lines)) for payout in planned.payouts]
        for planned in second.transactions
    ]


def test_nothing_due_plans_nothing() -> None:
    assert plan_payouts([], {}, RULES, Nonces(7)) == Plan((), ())


def test_five_hundred_affiliates_take_three_nonces_in_order() -> None:
    payees = [Payee(PayoutPurpose.COMMISSION, number) for number in range(1, 501)]
    due = [Due(payee, (line(payee.owner_id, 60),)) for payee in reversed(payees)]
    known = {payee: PayeeState(payee, address(payee)) for payee in payees}
    plan = plan_payouts(due, known, RULES, Nonces(4))
    assert [(one.nonce, len(one.payouts)) for one in plan.transactions] == [
        (4, 200),
        (5, 200),
        (6, 100),
    ]
    assert [payout.payee for payout in plan.payouts] == payees


def test_a_clawback_is_netted_and_what_is_missing_is_said() -> None:
    ann, bob, cat = PAYEES[:3]
    known = {payee: PayeeState(payee, address(payee)) for payee in PAYEES}
    due = [
        Due(ann, (line(1, 100), line(2, -30))),
        Due(bob, (line(3, 100), line(4, -60))),
        Due(cat, (line(5, 100), line(6, -100))),
    ]
    plan = plan_payouts(due, known, RULES, Nonces(0))
    assert [(payout.payee, payout.amount) for payout in plan.payouts] == [(ann, 70)]
    assert [(one.owed, one.obstacle.code, one.obstacle.missing) for one in plan.left_out] == [
        (40, BlockerCode.BELOW_MINIMUM, 10),
        (0, BlockerCode.NEGATIVE_BALANCE, 1),
    ]


def test_an_old_nonce_that_lost_its_payees_is_closed_and_filled_when_there_is_something() -> None:
    ann, bob = PAYEES[:2]
    known = {payee: PayeeState(payee, address(payee)) for payee in PAYEES}
    due = [Due(ann, (line(1, 100),), nonce=4), Due(bob, (line(2, 100),), nonce=5)]
    plan = plan_payouts(due, known, RULES, Nonces(4, frozenset({4, 5})), {ann})
    assert [[payout.payee for payout in one.payouts] for one in plan.transactions] == [[], [bob]]
    assert closing_plan(Nonces(5, frozenset({4, 5}))).transactions[0].nonce == 5


def test_a_nonce_with_more_payees_than_it_can_pay_pays_the_first_of_them() -> None:
    payees = [Payee(PayoutPurpose.COMMISSION, number) for number in range(1, MOST_PAYOUTS + 3)]
    due = [Due(payee, (line(payee.owner_id, 60),), nonce=4) for payee in reversed(payees)]
    known = {payee: PayeeState(payee, address(payee)) for payee in payees}
    plan = plan_payouts(due, known, RULES, Nonces(4, frozenset({4})))
    assert [payout.payee for payout in plan.payouts] == payees[:MOST_PAYOUTS]
    assert [(one.state.payee, one.obstacle.code) for one in plan.left_out] == [
        (payee, BlockerCode.EARLIER_BATCH_OPEN) for payee in payees[MOST_PAYOUTS:]
    ]
