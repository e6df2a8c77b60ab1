"""Lists of Safe transactions that owners are asked to sign together, and what they should know about each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class PayoutBatch(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "replaces"),
        ForeignKeyConstraint(
            ["program_id", "replaces"], ["payout_batch.program_id", "payout_batch.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "currency"], ["program_currency.program_id", "program_currency.code"]
        ),
        CheckConstraint("kind IN ('PAYOUTS', 'WITHDRAWAL', 'CLOSING')"),
        CheckConstraint("length(content_hash) = 32"),
        CheckConstraint(
            "(rejected_by IS NULL) = (rejected_at IS NULL) AND (rejected_by IS NULL) = (reject_reason IS NULL)"
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    kind: str = required(Text)
    currency: str = required(Text)
    replaces: UUID | None = optional(Uuid)
    content_hash: bytes = required(LargeBinary)
    payout_count: int = required(Integer)
    total: int = required(UNITS)
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)
    rejected_by: str | None = optional(Text)
    rejected_at: datetime | None = optional(INSTANT)
    reject_reason: str | None = optional(Text)
    version: int = required(BigInteger, default="1")


class PayoutBatchTransaction(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "safe_transaction_id", "batch_id"),
        ForeignKeyConstraint(
            ["program_id", "batch_id"], ["payout_batch.program_id", "payout_batch.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "safe_transaction_id"],
            ["safe_transaction.program_id", "safe_transaction.id"],
        ),
        CheckConstraint("place >= 0"),
    )

    program_id: int = key(BigInteger)
    batch_id: UUID = key(Uuid)
    place: int = key(Integer)
    safe_transaction_id: UUID = required(Uuid)


class PayoutExclusion(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "batch_id"], ["payout_batch.program_id", "payout_batch.id"]
        ),
    )

    program_id: int = key(BigInteger)
    batch_id: UUID = key(Uuid)
    place: int = key(Integer)
    affiliate_id: int | None = optional(BigInteger)
    user_id: int | None = optional(BigInteger)
    destination: str = required(EVM_ADDRESS)
    amount: int = required(UNITS)
    reason: str = required(Text)


class PayoutBatchChange(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "batch_id"], ["payout_batch.program_id", "payout_batch.id"]
        ),
        CheckConstraint(
            "kind IN ('NEW_RECIPIENT', 'WALLET_CHANGED', 'AMOUNT_JUMP', 'LOOK_ALIKE_ADDRESS')"
        ),
    )

    program_id: int = key(BigInteger)
    batch_id: UUID = key(Uuid)
    place: int = key(Integer)
    kind: str = required(Text)
    affiliate_id: int | None = optional(BigInteger)
    message: str = required(Text)
