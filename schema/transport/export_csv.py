"""Tables as CSV: the rows of an export, and what they come to."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domain.csv_text import csv_text
from app.domain.exports import ExportKind, ExportOrder
from app.domain.money import format_units
from app.store.database import ReadSession
from app.store.reads import exports
from schema.transport.export_columns import COLUMNS, Column
from schema.transport.export_statement import sums_of_statement

_LINES = 500


class Record(Protocol):
    """A row of the store."""

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(slots=True)
class Total:
    """How many lines there were, and what each summed column comes to in smallest units."""

    count: int = 0
    units: dict[str, int] = field(default_factory=dict)

    def add(self, units: Mapping[str, int]) -> None:
        self.count += 1
        for name, more in units.items():
            self.units[name] = self.units.get(name, 0) + more


async def csv_of(session: ReadSession, order: ExportOrder) -> AsyncGenerator[bytes, None]:
    """The header, then portions of lines; at last for each currency how many there are and what they come to."""
    columns = COLUMNS[order.kind]
    decimals = await session.decimals()
    totals: dict[str | None, Total] = {}
    lines: list[list[str | None]] = [[column.name for column in columns]]
    async for record in exports.rows(session, order.kind, order.filter):
        lines.append([_cell(record, column, decimals) for column in columns])
        units = _units(record, columns)
        totals.setdefault(record["currency"] if units else None, Total()).add(units)
        if len(lines) >= _LINES:
            yield csv_text(lines).encode()
            lines = []
    lines += _last_rows(columns, totals or {None: Total()}, decimals)
    if order.kind is ExportKind.STATEMENT:
        lines += _placed(columns, await sums_of_statement(session, order.filter))
    yield csv_text(lines).encode()


def _units(record: Record, columns: Sequence[Column]) -> dict[str, int]:
    """The amounts of a line that are summed; empty where it has none."""
    found = {column.name: record[column.name] for column in columns if column.summed}
    return {name: units for name, units in found.items() if units is not None}


def _last_rows(
    columns: Sequence[Column], totals: Mapping[str | None, Total], decimals: Mapping[str, int]
) -> Iterator[list[str | None]]:
    """One for each currency, and one for the lines that have no amount, if there are any."""
    for currency in sorted(totals, key=str):
        total = totals[currency]
        shown = {columns[0].name: f"total of {total.count}"}
        if currency is not None:
            sums = {
                name: format_units(units, decimals[currency]) for name, units in total.units.items()
            }
            shown |= sums | {"currency": currency}
        yield from _placed(columns, [shown])


def _placed(
    columns: Sequence[Column], rows: Sequence[Mapping[str, str]]
) -> Iterator[list[str | None]]:
    """Cells by the names of their columns, each in its place."""
    return ([row.get(column.name) for column in columns] for row in rows)


def _cell(record: Record, column: Column, decimals: Mapping[str, int]) -> str | None:
    value = record[column.name]
    if value is None:
        return None
    if column.write is None:
        return format_units(value, decimals[record["currency"]])
    return column.write(value)
