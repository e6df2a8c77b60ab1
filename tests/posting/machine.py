"""What can happen to the books, in any order, and what must hold after each step."""

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

from app.domain.postings import MovementDirection
from app.domain.states import AffiliateStatus
from app.domain.terms import TermsText
from app.services.findings.transaction_findings import FoundItem
from tests.posting.changing_books import ChangingBooks
from tests.posting.model import Model, Owed
from tests.services.world import wallet

ANY_TERMS = st.builds(
    TermsText,
    commission_levels_bps=st.lists(st.integers(0, 2500), max_size=3).map(tuple),
    platform_fee_bps=st.integers(0, 2500),
    registration_earns_commission=st.booleans(),
    holding_period_days=st.integers(0, 60),
)
ANY_AMOUNT = st.one_of(st.integers(1, 50), st.integers(1, 10**12))
PART = st.one_of(st.none(), ANY_AMOUNT)


class PostingMachine(RuleBasedStateMachine):
    books: ChangingBooks
    all_posted: ClassVar[int] = 0
    all_reversed: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()

    @initialize(
        terms=ANY_TERMS,
        depth=st.integers(1, 4),
        paid=st.lists(st.tuples(ANY_AMOUNT, PART), min_size=2, max_size=3),
    )
    def open(self, terms: TermsText, depth: int, paid: list[tuple[int, int | None]]) -> None:
        """A program with one branch and one user below it, whose payments are taken back in part or whole."""
        self.books.open(terms)
        self.model.terms.append(terms)
        lowest: int | None = None
        for _ in range(depth):
            lowest = self._add_affiliate(lowest)
        payer = wallet()
        self._ask(payer, 0, registration=True, referrer=lowest)
        self._post([self.model.waiting.pop()], [])
        for amount, taken_back in paid:
            self._ask(payer, amount, registration=False, referrer=lowest)
            self._post([self.model.waiting.pop()], [])
            self.reverse(choice=0, wanted=[taken_back])

    @rule(choice=st.integers(0, 100))
    def add_affiliate(self, choice: int) -> None:
        known: list[int | None] = [
            one for one, status in self.model.status.items() if status is AffiliateStatus.ACTIVE
        ]
        self._add_affiliate([*known, None][choice % (len(known) + 1)])

    @precondition(lambda self: self.model.status)
    @rule(choice=st.integers(0, 100), status=st.sampled_from(["ACTIVE", "SUSPENDED"]))
    def change_status(self, choice: int, status: str) -> None:
        affiliate = list(self.model.status)[choice % len(self.model.status)]
        if self.model.status[affiliate] is AffiliateStatus.TERMINATED:
            return
        self.books.set_status(affiliate, AffiliateStatus(status))
        self.model.status[affiliate] = AffiliateStatus(status)

    @rule(terms=ANY_TERMS)
    def change_terms(self, terms: TermsText) -> None:
        version = self.books.set_terms(terms)
        self.model.terms.append(terms)
        assert version == len(self.model.terms)

    @rule(choice=st.integers(0, 100), fee=st.one_of(st.just(0), ANY_AMOUNT))
    def ask_registration(self, choice: int, fee: int) -> None:
        known = [None, *self.model.status]
        referrer = known[choice % len(known)]
        self._ask(wallet(), fee, registration=True, referrer=referrer)

    @precondition(lambda self: self.model.users)
    @rule(choice=st.integers(0, 100), amounts=st.lists(ANY_AMOUNT, min_size=1, max_size=6))
    def ask_payments(self, choice: int, amounts: list[int]) -> None:
        address = list(self.model.users)[choice % len(self.model.users)]
        for amount in amounts:
            self._ask(address, amount, registration=False, referrer=self.model.users[address])

    @precondition(lambda self: self.model.waiting)
    @rule(
        part=st.integers(1, 8),
        strays=st.lists(st.tuples(ANY_AMOUNT, st.sampled_from(MovementDirection)), max_size=2),
        twice=st.booleans(),
    )
    def post_block(
        self, part: int, strays: list[tuple[int, MovementDirection]], *, twice: bool
    ) -> None:
        owed, self.model.waiting = self.model.waiting[:part], self.model.waiting[part:]
        self._post(owed, strays, twice=twice)

    @precondition(lambda self: any(one.rest for one in self.model.paid))
    @rule(choice=st.integers(0, 100), wanted=st.lists(PART, min_size=1, max_size=4))
    def reverse(self, choice: int, wanted: list[int | None]) -> None:
        """Parts of one payment, often all that is left of it."""
        open_ones = [one for one in self.model.paid if one.rest]
        paid = open_ones[choice % len(open_ones)]
        for part in wanted:
            if paid.rest:
                units = paid.rest if part is None else min(part, paid.rest)
                self.books.reverse(paid.asked, None if part is None else units)
                self.model.reverse(paid, units)
                PostingMachine.all_reversed += 1
        assert not self.books.violations()

    @precondition(lambda self: self.model.paid)
    @rule(days=st.integers(0, 60))
    def mature(self, days: int) -> None:
        self.books.mature(days)

    @precondition(lambda self: self.model.parents)
    @rule(choice=st.integers(0, 100), below=st.integers(0, 100))
    def move_branch(self, choice: int, below: int) -> None:
        """What was asked for before keeps its upline."""
        known = list(self.model.parents)
        moved, parent = known[choice % len(known)], [*known, None][below % (len(known) + 1)]
        if moved in self.model.upline(parent) or self._is_terminated(parent):
            return
        self.books.move(moved, parent, self.model.codes)
        self.model.parents[moved] = parent

    @precondition(lambda self: self.model.status)
    @rule(choice=st.integers(0, 100))
    def terminate(self, choice: int) -> None:
        """For good, and its balance with it; what is reversed afterwards is written off by the next turn."""
        affiliate = list(self.model.status)[choice % len(self.model.status)]
        self.books.set_status(affiliate, AffiliateStatus.TERMINATED)
        self.model.status[affiliate] = AffiliateStatus.TERMINATED
        balance = self.model.balances["AFFILIATE", affiliate]
        if balance:
            self.books.adjust(affiliate)
            self.model.balances["AFFILIATE", affiliate] -= balance
            self.model.balances["PROGRAM", 0] += balance
            assert not self.books.violations()

    @precondition(lambda self: self.model.posted)
    @rule()
    def consume_again(self) -> None:
        self.books.rewind()
        self.books.post([])

    @invariant()
    def the_books_are_the_models(self) -> None:
        if not self.model.terms:
            return
        expected = {account: units for account, units in self.model.balances.items() if units}
        assert self.books.balances() == expected

    def teardown(self) -> None:
        if not self.model.terms:
            return
        while self.model.waiting:
            self._post(self.model.waiting[:8], [])
            del self.model.waiting[:8]
        self.the_books_are_the_models()

    def _is_terminated(self, affiliate: int | None) -> bool:
        return affiliate is not None and self.model.status[affiliate] is AffiliateStatus.TERMINATED

    def _add_affiliate(self, parent: int | None) -> int:
        made = self.books.affiliate(parent, self.model.codes)
        self.model.parents[made] = parent
        self.model.status[made] = AffiliateStatus.ACTIVE
        return made

    def _post(
        self,
        owed: list[Owed],
        strays: list[tuple[int, MovementDirection]],
        *,
        twice: bool = False,
    ) -> None:
        self.books.block += 1
        items: list[FoundItem] = [
            self.books.settled_item(one.asked, 10 * place) for place, one in enumerate(owed)
        ]
        for place, (amount, direction) in enumerate(strays, len(owed)):
            items.append(self.books.stray(amount, 10 * place, direction))
            self._expect_stray(amount, direction)
        for one in owed:
            self.model.post(one, self.books.user_of(one.asked.wallet))
        self.model.posted += len(owed)
        PostingMachine.all_posted += len(owed)
        assert self.books.post(items, completes_block=not twice)
        if twice:
            # The watcher ended before it noted the block: all of it comes again, and then once more too often.
            self.books.post(items)
        assert not self.books.post(items)
        assert not self.books.violations()

    def _ask(self, address: str, amount: int, *, registration: bool, referrer: int | None) -> None:
        asked = self.books.accept(
            address,
            amount,
            len(self.model.terms),
            registration=registration,
            referrer=referrer if registration else None,
        )
        upline = self.model.upline(referrer)
        self.model.waiting.append(Owed(asked, self.model.terms[-1], upline, referrer))

    def _expect_stray(self, amount: int, direction: MovementDirection) -> None:
        came = direction is MovementDirection.IN
        self.model.balances["DEPOSIT" if came else "PAID_OUT", 0] -= amount if came else -amount
        self.model.balances["SUSPENSE", 0] += amount if came else -amount


def run(books: ChangingBooks, examples: int, steps: int, *phases: Phase) -> None:
    PostingMachine.books = books
    run_state_machine_as_test(
        PostingMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=(Phase.explicit, Phase.reuse, Phase.generate, *phases),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
