"""The Safe of a program: a stored reading of the chain."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, required


class Treasury(Row, table=True):
    __table_args__ = (
        UniqueConstraint("chain_id", "address"),
        CheckConstraint("threshold > 0"),
        Index("treasury_owners", "owners", postgresql_using="gin"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    chain_id: int = required(BigInteger)
    address: str = required(EVM_ADDRESS)
    owners: list[str] = required(ARRAY(Text))
    threshold: int = required(Integer)
    nonce: int = required(UNITS)
    safe_version: str = required(Text)
    watched_from_block: int = required(BigInteger)
    read_at: datetime = required(INSTANT)
