"""Multi-sends of a Safe: what owners sign, and how far each has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
    text,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class SafeTransaction(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "currency"], ["program_currency.program_id", "program_currency.code"]
        ),
        ForeignKeyConstraint(["program_id", "journal_id"], ["journal.program_id", "journal.id"]),
        CheckConstraint("safe_nonce >= 0"),
        CheckConstraint("operation IN (0, 1)"),
        CheckConstraint("length(hash) = 32"),
        CheckConstraint("length(content_hash) = 32"),
        CheckConstraint("payout_count BETWEEN 0 AND 400"),
        CheckConstraint("total >= 0"),
        CheckConstraint("status IN ('PROPOSED', 'APPROVED', 'EXECUTING', 'EXECUTED', 'DEAD')"),
        CheckConstraint(
            "death IN ('REJECTED', 'RECIPIENT_REFUSED', 'STALE_NONCE', 'OWNERS_CHANGED', 'EXECUTION_FAILURE')"
        ),
        CheckConstraint(
            "(payout_count = 0) = (currency IS NULL) AND (payout_count = 0) = (total = 0)"
        ),
        CheckConstraint("(death IS NULL) = (death_reason IS NULL)"),
        CheckConstraint("(status IN ('EXECUTED', 'DEAD')) = (finished_at IS NOT NULL)"),
        CheckConstraint("(status = 'EXECUTED') = (executed_tx_hash IS NOT NULL)"),
        CheckConstraint("status <> 'EXECUTED' OR death IS NULL"),
        CheckConstraint("status <> 'DEAD' OR death IS NOT NULL"),
        CheckConstraint("NOT holding OR status IN ('APPROVED', 'EXECUTING')"),
        Index(
            "safe_transaction_open",
            "program_id",
            "safe_nonce",
            postgresql_where=text("status NOT IN ('EXECUTED', 'DEAD')"),
        ),
        Index(
            "safe_transaction_holding",
            "program_id",
            "safe_nonce",
            unique=True,
            postgresql_where=text("holding"),
        ),
        Index(
            "safe_transaction_executed",
            "program_id",
            "safe_nonce",
            unique=True,
            postgresql_where=text("status = 'EXECUTED'"),
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    chain_id: int = required(BigInteger)
    safe: str = required(EVM_ADDRESS)
    safe_version: str = required(Text)
    safe_nonce: int = required(UNITS)
    currency: str | None = optional(Text)
    token: str = required(EVM_ADDRESS)
    to_address: str = required(EVM_ADDRESS)
    data: bytes = required(LargeBinary)
    operation: int = required(SmallInteger)
    hash: bytes = required(LargeBinary, unique=True)
    content_hash: bytes = required(LargeBinary)
    payout_count: int = required(Integer)
    total: int = required(UNITS)
    status: str = required(Text, default="'PROPOSED'")
    death: str | None = optional(Text)
    death_reason: str | None = optional(Text)
    holding: bool = required(Boolean, default="false")
    holds: int = required(Integer, default="0")
    version: int = required(BigInteger, default="1")
    simulated_at: datetime | None = optional(INSTANT)
    simulated_block: int | None = optional(BigInteger)
    simulated_passed: int | None = optional(Integer)
    simulated_refused: int | None = optional(Integer)
    gas_estimate: int | None = optional(BigInteger)
    waiting: str | None = optional(Text)
    waiting_code: str | None = optional(Text)
    executed_tx_hash: bytes | None = optional(LargeBinary)
    executed_block: int | None = optional(BigInteger)
    executed_block_hash: bytes | None = optional(LargeBinary)
    executed_log_index: int | None = optional(Integer)
    journal_id: int | None = optional(BigInteger)
    created_at: datetime = required(INSTANT)
    finished_at: datetime | None = optional(INSTANT)


class SafeSignature(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "safe_transaction_id"],
            ["safe_transaction.program_id", "safe_transaction.id"],
        ),
    )

    program_id: int = key(BigInteger)
    safe_transaction_id: UUID = key(Uuid)
    owner: str = key(EVM_ADDRESS)
    signature: bytes = required(LargeBinary)
    contract: bool = required(Boolean)
    given_by: str = required(Text)
    at: datetime = required(INSTANT)


class SafeTransactionTransition(Row, table=True):
    program_id: int = key(BigInteger)
    safe_transaction_id: UUID = key(Uuid)
    seq: int = key(BigInteger)
    from_status: str | None = optional(Text)
    to_status: str = required(Text)
    death: str | None = optional(Text)
    at: datetime = required(INSTANT)
    actor: str = required(Text)
    reason: str | None = optional(Text)
