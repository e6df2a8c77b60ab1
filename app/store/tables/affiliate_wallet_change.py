"""Changes of an affiliate's wallet, signed by both wallets."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, Row, key, required


class AffiliateWalletChange(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "affiliate_id"], ["affiliate.program_id", "affiliate.id"]
        ),
        CheckConstraint("n > 0"),
    )

    program_id: int = key(BigInteger)
    affiliate_id: int = key(BigInteger)
    n: int = key(Integer)
    old_wallet: str = required(EVM_ADDRESS)
    new_wallet: str = required(EVM_ADDRESS)
    old_signature: bytes = required(LargeBinary)
    new_signature: bytes = required(LargeBinary)
    changed_by: str = required(Text)
    changed_at: datetime = required(INSTANT)
    pays_from: datetime = required(INSTANT)
