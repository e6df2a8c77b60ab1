"""Commissions, and how each came about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from strawberry import UNSET, Parent

from app.domain.money import BASIS_POINTS, format_units, share
from app.store.reads import commission_links as links
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
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.visibility import is_affiliate
from schema.cursors import CursorCodec
from schema.inputs.commissions import CommissionFilter
from schema.paging import Page

_COMMISSIONS = CursorCodec("commissions", UUID)
_OF_PROGRAM: ListField[int, Conditions, CommissionRow] = ListField(
    _COMMISSIONS,
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.id,),
)
_OF_AFFILIATE: ListField[int, Conditions, CommissionRow] = ListField(
    _COMMISSIONS, reads.of_affiliates, reads.count_of_affiliates, lambda row: (row.id,)
)
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


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    filter: CommissionFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[CommissionRow] | None:
    """A program's commissions, newest first."""
    if not may_read(info, root.key):
        return None
    conditions = (filter or CommissionFilter()).conditions()
    return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), conditions)


async def of_affiliate(
    root: Parent[AffiliateRow],
    info: Info,
    filter: CommissionFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[CommissionRow] | None:
    """An affiliate's commissions, newest first."""
    if not is_affiliate(info, root.program_key, root.key):
        return None
    conditions = (filter or CommissionFilter()).conditions()
    return await _OF_AFFILIATE.page(info, root.program_key, root.key, (first, after), conditions)


async def of_settlement(root: Parent[SettlementRow], info: Info) -> list[CommissionRow] | None:
    """What a settlement earned each level of the upline."""
    if not may_read(info, root.program_key):
        return None
    rows: list[CommissionRow] = await load_one(
        info, reads.of_settlements, root.program_key, root.id
    )
    return rows


async def claws_back(root: Parent[CommissionRow], info: Info) -> CommissionRow | None:
    """What a negative commission takes back."""
    if root.claws_back is None:
        return None
    row: CommissionRow | None = await load_one(
        info, reads.by_ids, root.program_key, root.claws_back
    )
    return row


async def clawed_back_by(root: Parent[CommissionRow], info: Info) -> list[CommissionRow]:
    """The negative commissions that take this one back, oldest first."""
    rows: list[CommissionRow] = await load_one(info, links.clawbacks, root.program_key, root.id)
    return rows


async def occurred_at(root: Parent[CommissionRow], info: Info) -> datetime:
    """When the settlement was confirmed, on the program's clock."""
    settlement = await settlements.by_id(info, root.program_key, root.settlement_id)
    return root.accrued_at if settlement is None else settlement.confirmed_at


async def explanation(root: Parent[CommissionRow], info: Info) -> ExplanationRow:
    """Recomputes the amount from the stored payment, terms and upline."""
    inputs: ExplanationInputs = await load_one(
        info, reads.explanation_inputs, root.program_key, root.id
    )
    async with info.context.reading(root.program_key) as session:
        decimals = await session.decimals()
    rate = inputs.levels_bps[root.level - 1]
    exact, rounded = _recomputed(root, inputs, rate)
    earner = inputs.upline[root.level - 1][0]
    scale = decimals[inputs.payment.currency] + _RATE_DECIMALS
    assert BASIS_POINTS == 10**_RATE_DECIMALS
    return ExplanationRow(
        payment=inputs.payment,
        terms_version=inputs.terms_version,
        level=root.level,
        rate_bps=rate,
        upline=_shown_upline(info, root, inputs),
        skipped=[SkippedLevelRow(skip["level"], skip["reason"]) for skip in inputs.skipped],
        exact=format_units(exact, scale),
        rounded=money(rounded, inputs.payment.currency, decimals),
        matches=rounded == root.amount.minor and earner == root.affiliate_key,
    )


def _shown_upline(
    info: Info, root: CommissionRow, inputs: ExplanationInputs
) -> list[UplineLevelRow]:
    """Referrer first; an affiliate sees it up to itself, not who is above."""
    levels = [UplineLevelRow(level, code) for level, (_, code) in enumerate(inputs.upline, 1)]
    return levels if may_read(info, root.program_key) else levels[: root.level]


def _recomputed(root: CommissionRow, inputs: ExplanationInputs, rate: int) -> tuple[int, int]:
    """The share in basis points of a unit, and rounded; below zero for a clawback.

    A clawback is the difference of two rounded shares, so that the parts of one payment sum to the whole.
    """
    if root.claws_back is None:
        return inputs.payment.minor * rate, share(inputs.payment.minor, rate)
    if inputs.charged:
        return root.amount.minor * BASIS_POINTS, root.amount.minor
    taken = inputs.taken_before + root.base.minor
    return -root.base.minor * rate, share(inputs.taken_before, rate) - share(taken, rate)
