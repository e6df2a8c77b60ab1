"""Which columns each export that is a table has, and how their values are written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.domain.exports import ExportKind
from schema.ids import IdPrefix, encode_entity, encode_id
from schema.scalars import format_date_time

Write = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Column:
    """name: in the header and of the record's value. write None: an amount in the record's currency; summed: the last
    rows say what it comes to.
    """

    name: str
    write: Write | None = str
    summed: bool = False


def _id(prefix: IdPrefix) -> Write:
    return lambda value: encode_id(prefix, value)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _entity(value: str) -> str:
    return encode_entity(value) or ""


def _sum(name: str) -> Column:
    return Column(name, None, summed=True)


def _columns(*columns: str | Column | tuple[str, Write | None]) -> tuple[Column, ...]:
    return tuple(
        one if isinstance(one, Column) else Column(one) if isinstance(one, str) else Column(*one)
        for one in columns
    )


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
        _sum("amount"),
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
        _sum("amount"),
        "currency",
        "status",
        ("claws_back", _id(IdPrefix.COMMISSION)),
        ("accrued_at", _AT),
        ("payable_at", _AT),
        ("paid_at", _AT),
        ("executed_tx_hash", _hex),
    ),
    ExportKind.AFFILIATES: _columns(
        ("id", _id(IdPrefix.AFFILIATE)),
        "referral_code",
        "display_name",
        "parent_code",
        "depth",
        "wallet",
        "status",
        ("created_at", _AT),
        "members",
        "referred_users",
        # Of the whole branch, so of whoever is above too: it adds up to nothing.
        ("volume", None),
        _sum("earned"),
        "currency",
    ),
    ExportKind.STATEMENT: _columns(
        ("transaction_id", _id(IdPrefix.LEDGER_TRANSACTION)),
        "kind",
        "reference",
        "description",
        ("effective_at", _AT),
        ("posted_at", _AT),
        "seq",
        "purpose",
        _sum("amount"),
        ("balance_after", None),
        "currency",
    ),
    ExportKind.ACCOUNTS: _columns(
        ("id", _id(IdPrefix.LEDGER_ACCOUNT)),
        "kind",
        ("affiliate_id", _id(IdPrefix.AFFILIATE)),
        "referral_code",
        ("user_id", _id(IdPrefix.USER)),
        "wallet",
        _sum("debits"),
        _sum("credits"),
        _sum("balance"),
        "currency",
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
        _sum("amount"),
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
        _sum("amount"),
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
    ExportKind.DISCREPANCIES: _columns(
        ("id", _id(IdPrefix.DISCREPANCY)),
        "kind",
        "severity",
        ("entity_id", _entity),
        "expected",
        "actual",
        "message",
        ("opened_at", _AT),
        ("resolved_at", _AT),
        "resolved_by",
        "note",
        ("posting_id", _id(IdPrefix.LEDGER_TRANSACTION)),
        ("run_id", _id(IdPrefix.RECONCILIATION_RUN)),
    ),
}
"""Of each table, in the order of its cells."""
