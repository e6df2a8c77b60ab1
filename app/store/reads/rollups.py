"""What the rollups say of a program: numbers over time, and totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from app.domain.latency import CLASSES, quantile_seconds
from app.domain.states import IntentStatus
from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money, wei
from app.store.rollups.minute_series import kept_from


@dataclass(frozen=True, slots=True)
class StatusCountRow:
    status: str
    count: int


@dataclass(frozen=True, slots=True)
class SeriesPointRow:
    """intents_by_status: how many came into each status in this bucket."""

    at: datetime
    intents_by_status: list[StatusCountRow]
    settled: int
    p50_settlement_seconds: float | None
    p95_settlement_seconds: float | None
    volume: list[MoneyRow]
    commissions: list[MoneyRow]


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """intents_by_status: how many are in each status; with `since`, how many came into it."""

    users: int
    affiliates: int
    intents_by_status: list[StatusCountRow]
    volume: list[MoneyRow]
    commissions: list[MoneyRow]
    median_settlement_seconds: float | None
    p95_settlement_seconds: float | None
    gas_spent: MoneyRow
    gas_budget_remaining: MoneyRow | None


_STATUSES = tuple(status.value for status in IntentStatus)
_POINTS = """
SELECT s.at, s.pending, s.processing, s.confirmed, s.failed, s.latency
  FROM program_series s
 WHERE s.program_id = $1 AND s.bucket = $2 AND s.at >= $3 AND s.at < $4 ORDER BY s.at
"""
_AMOUNTS = """
SELECT s.at, s.currency, s.volume, s.commissions
  FROM program_series_amount s
 WHERE s.program_id = $1 AND s.bucket = $2 AND s.at >= $3 AND s.at < $4 ORDER BY s.at, s.currency
"""
_COUNTERS = "SELECT name, value FROM program_counter WHERE program_id = $1"
_GAS = """
SELECT p.daily_gas_budget_wei AS budget,
       (SELECT coalesce(sum(g.spent_wei), 0) FROM program_gas g
         WHERE g.program_id = p.id AND ($2::date IS NULL OR g.day >= $2)) AS spent,
       (SELECT coalesce(sum(g.spent_wei), 0) FROM program_gas g WHERE g.program_id = p.id AND g.day = $3) AS today
  FROM program p WHERE p.id = $1
"""
_LENGTHS = {
    "MINUTE": timedelta(minutes=1),
    "HOUR": timedelta(hours=1),
    "DAY": timedelta(days=1),
}
_EVER = datetime.fromtimestamp(0, UTC)
_NO_TIMES = [0] * CLASSES


async def many_series(
    session: ReadSession, asked: Sequence[tuple[datetime, datetime, str]]
) -> list[list[SeriesPointRow]]:
    """The series of each (from, to, bucket) that a document asks for."""
    return [await series(session, *one) for one in asked]


async def minutes_kept_from(session: ReadSession, asked: Sequence[None]) -> list[datetime | None]:
    """From when on the program's series has minutes, however often that is asked; None: all there ever were."""
    return [await kept_from(session)] * len(asked)


async def series(
    session: ReadSession, from_at: datetime, to_at: datetime, bucket: str
) -> list[SeriesPointRow]:
    """A point for each bucket (MINUTE, HOUR or DAY, in UTC) that begins in [from_at, to_at), also where nothing was."""
    decimals = await session.decimals()
    scope = (session.program_id, bucket, from_at, to_at)
    found = {record["at"]: record for record in await session.connection.fetch(_POINTS, *scope)}
    amounts: dict[datetime, list[asyncpg.Record]] = {}
    for record in await session.connection.fetch(_AMOUNTS, *scope):
        amounts.setdefault(record["at"], []).append(record)
    return [
        _point(at, found.get(at), amounts.get(at, []), decimals)
        for at in bucket_starts(from_at, to_at, bucket)
    ]


def bucket_starts(from_at: datetime, to_at: datetime, bucket: str) -> list[datetime]:
    """When the buckets begin that begin in [from_at, to_at)."""
    length = _LENGTHS[bucket]
    epoch = datetime.fromtimestamp(0, from_at.tzinfo)
    at = epoch - (epoch - from_at) // length * length
    starts = []
    while at < to_at:
        starts.append(at)
        at += length
    return starts


async def many_statistics(
    session: ReadSession, asked: Sequence[tuple[datetime | None, datetime]]
) -> list[StatisticsRow]:
    """The totals of each (since, now) that a document asks for."""
    return [await statistics(session, *one) for one in asked]


async def statistics(session: ReadSession, since: datetime | None, now: datetime) -> StatisticsRow:
    """Totals of all time, or from the day on in which `since` lies. users and affiliates are always all there are."""
    decimals = await session.decimals()
    first_day = None if since is None else _day(since)
    scope = (session.program_id, "DAY", first_day or _EVER, now)
    days = await session.connection.fetch(_POINTS, *scope)
    amounts = await session.connection.fetch(_AMOUNTS, *scope)
    rows = await session.connection.fetch(_COUNTERS, session.program_id)
    counters = {row["name"]: row["value"] for row in rows}
    gas = await session.connection.fetchrow(_GAS, session.program_id, first_day, _day(now))
    assert gas is not None
    times = add_times([day["latency"] for day in days])
    entered = {name: sum(day[name.lower()] for day in days) for name in _STATUSES}
    return StatisticsRow(
        users=counters.get("users", 0),
        affiliates=counters.get("affiliates", 0),
        intents_by_status=status_counts(counters if since is None else entered),
        volume=sum_by_currency(amounts, "volume", decimals),
        commissions=sum_by_currency(amounts, "commissions", decimals),
        median_settlement_seconds=quantile_seconds(times, 0.5),
        p95_settlement_seconds=quantile_seconds(times, 0.95),
        gas_spent=wei(gas["spent"]),
        gas_budget_remaining=None
        if gas["budget"] is None
        else wei(max(gas["budget"] - gas["today"], 0)),
    )


def status_counts(counts: Mapping[str, int]) -> list[StatusCountRow]:
    """Every status, also those with none."""
    return [StatusCountRow(name, counts.get(name, 0)) for name in _STATUSES]


def add_times(histograms: Sequence[Sequence[int]]) -> list[int]:
    """Settlement times of several buckets together."""
    return [sum(column) for column in zip(_NO_TIMES, *histograms, strict=True)]


def sum_by_currency(
    records: Sequence[asyncpg.Record], column: str, decimals: Mapping[str, int]
) -> list[MoneyRow]:
    """Sums of one column, by currency."""
    sums: dict[str, int] = {}
    for record in records:
        sums[record["currency"]] = sums.get(record["currency"], 0) + record[column]
    return [money(units, currency, decimals) for currency, units in sorted(sums.items())]


def _point(
    at: datetime,
    record: asyncpg.Record | None,
    amounts: Sequence[asyncpg.Record],
    decimals: Mapping[str, int],
) -> SeriesPointRow:
    times = _NO_TIMES if record is None else record["latency"]
    entered = {} if record is None else {name: record[name.lower()] for name in _STATUSES}
    return SeriesPointRow(
        at=at,
        intents_by_status=status_counts(entered),
        settled=sum(times),
        p50_settlement_seconds=quantile_seconds(times, 0.5),
        p95_settlement_seconds=quantile_seconds(times, 0.95),
        volume=sum_by_currency(amounts, "volume", decimals),
        commissions=sum_by_currency(amounts, "commissions", decimals),
    )


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
