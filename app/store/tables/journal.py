"""Business events of the ledger, the transfers they consist of, and the instants of their stretches; append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Sequence,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import INSTANT, METADATA, UNITS, Row, key, optional, required

# Its own sequence: the posting function takes a call's ids before it writes the journals.
JOURNAL_ID = Sequence("journal_id_seq", data_type=BigInteger, metadata=METADATA)


class Journal(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "kind", "reference"),
        UniqueConstraint("program_id", "public_id"),
        ForeignKeyConstraint(["program_id", "reverses"], ["journal.program_id", "journal.id"]),
        CheckConstraint(
            "kind IN ('SETTLEMENT', 'PAYOUT_HOLD', 'PAYOUT_RELEASE', 'PAYOUT', 'DEPOSIT', 'WITHDRAWAL', 'ADJUSTMENT', 'REVERSAL')"
        ),
        Index("journal_effective", "program_id", "effective_at", "id"),
        Index(
            "journal_reverses",
            "program_id",
            "reverses",
            postgresql_where=text("reverses IS NOT NULL"),
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: int = key(BigInteger, default="nextval('journal_id_seq')")
    public_id: UUID = required(Uuid)
    kind: str = required(Text)
    reference: str = required(Text(collation="C"))
    reverses: int | None = optional(BigInteger)
    description: str | None = optional(Text)
    effective_at: datetime = required(INSTANT)
    posted_at: datetime = required(INSTANT)


class Transfer(Row, table=True):
    __table_args__ = (
        CheckConstraint("amount > 0"),
        CheckConstraint("debit_account_id <> credit_account_id"),
        Index("transfer_credit", "program_id", "credit_account_id", "journal_id", "seq"),
        Index("transfer_debit", "program_id", "debit_account_id", "journal_id", "seq"),
        Index(
            "transfer_given_back",
            "program_id",
            "credit_account_id",
            "journal_id",
            postgresql_where=text(
                "purpose NOT IN ('payment', 'registration_fee', 'platform_fee', 'commission')"
            ),
        ),
    )

    program_id: int = key(BigInteger)
    journal_id: int = key(BigInteger)
    seq: int = key(Integer)
    purpose: str = required(Text)
    currency: str = required(Text)
    debit_account_id: int = required(BigInteger)
    credit_account_id: int = required(BigInteger)
    amount: int = required(UNITS)


class JournalStretch(Row, table=True):
    __table_args__ = (CheckConstraint("after < through AND earliest <= latest"),)

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    through: int = key(BigInteger)
    after: int = required(BigInteger)
    earliest: datetime = required(INSTANT)
    latest: datetime = required(INSTANT)


class StretchSum(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "through"], ["journal_stretch.program_id", "journal_stretch.through"]
        ),
    )

    program_id: int = key(BigInteger)
    through: int = key(BigInteger)
    currency: str = key(Text)
    kind: str = key(Text)
    debits: int = required(UNITS)
    credits: int = required(UNITS)
    accounts: int = required(UNITS)
