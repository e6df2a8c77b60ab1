"""Alerts open once and are over once, however their condition flickers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.health.condition import AlertName, AlertSeverity, Condition
from app.domain.health.lifecycle import KnownAlert, MessageKind, compare

_START = datetime(2026, 11, 22, tzinfo=UTC)
_ID = UUID(int=1)
_EACH = timedelta(seconds=10)
_WARNING, _CRITICAL = AlertSeverity.WARNING, AlertSeverity.CRITICAL


def _condition(severity: AlertSeverity, name: AlertName = AlertName.QUEUE_DEEP) -> Condition:
    return Condition(name, "settle", severity, "It is deep.")


def _play(
    looks: list[AlertSeverity | None],
    *,
    name: AlertName = AlertName.QUEUE_DEEP,
    telling: bool = True,
) -> list[tuple[int, MessageKind]]:
    """What is told, at which look, when the condition holds like this at looks 10 s apart."""
    alert: KnownAlert | None = None
    told: list[tuple[int, MessageKind]] = []
    for number, severity in enumerate(looks):
        now = _START + number * _EACH
        holding = [] if severity is None else [_condition(severity, name)]
        if alert is None and severity is not None:
            alert = KnownAlert(
                _ID, name.value, "settle", severity, "It is deep.", now, now, None, None
            )
        changes = compare([] if alert is None else [alert], holding, now, telling=telling)
        told += [(number, one.kind) for one in changes.tellings]
        if alert is None:
            continue
        for _, condition in changes.seen:
            alert = replace(alert, last_seen_at=now, severity=condition.severity)
        if changes.opened:
            alert = replace(alert, opened_at=now)
        if changes.tellings:
            alert = replace(alert, told_at=now)
        if changes.resolved or changes.forgotten:
            alert = None
    return told


def test_it_is_told_once_and_resolved_once() -> None:
    told = _play([_WARNING] * 5 + [None] * 10)
    assert told == [(2, MessageKind.OPENED), (10, MessageKind.RESOLVED)]


def test_a_flicker_is_told_of_never_or_once() -> None:
    assert _play([_WARNING, None, None, None, None, None, None, None]) == []
    flickering: list[AlertSeverity | None] = [_WARNING, None, None] * 20
    assert _play(flickering) == [(3, MessageKind.OPENED)]


def test_facts_are_told_at_the_first_look() -> None:
    assert _play([_CRITICAL] * 3, name=AlertName.LEDGER_DRIFT) == [(0, MessageKind.OPENED)]


def test_getting_worse_is_told_and_getting_better_is_not() -> None:
    told = _play([_WARNING] * 4 + [_CRITICAL] * 3 + [_WARNING] * 3)
    assert told == [(2, MessageKind.OPENED), (4, MessageKind.WORSE)]


def test_an_open_one_is_reminded_of_once_a_day() -> None:
    day = int(timedelta(days=1) / _EACH)
    told = _play([_WARNING] * (2 * day + 10))
    assert [kind for _, kind in told] == [
        MessageKind.OPENED,
        MessageKind.REMINDER,
        MessageKind.REMINDER,
    ]


def test_nothing_is_told_without_a_receiver() -> None:
    assert _play([_CRITICAL] * 9 + [None] * 9, telling=False) == []


@given(st.lists(st.sampled_from([None, _WARNING, _CRITICAL]), max_size=80))
def test_whatever_happens_openings_and_endings_take_turns(
    looks: list[AlertSeverity | None],
) -> None:
    kinds = [kind for _, kind in _play(looks + [None] * 10)]
    turns = [kind for kind in kinds if kind in {MessageKind.OPENED, MessageKind.RESOLVED}]
    assert turns == [MessageKind.OPENED, MessageKind.RESOLVED] * (len(turns) // 2)
    assert not kinds or kinds[-1] is MessageKind.RESOLVED
