"""Programs and what belongs to exactly one of them."""

from datetime import datetime

from strawberry import UNSET, Parent

from app.domain.clock import program_time
from app.store import events
from app.store.events import FeedPosition
from app.store.reads import api_keys as reads_api_keys
from app.store.reads import programs as reads
from app.store.reads.api_keys import ApiKeyRow
from app.store.reads.programs import CurrencyRow, ProgramRow, TermsRow, TreasuryRow
from resolvers.access import Info, ProgramsRow, authorize, load_one, may_read, own_snapshot
from resolvers.event_stream import encode_cursor
from schema.cursors import CursorCodec
from schema.paging import Page, page_request

_CURSOR = CursorCodec("programs", int)


async def by_slug(info: Info, slug: str) -> ProgramRow | None:
    """A program by its slug; null when there is none for this caller."""
    authority = authorize(info)
    async with info.context.reading(own_snapshot(info)) as session:
        key = await reads.find(session, None, slug)
    if key is None or not (authority.platform or authority.program_id == key):
        return None
    return await by_key(info, key)


async def by_key(info: Info, program_key: int) -> ProgramRow | None:
    """A program by internal key, as far as the caller sees it."""
    row: ProgramRow | None = await load_one(info, reads.by_keys, own_snapshot(info), program_key)
    return row


async def visible(info: Info, first: int = 50, after: str | None = UNSET) -> Page[ProgramRow]:
    """All programs for the platform, its own one for a program's key."""
    authority = authorize(info)
    request = page_request(_CURSOR, first, after)
    start = 0 if request.after is None else request.after[0]
    if authority.platform:
        async with info.context.reading(own_snapshot(info)) as session:
            rows = await reads.page(session, start, request.limit)
    else:
        own = await by_key(info, authority.program_id)
        rows = [own] if own is not None and own.key > start else []

    async def counter() -> int:
        if not authority.platform:
            return 1
        async with info.context.reading(own_snapshot(info)) as session:
            return len(await reads.page(session, 0, 10_002))

    return Page.of(rows, request, lambda row: (row.key,), counter)


async def of_row(root: Parent[ProgramsRow], info: Info) -> ProgramRow | None:
    """The program that a row belongs to."""
    return await by_key(info, root.program_key)


def now(root: Parent[ProgramRow], info: Info) -> datetime:
    """Program time."""
    return program_time(info.context.now(), root.clock_offset)


async def event_cursor(root: Parent[ProgramRow], info: Info) -> str:
    """Where programEvents stands in the snapshot that answers this query."""
    at: FeedPosition = await load_one(info, events.event_cursors, own_snapshot(info), root.key)
    return encode_cursor(at.epoch, at.position)


async def treasury(root: Parent[ProgramRow], info: Info) -> TreasuryRow:
    """The program's Safe, as it was last read."""
    row: TreasuryRow = await load_one(info, reads.treasuries, own_snapshot(info), root.key)
    return row


async def currencies(root: Parent[ProgramRow], info: Info) -> list[CurrencyRow]:
    """The currencies that a program takes."""
    rows: list[CurrencyRow] = await load_one(info, reads.currencies, own_snapshot(info), root.key)
    return rows


async def terms_history(root: Parent[ProgramRow], info: Info) -> list[TermsRow]:
    """Every version of the terms, oldest first."""
    rows: list[TermsRow] = await load_one(info, reads.terms_history, own_snapshot(info), root.key)
    return rows


async def terms(root: Parent[ProgramRow], info: Info) -> TermsRow:
    """The version that applies to intents accepted now."""
    return reads.terms_in_force(await terms_history(root, info), now(root, info))


async def api_keys(root: Parent[ProgramRow], info: Info) -> list[ApiKeyRow] | None:
    """The program's keys."""
    if not may_read(info, root.key):
        return None
    rows: list[ApiKeyRow] = await load_one(
        info, reads_api_keys.of_programs, own_snapshot(info), root.key
    )
    return rows
