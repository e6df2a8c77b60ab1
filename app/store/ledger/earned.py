"""Commissions as those who take them back, or say that they were paid, read them."""

import asyncpg

from app.domain.money import Money
from app.domain.reversals import EarnedCommission
from app.domain.states import CommissionStatus

COLUMNS = """
c.id, c.affiliate_id, a.public_id AS affiliate_public_id, c.level, c.rate_bps, c.terms_version, c.amount, c.currency,
c.status, c.payable_at
"""
"""c: a commission; a: its affiliate."""


def earned_commission(row: asyncpg.Record, *, clawed_back: bool) -> EarnedCommission:
    """row: with COLUMNS."""
    return EarnedCommission(
        id=row["id"],
        affiliate_id=row["affiliate_id"],
        affiliate_public_id=row["affiliate_public_id"],
        level=row["level"],
        rate_bps=row["rate_bps"],
        terms_version=row["terms_version"],
        amount=Money(row["amount"], row["currency"]),
        status=CommissionStatus(row["status"]),
        payable_at=row["payable_at"],
        clawed_back=clawed_back,
    )
