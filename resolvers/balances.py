"""A program's treasury: what it holds, what of it is owed, and what will be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from strawberry import Parent

from app.domain.coverage import first_shortfall
from app.store.reads import balances as reads
from app.store.reads.balances import BalanceSums, DueRow
from app.store.reads.programs import ProgramRow
from app.store.reads.values import MoneyRow, money, money_or_none
from resolvers import programs
from resolvers.access import Info, load_one, may_read
from schema.errors import BadUserInput

MAXIMUM_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class ProgramBalanceRow:
    currency: str
    on_chain: MoneyRow | None
    ledger: MoneyRow
    owed_to_affiliates: MoneyRow
    owed_refunds: MoneyRow
    provider_pending: MoneyRow
    suspense: MoneyRow
    available: MoneyRow
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class CoverageDayRow:
    date: datetime
    becomes_payable: MoneyRow


@dataclass(frozen=True, slots=True)
class CoverageRow:
    currency: str
    treasury: MoneyRow
    due: list[CoverageDayRow]
    first_shortfall: datetime | None


async def balances(root: Parent[ProgramRow], info: Info) -> list[ProgramBalanceRow] | None:
    """One row for each currency of the program."""
    if not may_read(info, root.key):
        return None
    sums: list[BalanceSums] = await load_one(info, reads.balance_sums, root.key, root.key)
    async with info.context.reading(root.key) as session:
        decimals = await session.decimals()
    return [
        ProgramBalanceRow(
            currency=one.currency,
            on_chain=money_or_none(one.on_chain, one.currency, decimals),
            ledger=money(one.ledger, one.currency, decimals),
            owed_to_affiliates=money(one.owed_to_affiliates, one.currency, decimals),
            owed_refunds=money(one.of("REFUND"), one.currency, decimals),
            provider_pending=money(-one.of("PROVIDER"), one.currency, decimals),
            suspense=money(one.of("SUSPENSE"), one.currency, decimals),
            available=money(one.available, one.currency, decimals),
            read_at=one.read_at,
        )
        for one in sums
    ]


async def coverage(
    root: Parent[ProgramRow], info: Info, days: int = 60
) -> list[CoverageRow] | None:
    """By day of the program's clock; what is payable already counts as today's."""
    if not may_read(info, root.key):
        return None
    if not 1 <= days <= MAXIMUM_DAYS:
        raise BadUserInput(f"days is 1 to {MAXIMUM_DAYS}.", ["days"])
    today = programs.now(root, info).replace(hour=0, minute=0, second=0, microsecond=0)
    due: list[DueRow] = await load_one(info, reads.due_by_day, root.key, (today, days))
    sums: list[BalanceSums] = await load_one(info, reads.balance_sums, root.key, root.key)
    async with info.context.reading(root.key) as session:
        decimals = await session.decimals()
    return [_covered(one, due, decimals) for one in sums]


def _covered(sums: BalanceSums, due: Sequence[DueRow], decimals: Mapping[str, int]) -> CoverageRow:
    """What is approved already leaves the treasury first, and is no more among what is due."""
    own = [one for one in due if one.currency == sums.currency]
    free = sums.treasury - sums.of("PAYOUT_IN_FLIGHT")
    return CoverageRow(
        currency=sums.currency,
        treasury=money(free, sums.currency, decimals),
        due=[CoverageDayRow(one.day, money(one.amount, sums.currency, decimals)) for one in own],
        first_shortfall=first_shortfall(free, [(one.day, one.amount) for one in own]),
    )
