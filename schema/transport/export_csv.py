"""Tables as CSV: which columns each export has, and how their values are written."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.csv_text import csv_text
from app.domain.exports import ExportKind, ExportOrder
from app.domain.money import format_units
from app.store.database import ReadSession
from app.store.reads import exports
from schema.ids import IdPrefix, encode_id
from schema.scalars import format_date_time

_LINES = 500
Write = Callable[[Any], str]


class Record(Protocol):
    """A row of the store."""

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Column:
    """name: in the header and of the record's value. write None: an amount in the record's currency."""

    name: str
    write: Write | None = str


@dataclass(slots=True)
class Total:
    """How many lines there were, and what they come to in smallest units."""

    count: int = 0
    units: int = 0

    def add(self, units: int) -> None:
        self.count += 1
        self.units += units


def _id(prefix: IdPrefix) -> Write:
    return lambda value: encode_id(prefix, value)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _columns(*columns: str | tuple[str, Write | None]) -> tuple[Column, ...]:
    return tuple(Column(one) if isinstance(one, str) else Column(*one) for one in columns)


_AT = format_date_time
COLUMNS: dict[ExportKind, tuple[Column, ...]] = {
    ExportKind.INTENTS: _columns(
        ("id", _id(IdPrefix.INTENT)),
        "kind",
        "status",
        "stage",
        "idempotency_key",
        "wallet",
        ("user_id", _id(IdPrefix.USER)),
        ("amount", None),
        "currency",
        "referral_code",
        "terms_version",
        "failure_code",
        "failure_message",
        "created_by",
        ("created_at", _AT),
        ("completed_at", _AT),
        ("settlement_id", _id(IdPrefix.SETTLEMENT)),
        ("tx_hash", _hex),
        ("confirmed_at", _AT),
    ),
    ExportKind.COMMISSIONS: _columns(
        ("id", _id(IdPrefix.COMMISSION)),
        ("affiliate_id", _id(IdPrefix.AFFILIATE)),
        "referral_code",
        "wallet",
        ("settlement_id", _id(IdPrefix.SETTLEMENT)),
        "level",
        "rate_bps",
        "terms_version",
        ("base", None),
        ("amount", None),
        "currency",
        "status",
        ("claws_back", _id(IdPrefix.COMMISSION)),
        ("accrued_at", _AT),
        ("payable_at", _AT),
        ("paid_at", _AT),
        ("executed_tx_hash", _hex),
    ),
    ExportKind.LEDGER: _columns(
        ("journal_id", _id(IdPrefix.LEDGER_TRANSACTION)),
        "kind",
        "reference",
        "description",
        ("effective_at", _AT),
        ("posted_at", _AT),
        "seq",
        "purpose",
        ("debit_account_id", _id(IdPrefix.LEDGER_ACCOUNT)),
        "debit_kind",
        "debit_owner",
        ("credit_account_id", _id(IdPrefix.LEDGER_ACCOUNT)),
        "credit_kind",
        "credit_owner",
        ("amount", None),
        "currency",
    ),
    ExportKind.PAYOUTS: _columns(
        ("id", _id(IdPrefix.PAYOUT)),
        ("batch_id", _id(IdPrefix.PAYOUT_BATCH)),
        "purpose",
        ("affiliate_id", _id(IdPrefix.AFFILIATE)),
        "referral_code",
        "wallet",
        "destination",
        ("amount", None),
        "currency",
        "status",
        "death_reason",
        "safe_nonce",
        ("hash", _hex),
        ("executed_tx_hash", _hex),
        "log_index",
        ("created_at", _AT),
        ("finished_at", _AT),
    ),
}


async def csv_of(session: ReadSession, order: ExportOrder) -> AsyncGenerator[bytes, None]:
    """The header, then portions of lines; at last for each currency how many there are and what they come to."""
    columns = COLUMNS[order.kind]
    decimals = await session.decimals()
    has_money = any(column.name == "amount" for column in columns)
    totals: dict[str | None, Total] = {}
    lines: list[list[str | None]] = [[column.name for column in columns]]
    async for record in exports.rows(session, order.kind, order.filter):
        lines.append([_cell(record, column, decimals) for column in columns])
        units = record["amount"] if has_money else None
        totals.setdefault(None if units is None else record["currency"], Total()).add(units or 0)
        if len(lines) >= _LINES:
            yield csv_text(lines).encode()
            lines = []
    lines += _last_rows(columns, totals or {None: Total()}, decimals)
    yield csv_text(lines).encode()


def _last_rows(
    columns: Sequence[Column], totals: Mapping[str | None, Total], decimals: Mapping[str, int]
) -> Iterator[list[str | None]]:
    """One for each currency, and one for the lines that have no amount, if there are any."""
    for currency in sorted(totals, key=str):
        total = totals[currency]
        shown = {columns[0].name: f"total of {total.count}"}
        if currency is not None:
            shown |= {"amount": format_units(total.units, decimals[currency]), "currency": currency}
        yield [shown.get(column.name) for column in columns]


def _cell(record: Record, column: Column, decimals: Mapping[str, int]) -> str | None:
    value = record[column.name]
    if value is None:
        return None
    if column.write is None:
        return format_units(value, decimals[record["currency"]])
    return column.write(value)
