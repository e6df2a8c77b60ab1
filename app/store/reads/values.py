"""Values that many rows carry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from app.domain.money import format_units

Row = TypeVar("Row")

NATIVE_CURRENCY = "ETH"
NATIVE_DECIMALS = 18


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """An exact amount: major units as text, and the smallest units."""

    amount: str
    currency: str
    minor: int


def money(units: int, currency: str, decimals: Mapping[str, int]) -> MoneyRow:
    """An amount of a program's currency."""
    return MoneyRow(format_units(units, decimals[currency]), currency, units)


def money_or_none(
    units: int | None, currency: str | None, decimals: Mapping[str, int]
) -> MoneyRow | None:
    """The same where there may be no amount."""
    if units is None or currency is None:
        return None
    return money(units, currency, decimals)


def wei(units: int) -> MoneyRow:
    """An amount of the chain's native currency."""
    return MoneyRow(format_units(units, NATIVE_DECIMALS), NATIVE_CURRENCY, units)


def wei_or_none(units: int | None) -> MoneyRow | None:
    """The same where there may be no amount."""
    return None if units is None else wei(units)


@dataclass(frozen=True, slots=True)
class Slice:
    """What of a sorted list is asked for: up to `limit` rows after `after` (a sort key), from the start when None."""

    limit: int
    after: tuple[object, ...] | None = None

    def key(self, place: int) -> object:
        """One column of the key to start after; None from the start."""
        return None if self.after is None else self.after[place]


def by_parent(
    records: Sequence[asyncpg.Record], parents: int, row: Callable[[asyncpg.Record], Row]
) -> list[list[Row]]:
    """Rows of many parents, a list for each: the column n says whose, counted from 1."""
    found: list[list[Row]] = [[] for _ in range(parents)]
    for record in records:
        found[record["n"] - 1].append(row(record))
    return found
