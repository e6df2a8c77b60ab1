"""Minutes of series that are not kept any more: a run is clean without them, and finds what is wrong of their hours."""

from datetime import datetime, timedelta

import pytest

from app.domain.reconciliation import RunStatus
from app.processes.keep_house import keep_minutes
from app.processes.rebuild_rollups import rebuild_between
from tests.reconciliation.reconciled import Reconciled

_KEPT_FROM = "SELECT kept_from FROM minute_series WHERE program_id = $1"
_OLD = """
SELECT (SELECT count(*) FROM program_series WHERE program_id = $1 AND bucket = $2 AND at < $3) AS series,
       (SELECT count(*) FROM program_series_amount WHERE program_id = $1 AND bucket = $2 AND at < $3) AS amounts
"""
# These books' clock is ahead of the server's, by which the database says what is still to come.
_AHEAD = "ALTER POLICY worker_keeps_what_comes ON minute_series WITH CHECK ({})"
# The oldest, which lies a month back; the first sets it wrong and the second right again.
_OLDEST = "WHERE program_id = $1 AND bucket = '{}' AND at = (SELECT min(at) FROM {} WHERE program_id = $1 AND bucket = '{}')"
_WRONG = {
    "program_series": ("confirmed = confirmed + 1", "confirmed = confirmed - 1"),
    "program_series_amount": ("volume = volume + 1", "volume = volume - 1"),
    "program_series.latency": ("latency[3] = latency[3] + 1", "latency[3] = latency[3] - 1"),
}


def _prune(reconciled: Reconciled) -> datetime:
    """A month after all that was; returns from when on minutes are kept."""
    books = reconciled.books
    books.now += timedelta(days=30)
    books.runner.run(_keep(reconciled))
    kept_from: datetime = reconciled.fetch(_KEPT_FROM, reconciled.program)[0]["kept_from"]
    return kept_from


async def _keep(reconciled: Reconciled) -> None:
    books = reconciled.books
    async with books.admin.pool.acquire() as superuser:
        await superuser.execute(_AHEAD.format("true"))
        await keep_minutes(books.worker, books.world.bells, lambda: books.now)
        await superuser.execute(_AHEAD.format("kept_from <= now()"))


def _old(reconciled: Reconciled, bucket: str, before: datetime) -> tuple[int, int]:
    return tuple(reconciled.fetch(_OLD, reconciled.program, bucket, before)[0].values())


def _bend(reconciled: Reconciled, table: str, change: str, bucket: str) -> None:
    name = table.partition(".")[0]
    where = _OLDEST.format(bucket, name, bucket)
    reconciled.plant(f"UPDATE {name} SET {change} {where} RETURNING at")


def test_a_run_is_clean_without_them_and_newer_ones_are_kept(reconciled: Reconciled) -> None:
    kept_from = _prune(reconciled)
    reconciled.pay(3_000_000)
    reconciled.follow()
    assert _old(reconciled, "MINUTE", kept_from) == (0, 0)
    assert min(_old(reconciled, "HOUR", kept_from)) > 0
    later = reconciled.books.now + timedelta(minutes=1)
    assert min(_old(reconciled, "MINUTE", later)) > 0
    assert reconciled.run() == (RunStatus.CLEAN, [])


@pytest.mark.parametrize("bucket", ["HOUR", "DAY"])
def test_a_wrong_hour_or_day_from_before_is_found(reconciled: Reconciled, bucket: str) -> None:
    _prune(reconciled)
    for table, (wrong, right) in _WRONG.items():
        _bend(reconciled, table, wrong, bucket)
        assert reconciled.found() == [("ROLLUP_DRIFT", table)]
        _bend(reconciled, table, right, bucket)
        assert reconciled.found() == []


def test_a_wrong_minute_from_after_is_found(reconciled: Reconciled) -> None:
    _prune(reconciled)
    reconciled.pay(3_000_000)
    reconciled.follow()
    for table, (wrong, _) in _WRONG.items():
        _bend(reconciled, table, wrong, "MINUTE")
        assert ("ROLLUP_DRIFT", table) in reconciled.found()


def test_what_is_told_late_and_a_rebuild_bring_none_back(reconciled: Reconciled) -> None:
    """Events of weeks that wait for the consumer: it adds to minutes that are gone, which nobody relies on."""
    reconciled.pay(3_000_000)
    kept_from = _prune(reconciled)
    # Seals wait as well, and for too long.
    assert {kind for kind, _ in reconciled.found()} == {"SEAL_BROKEN"}
    reconciled.follow()
    assert min(_old(reconciled, "MINUTE", kept_from)) > 0
    assert reconciled.run() == (RunStatus.CLEAN, [])
    books = reconciled.books
    made = rebuild_between(
        books.worker, books.world.bells, lambda: books.now, reconciled.program, "a test"
    )
    books.runner.run(made)
    assert _old(reconciled, "MINUTE", kept_from) == (0, 0)
    assert reconciled.run() == (RunStatus.CLEAN, [])
