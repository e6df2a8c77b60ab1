"""The postings of stored Safe transactions: what approving, executing and ending one means for the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.domain.money import Money
from app.domain.payout_postings import (
    PostedPayout,
    hold_journal,
    payout_journal,
    release_journal,
)
from app.domain.postings import Journal, Movement
from app.store.payouts.payouts_to_post import PayoutRow
from app.store.payouts.safe_rows import SafeRow

Payouts = Mapping[UUID, Sequence[PayoutRow]]


def holds(rows: Iterable[SafeRow], payouts: Payouts, effective_at: datetime) -> list[Journal]:
    """One for each that pays somebody."""
    return [
        hold_journal(row.hash, row.holds + 1, _posted(row, payouts), effective_at)
        for row in rows
        if row.currency is not None
    ]


def releases(rows: Iterable[SafeRow], payouts: Payouts, effective_at: datetime) -> list[Journal]:
    """One for each that holds money."""
    return [
        release_journal(row.hash, row.holds, _posted(row, payouts), effective_at)
        for row in rows
        if row.holding and row.currency is not None
    ]


def executed(
    row: SafeRow, payouts: Payouts, movements: Sequence[Movement], effective_at: datetime
) -> Journal:
    """Of one that pays somebody."""
    return payout_journal(
        row.hash, _posted(row, payouts), movements, effective_at, held=row.holding
    )


def _posted(row: SafeRow, payouts: Payouts) -> list[PostedPayout]:
    assert row.currency is not None
    return [
        PostedPayout(one.purpose, one.owner_id, Money(one.amount, row.currency), one.platform_fee)
        for one in payouts[row.id]
    ]
