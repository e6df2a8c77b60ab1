"""Ledger accounts with their sums, and snapshots of those sums."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
)

from app.store.tables.row import INSTANT, UNITS, Row, key, optional, required


class Account(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "id"),
        UniqueConstraint("program_id", "public_id"),
        UniqueConstraint("program_id", "currency", "kind", "owner_id"),
        ForeignKeyConstraint(
            ["program_id", "currency"], ["program_currency.program_id", "program_currency.code"]
        ),
        CheckConstraint(
            "kind IN ('USER', 'DEPOSIT', 'PROGRAM', 'AFFILIATE', 'REFUND', 'PAYOUT_IN_FLIGHT', 'PAID_OUT', 'PROVIDER', 'PLATFORM', 'SUSPENSE')"
        ),
        CheckConstraint("debits >= 0"),
        CheckConstraint("credits >= 0"),
        CheckConstraint("(kind IN ('USER', 'AFFILIATE', 'REFUND')) = (owner_id <> 0)"),
        CheckConstraint(
            "limit_side IS NULL OR (limit_side = 1 AND debits <= credits) OR (limit_side = 2 AND credits <= debits)",
            name="account_limit",
        ),
        {"postgresql_with": {"fillfactor": 50}},
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: int = key(BigInteger, Identity(always=True))
    public_id: UUID = required(Uuid, default="gen_random_uuid()")
    currency: str = required(Text)
    kind: str = required(Text)
    owner_id: int = required(BigInteger, default="0")
    debits: int = required(UNITS, default="0")
    credits: int = required(UNITS, default="0")
    limit_side: int | None = optional(
        SmallInteger,
        # As PostgreSQL prints it: alembic compares texts.
        Computed(
            "CASE WHEN kind = ANY (ARRAY['REFUND'::text, 'PAYOUT_IN_FLIGHT'::text]) THEN 1 ELSE NULL::integer END",
            persisted=True,
        ),
    )
    version: int = required(BigInteger, default="0")
    created_at: datetime = required(INSTANT)


class AccountSnapshot(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "account_id"], ["account.program_id", "account.id"]),
    )

    program_id: int = key(BigInteger)
    account_id: int = key(BigInteger)
    journal_id: int = key(BigInteger)
    debits: int = required(UNITS)
    credits: int = required(UNITS)
