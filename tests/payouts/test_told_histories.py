"""The nastiest histories of payouts that we know, each step proven by the chain: who holds which signatures does not matter."""

from collections.abc import Iterator

import pytest

from tests.contracts.items import USDC
from tests.payouts.history_end import settle_down
from tests.payouts.history_model import Owner
from tests.payouts.payout_history import NewHistory, PayoutHistory

pytestmark = pytest.mark.long

PAID = 60 * USDC
DUE = 6 * USDC


@pytest.fixture
def past(new_history: NewHistory) -> Iterator[PayoutHistory]:
    """Four affiliates who are due 6 each; ended in the usual way, after which the books are even."""
    with new_history() as history:
        history.open()
        affiliates = [history.add_affiliate(None) for _ in range(4)]
        payers = history.add_payers(affiliates)
        history.pay([(payer, PAID) for payer in payers])
        history.jump(31)
        yield history
        settle_down(history)


def hold(past: PayoutHistory) -> None:
    """Everything that must hold, holds."""
    past.run(past.proof.hold())


def states(past: PayoutHistory) -> list[tuple[int, str, str | None, bool]]:
    """Nonce, status, death and hold of every Safe transaction."""
    return [
        (int(row["safe_nonce"]), row["status"], row["death"], row["holding"]) for row in past.rows
    ]


def paid(past: PayoutHistory) -> list[int]:
    """What each affiliate has got, by the chain, oldest affiliate first."""
    got = past.proof.paid_to(past.run(past.proof.seen()).head)
    return [got[Owner("AFFILIATE", one)] for one in past.model.parents]


def change(past: PayoutHistory, place: int, status: str) -> int:
    """Gives the affiliate of that place another status."""
    affiliate = list(past.model.parents)[place]
    past.set_status(affiliate, status)
    return affiliate


def test_a_replaced_one_is_executed_while_its_successors_relay_is_in_flight(
    past: PayoutHistory,
) -> None:
    past.propose()
    past.approve()
    hold(past)
    change(past, 1, "SUSPENDED")
    past.propose()
    past.approve()
    hold(past)
    # Both have two signatures; of nonce 0 the older one is executed.
    past.relay_while_an_owner_executes(0)
    hold(past)
    assert past.seen["outside"] == 1
    past.forget_block()
    hold(past)
    past.work()
    hold(past)
    assert states(past)[:2] == [
        (0, "EXECUTED", None, False),
        (0, "DEAD", "STALE_NONCE", False),
    ]
    assert paid(past)[:2] == [DUE, DUE]


def test_equal_content_is_listed_again_after_another_one_held_its_money(
    past: PayoutHistory,
) -> None:
    past.propose()
    past.approve()
    change(past, 1, "SUSPENDED")
    past.propose()
    past.approve()
    hold(past)
    past.reject()
    change(past, 1, "ACTIVE")
    past.propose()
    hold(past)
    assert states(past)[:2] == [
        (0, "APPROVED", None, True),
        (0, "APPROVED", "REJECTED", False),
    ]
    for _ in range(3):
        past.work()
        hold(past)
    assert paid(past) == [DUE] * 4


def test_a_payee_is_terminated_and_owners_pay_it_all_the_same(past: PayoutHistory) -> None:
    past.propose()
    past.approve()
    gone = change(past, 0, "TERMINATED")
    past.write_off(gone)
    past.propose()
    past.approve()
    past.write_off(gone)
    hold(past)
    past.execute_any(past.rows[:1], 0, (0, 2))
    past.write_off(gone)
    hold(past)
    past.work()
    hold(past)
    past.write_off(gone)
    hold(past)
    # In a batch first, and paid in the end: there was never a balance to end.
    assert past.seen["write off: INVALID_STATE"] == 4
    assert paid(past)[0] == DUE


def test_a_terminated_payee_is_left_out_and_its_balance_ended(past: PayoutHistory) -> None:
    past.propose()
    gone = change(past, 0, "TERMINATED")
    past.propose()
    past.approve()
    past.work()
    hold(past)
    past.work()
    past.write_off(gone)
    hold(past)
    assert past.seen["write off"] == 1
    assert paid(past)[:2] == [0, DUE]


def test_all_is_reversed_while_it_is_in_a_batch(past: PayoutHistory) -> None:
    past.propose()
    past.approve()
    for payment in past.model.payments[:2]:
        past.reverse(payment, payment.rest)
    hold(past)
    for _ in range(3):
        past.work()
    hold(past)
    assert paid(past) == [DUE] * 4
    # What they owe is netted with what they earn next.
    past.pay([(past.model.payers[0], 2 * PAID)])
    past.jump(31)
    past.propose()
    past.approve()
    for _ in range(3):
        past.work()
    hold(past)
    assert paid(past) == [2 * DUE, DUE, DUE, DUE]


def test_a_wallet_is_changed_while_it_is_in_a_batch(past: PayoutHistory) -> None:
    past.propose()
    past.approve()
    past.change_wallet(next(iter(past.model.parents)))
    past.propose()  # without it: its cool-down is not over
    hold(past)
    past.jump(3)
    past.propose()
    past.approve()
    hold(past)
    at_nonce_0 = [one for one in states(past) if one[0] == 0]
    assert at_nonce_0 == [
        (0, "APPROVED", "REJECTED", False),  # the old wallet
        (0, "PROPOSED", "REJECTED", False),
        (0, "APPROVED", None, True),  # the new one
    ]
    past.execute_any(past.rows[:1], 0, (0, 1))
    hold(past)
    past.work()
    hold(past)
    assert paid(past)[0] == DUE


def test_the_execution_that_a_replacement_was_planned_after_vanishes(past: PayoutHistory) -> None:
    past.propose()
    past.approve()
    past.execute_any(past.rows[:1], 0, (0, 1))
    past.propose()  # begins at nonce 1, and what is at nonce 0 waits for its end
    hold(past)
    assert states(past) == [(0, "APPROVED", "REJECTED", True), (1, "APPROVED", None, True)]
    past.forget_block()
    past.work()
    hold(past)
    assert states(past)[0] == (0, "APPROVED", "REJECTED", True)
    past.propose()
    hold(past)
    assert states(past) == [(0, "APPROVED", None, True), (1, "APPROVED", None, True)]
    for _ in range(3):
        past.work()
        hold(past)
    assert paid(past) == [DUE] * 4
