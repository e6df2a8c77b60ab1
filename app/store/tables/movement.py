"""Token logs into and out of treasuries, each claimed by one journal; append-only."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)

from app.store.tables.row import UNITS, Row, key, optional, required


class Movement(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "journal_id"], ["journal.program_id", "journal.id"]),
        CheckConstraint("length(block_hash) = 32"),
        CheckConstraint("direction IN ('IN', 'OUT')"),
        CheckConstraint("amount > 0"),
        Index("movement_block", "program_id", "block_number"),
        Index("movement_journal", "program_id", "journal_id"),
        Index(
            "movement_log_once",
            "chain_id",
            "block_hash",
            "log_index",
            "direction",
            "undone",
            unique=True,
            postgresql_where=text("log_index >= 0"),
        ),
    )

    chain_id: int = key(BigInteger)
    block_hash: bytes = key(LargeBinary)
    log_index: int = key(Integer)
    direction: str = key(Text)
    undone: bool = key(Boolean)
    program_id: int = key(BigInteger)
    tx_hash: bytes | None = optional(LargeBinary)
    block_number: int = required(BigInteger)
    currency: str = required(Text)
    amount: int = required(UNITS)
    journal_id: int = required(BigInteger)
