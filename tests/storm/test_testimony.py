"""The comparisons at the end of the storm notice one event, one message or one settlement that is missing or too much."""

from dataclasses import replace

import pytest

from tests.storm.testimony import Recorded, of_intents, of_receiver, of_subscriber, of_wallets
from tests.storm.witnesses import Seen

INTENTS = [f"intent {number}" for number in range(4)]
HEARD = [
    Seen(10 * (1 + place), "INTENT", name, intent, 0.0)
    for place, (intent, name) in enumerate(
        (intent, name) for intent in INTENTS for name in ("intent.accepted", "intent.confirmed")
    )
]
RECORD: list[Recorded] = [(one.position, one.type, one.name) for one in HEARD]
EACH = range(len(HEARD))


def test_nothing_is_said_of_what_is_complete() -> None:
    assert of_subscriber(RECORD, HEARD) == []
    assert of_receiver(RECORD, [*reversed(HEARD), HEARD[2]]) == []
    assert of_intents(INTENTS, HEARD) == []
    assert of_wallets({"a": 7}, {"a": 7}) == []


@pytest.mark.parametrize("place", EACH)
def test_one_event_that_is_missing_or_too_much_is_noticed(place: int) -> None:
    without, again = HEARD[:place] + HEARD[place + 1 :], [*HEARD, HEARD[place]]
    assert of_subscriber(RECORD, without)
    assert of_subscriber(RECORD, again)
    assert of_subscriber(RECORD, [*without, HEARD[place]]) or place == len(HEARD) - 1
    assert of_subscriber([row for row in RECORD if row[0] != HEARD[place].position], HEARD)
    assert of_intents(INTENTS, without)
    assert of_intents(INTENTS, again)


@pytest.mark.parametrize("place", EACH)
def test_one_message_that_was_not_delivered_is_noticed(place: int) -> None:
    assert of_receiver(RECORD, HEARD[:place] + HEARD[place + 1 :])
    assert of_receiver(RECORD, [*HEARD, replace(HEARD[place], position=5)])


@pytest.mark.parametrize("units", [6, 8, 0])
def test_one_payment_that_was_taken_twice_or_not_at_all_is_noticed(units: int) -> None:
    assert of_wallets({"a": 7, "b": 3}, {"a": units, "b": 3})
