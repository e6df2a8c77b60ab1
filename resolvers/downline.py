"""A branch of the forest: its members by level, and its sums."""

import re
from dataclasses import dataclass

from strawberry import UNSET, Parent

from app.store.reads import affiliates as reads
from app.store.reads import rollups
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.rollups import DownlineSummaryRow
from resolvers.access import Info, may_read
from resolvers.listing import list_page
from schema.cursors import CursorCodec
from schema.errors import BadUserInput
from schema.inputs.given import given
from schema.paging import Page, PageBounds, RowCount

_DOWNLINE = CursorCodec("Affiliate.downline", int, int)
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
    if not may_read(info, root.program_key):
        return None
    levels = given(max_levels)
    if levels is not None and levels < 1:
        raise BadUserInput("maxLevels is at least 1.", ["maxLevels"])
    page = await list_page(
        info,
        root.program_key,
        _DOWNLINE,
        (first, after),
        lambda session, part: reads.downline(session, root, levels, part),
        lambda session: reads.count_downline(session, root, levels),
        lambda row: (row.depth, row.key),
    )
    return DownlinePage(page, root.depth)


async def summary(
    root: Parent[AffiliateRow], info: Info, currency: str, month: str | None = UNSET
) -> DownlineSummaryRow | None:
    """The whole branch by level, of one month or of all time."""
    if not may_read(info, root.program_key):
        return None
    return await _summary(info, root, currency, given(month))


async def branch_of_edge(
    root: Parent[DownlineEdgeRow], info: Info, currency: str
) -> DownlineSummaryRow | None:
    """The member's own branch."""
    return await _summary(info, root.node, currency, None)


async def _summary(
    info: Info, affiliate: AffiliateRow, currency: str, month: str | None
) -> DownlineSummaryRow:
    if month is not None and not _MONTH.fullmatch(month):
        raise BadUserInput("A month is written as 2026-11.", ["month"])
    async with info.context.reading(affiliate.program_key) as session:
        if currency not in await session.decimals():
            raise BadUserInput("The program does not use this currency.", ["currency"])
        return await rollups.downline_summary(session, affiliate.key, currency, month)
