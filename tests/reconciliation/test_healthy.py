"""A healthy program is never accused, however busy it is and however far behind its followers are."""

import asyncio
from random import Random
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from app.domain.reconciliation import RunStatus
from app.store.database import Database
from tests.chain_proof.conftest import chain, deployment, proving, settling_world, watching_world
from tests.chain_proof.proving import Proving
from tests.payouts.conftest import new_history
from tests.payouts.history_machine import PayoutMachine
from tests.payouts.payout_history import NewHistory
from tests.posting.machine import PostingMachine
from tests.reconciliation.busy import Busy
from tests.reconciliation.busy_chain import BusyChain
from tests.reconciliation.payouts import look_at_books
from tests.reconciliation.reconciled import Reconciled

__all__ = [
    "chain",
    "deployment",
    "new_history",
    "proving",
    "settling_world",
    "watching_world",
]


class ReconcilingMachine(PostingMachine):
    """Looks after each step; rollups and seals follow when they like."""

    lived: ClassVar[Reconciled]
    runs: ClassVar[int] = 0

    @rule()
    def follow(self) -> None:
        self.lived.follow()

    @invariant()
    def nothing_is_found(self) -> None:
        if self.model.terms:
            ReconcilingMachine.runs += 1
            assert self.lived.run(whole=self.runs % 2 == 0) == (RunStatus.CLEAN, [])


def _live(reconciled: Reconciled, examples: int, steps: int) -> None:
    ReconcilingMachine.lived = reconciled
    PostingMachine.books = reconciled.books
    ReconcilingMachine.runs = 0
    run_state_machine_as_test(
        ReconcilingMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_books_are_clean_after_each_step(reconciled: Reconciled) -> None:
    _live(reconciled, 2, 10)
    assert ReconcilingMachine.runs > 10


@pytest.mark.long
def test_long_random_books_are_clean_after_each_step(reconciled: Reconciled) -> None:
    _live(reconciled, 10, 40)
    assert ReconcilingMachine.runs > 200


def _busy(
    pools: tuple[asyncio.Runner, list[Database]],
    reconciled: Reconciled,
    runs: int,
    pause_seconds: float = 0.02,
    least: int = 0,
) -> dict[str, int]:
    busy = Busy(reconciled, Random(7), pause_seconds)
    pools[0].run(busy.run(runs, least))
    return busy.done


def test_runs_amid_everything_find_nothing(
    pools: tuple[asyncio.Runner, list[Database]], reconciled: Reconciled
) -> None:
    done = _busy(pools, reconciled, 20)
    assert min(done.get(one, 0) for one in ("accept", "settle", "reverse", "move", "follow")) > 1


@pytest.mark.long
def test_hundreds_of_runs_amid_everything_find_nothing(
    pools: tuple[asyncio.Runner, list[Database]], reconciled: Reconciled
) -> None:
    # What happens at leisure keeps the program small, and the runs many.
    done = _busy(pools, reconciled, 300, pause_seconds=1.0, least=10)
    assert min(done.values()) > 9


@pytest.mark.long
async def test_a_thousand_runs_with_the_chain_amid_everything_find_nothing(
    proving: Proving,
) -> None:
    busy = BusyChain(proving, Random(7))
    await busy.run(1_000)
    assert busy.looked == 1_000
    assert min(busy.done[one] for one in ("pay", "register", "reverse", "pay_out", "withdraw")) > 6


class ReconcilingPayouts(PayoutMachine):
    """Payouts, whatever becomes of them: what the books say of themselves agrees after each step."""

    @invariant()
    def nothing_is_found(self) -> None:
        if self.history is not None:
            assert look_at_books(self.history) == []


@pytest.mark.long
def test_random_payouts_are_clean_after_each_step(new_history: NewHistory) -> None:
    ReconcilingPayouts.new_history = new_history
    run_state_machine_as_test(
        ReconcilingPayouts,
        settings=settings(
            max_examples=2,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
