"""Whatever clients, people and workers do to intents in whatever order: the tables say what a small model says."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.databases import Database as OwnDatabase
from tests.services.intent_machine import Intents
from tests.services.intent_model import Tally


def _attack(database: OwnDatabase, examples: int, steps: int) -> Tally:
    tally = Tally()

    class Machine(Intents):
        pass

    Machine.dsn, Machine.tally = database, tally
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return tally


def test_intents_follow_the_model(database: OwnDatabase) -> None:
    tally = _attack(database, examples=8, steps=20)
    assert tally.accepted * 10 >= tally.asked


@pytest.mark.long
def test_intents_follow_the_model_for_long(database: OwnDatabase) -> None:
    tally = _attack(database, examples=100, steps=50)
    assert tally.accepted * 20 >= tally.asked
    assert tally.revived >= 3
    assert tally.seen >= {"IDEMPOTENCY_CONFLICT", "ALREADY_EXISTS", "SELF_REFERRAL"}
