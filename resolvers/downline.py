"""A branch of the forest: its members by level, and its sums."""

import re
from dataclasses import dataclass, replace

from strawberry import UNSET, Parent

from app.store.reads import branches
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.downline_sums import DownlineLevelRow, DownlineSummaryRow, downline_summaries
from app.store.reads.values import MoneyRow
from resolvers.access import Info, load_one
from resolvers.listing import ListField
from resolvers.visibility import is_affiliate, sees_member
from schema.cursors import CursorCodec
from schema.errors import BadUserInput, Forbidden
from schema.inputs.given import given
from schema.paging import Page, PageBounds, RowCount

_DOWNLINE: ListField[AffiliateRow, int | None, AffiliateRow] = ListField(
    CursorCodec("Affiliate.downline", int, bytes),
    branches.downlines,
    branches.count_downlines,
    lambda row: (row.depth, row.path),
)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class DownlineEdgeRow:
    cursor: str
    node: AffiliateRow
    level: int


@dataclass(frozen=True)
class DownlinePage:
    """A page of members that knows whose downline it is."""

    page: Page[AffiliateRow]
    root_depth: int

    @property
    def edges(self) -> list[DownlineEdgeRow]:
        return [
            DownlineEdgeRow(edge.cursor, edge.node, edge.node.depth - self.root_depth)
            for edge in self.page.edges
        ]

    @property
    def nodes(self) -> list[AffiliateRow]:
        return list(self.page.nodes)

    @property
    def page_info(self) -> PageBounds:
        return self.page.page_info

    async def total_count(self) -> RowCount:
        return await self.page.total_count()


async def members(
    root: Parent[AffiliateRow],
    info: Info,
    max_levels: int | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> DownlinePage | None:
    """Every descendant, nearest levels first."""
    if not sees_member(info, root):
        return None
    levels = given(max_levels)
    if levels is not None and levels < 1:
        raise BadUserInput("maxLevels is at least 1.", ["maxLevels"])
    page = await _DOWNLINE.page(info, root.program_key, root, (first, after), levels)
    return DownlinePage(page, root.depth)


async def summary(
    root: Parent[AffiliateRow], info: Info, currency: str, month: str | None = UNSET
) -> DownlineSummaryRow | None:
    """The whole branch by level, of one month or of all time."""
    if not is_affiliate(info, root.program_key, root.key):
        return None
    return await _summary(info, root, currency, given(month))


async def branch_of_edge(
    root: Parent[DownlineEdgeRow], info: Info, currency: str
) -> DownlineSummaryRow | None:
    """The member's own branch. What the member earned in it is not for the affiliates above: `earned` is refused then."""
    sums = await _summary(info, root.node, currency, None)
    if is_affiliate(info, root.node.program_key, root.node.key):
        return sums
    levels = [replace(level, earned=None) for level in sums.levels]
    return replace(sums, earned=None, levels=levels)


def earned(root: Parent[DownlineSummaryRow | DownlineLevelRow]) -> MoneyRow:
    """What the branch earned the affiliate; raises Forbidden where that is another's."""
    if root.earned is None:
        raise Forbidden
    return root.earned


async def _summary(
    info: Info, affiliate: AffiliateRow, currency: str, month: str | None
) -> DownlineSummaryRow:
    if month is not None and not _MONTH.fullmatch(month):
        raise BadUserInput("A month is written as 2026-11.", ["month"])
    row: DownlineSummaryRow | None = await load_one(
        info, downline_summaries, affiliate.program_key, (affiliate.key, currency, month)
    )
    if row is None:
        raise BadUserInput("The program does not use this currency.", ["currency"])
    return row
