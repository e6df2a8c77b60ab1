"""What can happen to payouts, in any order, and what must hold after each step."""

from collections import Counter
from contextlib import ExitStack
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.contracts.items import USDC
from tests.payouts.history_end import settle_down
from tests.payouts.payout_history import NewHistory, PayoutHistory
from tests.payouts.test_pay_faults import APPROVING, ENDING, POSTING, RELAYING

ANY = st.integers(0, 100)
AMOUNT = st.one_of(st.integers(20 * USDC, 60 * USDC), st.integers(1, 30 * USDC))
OWNERS = st.sampled_from([(0, 1), (1, 2), (0, 2), (2, 0)])
STATUSES = ("SUSPENDED", "ACTIVE", "SUSPENDED", "ACTIVE", "TERMINATED")
MISHAPS = ("refuse or accept", "drain", "fund", "pause or resume", "spend nonce", "forget block")


class PayoutMachine(RuleBasedStateMachine):
    """new_history: a new world, empty, for each history. seen: of all histories."""

    new_history: ClassVar[NewHistory]
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.history: PayoutHistory | None = None

    @initialize(paid=st.lists(AMOUNT, min_size=2, max_size=3))
    def open(self, paid: list[int]) -> None:
        """Two branches with a payer below each, payments that are due, and a batch: every rule can come first."""
        self.history = self.stack.enter_context(type(self).new_history())
        past = self.history
        past.open()
        top = past.add_affiliate(None)
        middle = past.add_affiliate(top)
        lowest, other = past.add_affiliate(middle), past.add_affiliate(None)
        payers = past.add_payers([lowest, other])
        past.pay([(payers[place % 2], amount) for place, amount in enumerate([30 * USDC, *paid])])
        past.jump(31)
        past.propose()
        past.approve()
        assert past.rows

    @property
    def past(self) -> PayoutHistory:
        assert self.history is not None
        return self.history

    @precondition(lambda self: not self.past.paused)
    @rule(choice=ANY, amount=AMOUNT)
    def pay(self, choice: int, amount: int) -> None:
        payers = self.past.model.payers
        self.past.pay([(payers[choice % len(payers)], amount)])

    @rule(choice=ANY, change=st.sampled_from(["move", "wallet", *STATUSES]), below=ANY)
    def change_affiliate(self, choice: int, change: str, below: int) -> None:
        known = list(self.past.model.parents)
        affiliate = known[choice % len(known)]
        if change == "move":
            self.past.move(affiliate, [*known, None][below % (len(known) + 1)])
        elif change == "wallet":
            self.past.change_wallet(affiliate)
        elif self.past.model.status[affiliate] == "TERMINATED":
            self.past.write_off(affiliate)
        else:
            self.past.set_status(affiliate, change)

    @precondition(lambda self: any(one.rest for one in self.past.model.payments))
    @rule(choice=ANY, part=st.one_of(st.none(), st.integers(1, 40 * USDC)))
    def reverse(self, choice: int, part: int | None) -> None:
        """A part of a payment, or all that is left of it."""
        known = [one for one in self.past.model.payments if one.rest]
        payment = known[choice % len(known)]
        self.past.reverse(payment, payment.rest if part is None else min(part, payment.rest))

    @rule(days=st.sampled_from([1, 3, 31]), runs=st.booleans())
    def jump(self, days: int, *, runs: bool) -> None:
        self.past.jump(days)
        if runs:
            self.past.pay_day()

    @rule(owners=st.sampled_from([(), (0, 1), (1, 2)]))
    def propose(self, owners: tuple[int, ...]) -> None:
        self.past.propose()
        self.past.approve(owners)

    @rule(closes=st.booleans())
    def give_up(self, *, closes: bool) -> None:
        self.past.reject()
        if closes:
            self.past.close()

    @rule(units=st.integers(1, 20 * USDC))
    def withdraw(self, units: int) -> None:
        self.past.withdraw(units)

    @rule(
        owners=OWNERS,
        number=st.sampled_from([1, 2, 2]),
        point=st.sampled_from([None, None, *APPROVING]),
    )
    def approve(self, owners: tuple[int, int], number: int, point: str | None) -> None:
        self.past.approve(owners[:number], point)

    @rule(blocks=st.sampled_from([0, 1, 3, 3]), workers=st.integers(1, 2))
    def work(self, blocks: int, workers: int) -> None:
        self.past.work(blocks, workers)

    @rule(owners=OWNERS, choice=ANY)
    def approve_and_relay(self, owners: tuple[int, int], choice: int) -> None:
        self.past.approve(owners)
        self.past.relay_while_an_owner_executes(choice)

    @rule(owners=OWNERS)
    def approve_and_work(self, owners: tuple[int, int]) -> None:
        self.past.approve(owners)
        self.past.work()

    @rule(choice=ANY, owners=OWNERS)
    def execute_next(self, choice: int, owners: tuple[int, int]) -> None:
        """From outside, what the Safe takes now: the newest batch's, or what was given up or replaced."""
        self.past.execute_any(self.past.next_ones(), choice, owners)

    @rule(choice=ANY, owners=OWNERS, which=ANY)
    def replace_and_execute(self, choice: int, owners: tuple[int, int], which: int) -> None:
        """A payee less or more, both batches signed, and owners take whichever they like."""
        known = list(self.past.model.parents)
        affiliate = known[choice % len(known)]
        active = self.past.model.status[affiliate] == "ACTIVE"
        self.past.set_status(affiliate, "SUSPENDED" if active else "ACTIVE")
        self.past.propose()
        self.past.approve(owners)
        self.past.execute_any(self.past.next_ones(), which, owners)

    @rule(choice=ANY, owners=OWNERS)
    def execute_any(self, choice: int, owners: tuple[int, int]) -> None:
        """From outside, whatever was proposed once; the Safe takes it when its nonce has come."""
        self.past.execute_any(self.past.rows, choice, owners)

    @rule(what=st.sampled_from(MISHAPS), choice=ANY)
    def mishap(self, what: str, choice: int) -> None:
        if what == "refuse or accept":
            holders = list(self.past.model.holders.values())
            self.past.refuse_or_accept(holders[choice % len(holders)].address)
        elif what == "drain":
            self.past.drain(choice % 4)
        elif what == "fund":
            self.past.fund(choice * USDC + 1)
        elif what == "pause or resume":
            self.past.pause_or_resume()
        elif what == "spend nonce":
            self.past.spend_nonce()
        else:
            self.past.forget_block()

    @rule(point=st.sampled_from([*RELAYING, *POSTING, *ENDING]), blocks=st.sampled_from([0, 3]))
    def die(self, point: str, blocks: int) -> None:
        self.past.die_at(point, blocks)

    @invariant()
    def everything_holds(self) -> None:
        if self.history is not None:
            self.history.run(self.history.proof.hold())

    def teardown(self) -> None:
        with self.stack:
            if self.history is not None:
                PayoutMachine.seen += settle_down(self.history)


def run(
    new_history: NewHistory,
    examples: int,
    steps: int,
    *phases: Phase,
    derandomize: bool = False,
) -> Counter[str]:
    """So many histories of at most so many steps, each in a world of its own; returns what happened in them."""
    PayoutMachine.new_history = staticmethod(new_history)
    PayoutMachine.seen = Counter()
    run_state_machine_as_test(
        PayoutMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=(Phase.generate, *phases),
            derandomize=derandomize,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return PayoutMachine.seen
