"""Whether a treasury covers what will be due: the first day on which it does not."""

from datetime import UTC, datetime, timedelta

from app.domain.coverage import first_shortfall

TODAY = datetime(2026, 11, 22, tzinfo=UTC)


def days(*amounts: int) -> list[tuple[datetime, int]]:
    return [(TODAY + timedelta(days=place), amount) for place, amount in enumerate(amounts)]


def test_enough_is_no_shortfall() -> None:
    assert first_shortfall(6, days(1, 2, 3)) is None
    assert first_shortfall(0, []) is None


def test_the_first_day_that_is_not_covered() -> None:
    assert first_shortfall(5, days(1, 2, 3, 4)) == TODAY + timedelta(days=2)
    assert first_shortfall(0, days(1)) == TODAY


def test_a_clawback_makes_room_for_later_days_only() -> None:
    assert first_shortfall(5, days(-1, 6)) is None
    assert first_shortfall(5, days(6, -1)) == TODAY
