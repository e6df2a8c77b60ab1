"""Commissions, and how each came about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from strawberry import UNSET, Parent

from app.domain.money import BASIS_POINTS, format_units, share
from app.store.reads import commissions as reads
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.commissions import (
    CommissionFilter as Conditions,
)
from app.store.reads.commissions import (
    CommissionRow,
    ExplanationInputs,
)
from app.store.reads.programs import ProgramRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.values import MoneyRow, money
from resolvers import settlements
from resolvers.access import Info, load_one, may_read
from resolvers.listing import list_page
from schema.cursors import CursorCodec
from schema.inputs.commissions import CommissionFilter
from schema.paging import Page

_COMMISSIONS = CursorCodec("commissions", UUID)
_RATE_DECIMALS = 4
"""Basis points are ten-thousandths: an exact commission has four decimals more than its currency."""


@dataclass(frozen=True, slots=True)
class UplineLevelRow:
    level: int
    referral_code: str


@dataclass(frozen=True, slots=True)
class SkippedLevelRow:
    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class ExplanationRow:
    payment: MoneyRow
    terms_version: int
    level: int
    rate_bps: int
    upline: list[UplineLevelRow]
    skipped: list[SkippedLevelRow]
    exact: str
    rounded: MoneyRow
    matches: bool


async def _page(
    info: Info,
    program_key: int,
    given: CommissionFilter | None,
    arguments: tuple[int, str | None],
    affiliate_key: int | None,
) -> Page[CommissionRow] | None:
    if not may_read(info, program_key):
        return None
    conditions: Conditions = (given or CommissionFilter()).conditions()
    return await list_page(
        info,
        program_key,
        _COMMISSIONS,
        arguments,
        lambda session, part: reads.page(session, conditions, part, affiliate_key),
        lambda session: reads.count(session, conditions, affiliate_key),
        lambda row: (row.id,),
    )


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    filter: CommissionFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[CommissionRow] | None:
    """A program's commissions, newest first."""
    return await _page(info, root.key, filter, (first, after), None)


async def of_affiliate(
    root: Parent[AffiliateRow],
    info: Info,
    filter: CommissionFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[CommissionRow] | None:
    """An affiliate's commissions, newest first."""
    return await _page(info, root.program_key, filter, (first, after), root.key)


async def of_settlement(root: Parent[SettlementRow], info: Info) -> list[CommissionRow] | None:
    """What a settlement earned each level of the upline."""
    if not may_read(info, root.program_key):
        return None
    rows: list[CommissionRow] = await load_one(
        info, reads.of_settlements, root.program_key, root.id
    )
    return rows


async def occurred_at(root: Parent[CommissionRow], info: Info) -> datetime:
    """When the settlement was confirmed, on the program's clock."""
    settlement = await settlements.of_commission(root, info)
    return root.accrued_at if settlement is None else settlement.confirmed_at


async def explanation(root: Parent[CommissionRow], info: Info) -> ExplanationRow:
    """Recomputes the amount from the stored payment, terms and upline."""
    inputs: ExplanationInputs = await load_one(
        info, reads.explanation_inputs, root.program_key, root.id
    )
    async with info.context.reading(root.program_key) as session:
        decimals = await session.decimals()
    rate = inputs.levels_bps[root.level - 1]
    rounded = share(inputs.payment.minor, rate)
    earner = inputs.upline[root.level - 1][0]
    scale = decimals[inputs.payment.currency] + _RATE_DECIMALS
    assert BASIS_POINTS == 10**_RATE_DECIMALS
    return ExplanationRow(
        payment=inputs.payment,
        terms_version=inputs.terms_version,
        level=root.level,
        rate_bps=rate,
        upline=[UplineLevelRow(level, code) for level, (_, code) in enumerate(inputs.upline, 1)],
        skipped=[SkippedLevelRow(skip["level"], skip["reason"]) for skip in inputs.skipped],
        exact=format_units(inputs.payment.minor * rate, scale),
        rounded=money(rounded, inputs.payment.currency, decimals),
        matches=rounded == root.amount.minor and earner == root.affiliate_key,
    )
