"""An affiliate's money: sums by status, and statements."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET, Parent

from app.store.reads import earnings as sums
from app.store.reads import statements as reads
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.earnings import EarningsRow
from app.store.reads.entries import EntryRow
from app.store.reads.journals import JournalFilter
from app.store.reads.statements import StatementQuestion, StatementRow
from resolvers.access import Info, load_one
from resolvers.ledger import ACCOUNT_ENTRIES
from resolvers.visibility import is_affiliate
from schema.errors import BadUserInput
from schema.paging import Page

_NO_ACCOUNT = 0
"""The key of no account: a statement before the first entry has no lines."""


async def earnings(root: Parent[AffiliateRow], info: Info) -> list[EarningsRow] | None:
    """One row for each currency of the program."""
    if not is_affiliate(info, root.program_key, root.key):
        return None
    rows: list[EarningsRow] = await load_one(info, sums.earnings, root.program_key, root.key)
    return rows


async def statement(
    root: Parent[AffiliateRow],
    info: Info,
    currency: str,
    from_: Annotated[datetime, strawberry.argument(name="from")],
    to: datetime,
) -> StatementRow | None:
    """The affiliate's account over [from, to), by when journals were effective."""
    if not is_affiliate(info, root.program_key, root.key):
        return None
    if to <= from_:
        raise BadUserInput("to is after from.", ["to"])
    asked = StatementQuestion(root.key, currency, from_, to)
    row: StatementRow | None = await load_one(info, reads.statements, root.program_key, asked)
    if row is None:
        raise BadUserInput("The program does not use this currency.", ["currency"])
    return row


async def lines(
    root: Parent[StatementRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[EntryRow]:
    """The entries of the period, newest first."""
    account = _NO_ACCOUNT if root.account_key is None else root.account_key
    period = JournalFilter(from_at=root.from_at, to_at=root.to_at)
    return await ACCOUNT_ENTRIES.page(info, root.program_key, account, (first, after), period)
