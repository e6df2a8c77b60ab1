"""Random events of random charges against the real database, with the model of tests/providers/machine.py beside it."""

import asyncio

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.databases import Database
from tests.invariants import assert_invariants
from tests.providers.machine import Payments


def run(database: Database, examples: int, steps: int, *more: Phase) -> None:
    Payments.dsn, Payments.settled, Payments.more, Payments.credited_late = database, 0, 0, 0
    run_state_machine_as_test(
        Payments,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, *more),
        ),
    )
    asyncio.run(_check(database))
    # A generator that hardly ever pays would prove nothing.
    assert Payments.settled > examples
    assert Payments.more > 0
    assert Payments.credited_late > 0


async def _check(database: Database) -> None:
    admin = await asyncpg.connect(database.superuser_dsn)
    try:
        await assert_invariants(admin)
    finally:
        await admin.close()


@pytest.mark.long
def test_random_payments(module_database: Database) -> None:
    run(module_database, examples=12, steps=25)


@pytest.mark.long
def test_many_random_payments(module_database: Database) -> None:
    run(module_database, 120, 40, Phase.shrink)
