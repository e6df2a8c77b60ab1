"""Programs and what belongs to exactly one of them."""

import asyncio
from datetime import datetime

from strawberry import UNSET, Parent

from app.domain.clock import program_time
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.store.feed import events
from app.store.feed.events import FeedPosition
from app.store.reads import api_keys as reads_api_keys
from app.store.reads import programs as reads
from app.store.reads import provider_secrets as reads_provider_secrets
from app.store.reads.api_keys import ApiKeyRow
from app.store.reads.programs import CurrencyRow, PauseRow, ProgramRow, TermsRow, TreasuryRow
from app.store.reads.provider_secrets import ProviderSecretRow
from resolvers.access import (
    Info,
    ProgramsRow,
    authorize,
    load_one,
    may_read,
    public_snapshot,
    snapshot_of,
    visible_program,
)
from resolvers.event_stream import encode_cursor
from schema.cursors import CursorCodec
from schema.paging import Page, page_request

_CURSOR = CursorCodec("programs", int)


async def by_slug(info: Info, slug: str) -> ProgramRow | None:
    """A program by its slug; null when there is none for this caller."""
    authorize(info)
    authority = await visible_program(info, None, slug)
    return None if authority is None else await by_key(info, authority.program_id)


async def by_key(info: Info, program_key: int) -> ProgramRow | None:
    """A program by internal key, as far as the caller sees it."""
    row: ProgramRow | None = await load_one(
        info, reads.by_keys, public_snapshot(info, program_key), program_key
    )
    return row


async def visible(info: Info, first: int = 50, after: str | None = UNSET) -> Page[ProgramRow]:
    """All programs for the platform; for others those where they are somebody."""
    caller = authorize(info)
    request = page_request(_CURSOR, first, after)
    start = 0 if request.after is None else request.after[0]
    if caller.platform:
        async with info.context.reading(PLATFORM_PROGRAM_ID) as session:
            rows = await reads.page(session, start, request.limit)
    else:
        keys = sorted(one.program_id for one in caller.authorities if one.program_id > start)
        found = await asyncio.gather(*(by_key(info, key) for key in keys[: request.limit]))
        rows = [row for row in found if row is not None]

    async def counter() -> int:
        if not caller.platform:
            return len(caller.authorities)
        async with info.context.reading(PLATFORM_PROGRAM_ID) as session:
            return len(await reads.page(session, 0, 10_002))

    return Page.of(rows, request, lambda row: (row.key,), counter)


async def of_row(root: Parent[ProgramsRow], info: Info) -> ProgramRow | None:
    """The program that a row belongs to."""
    return await by_key(info, root.program_key)


def now(root: Parent[ProgramRow], info: Info) -> datetime:
    """Program time."""
    return program_time(info.context.now(), root.clock_offset)


def pause(root: Parent[ProgramRow], info: Info) -> PauseRow | None:
    """Why nothing new is signed, and who said so: for those who see everything, and for the platform."""
    caller = info.context.require_caller()
    return root.pause if caller.platform or may_read(info, root.key) else None


async def event_cursor(root: Parent[ProgramRow], info: Info) -> str:
    """Where programEvents stands in the snapshot that answers this query."""
    at: FeedPosition = await load_one(
        info, events.event_cursors, snapshot_of(info, root.key), root.key
    )
    return encode_cursor(at.epoch, at.position)


async def treasury(root: Parent[ProgramRow], info: Info) -> TreasuryRow:
    """The program's Safe, as it was last read."""
    row: TreasuryRow = await load_one(
        info, reads.treasuries, public_snapshot(info, root.key), root.key
    )
    return row


async def currencies(root: Parent[ProgramRow], info: Info) -> list[CurrencyRow]:
    """The currencies that a program takes."""
    rows: list[CurrencyRow] = await load_one(
        info, reads.currencies, public_snapshot(info, root.key), root.key
    )
    return rows


async def terms_history(root: Parent[ProgramRow], info: Info) -> list[TermsRow]:
    """Every version of the terms, oldest first."""
    rows: list[TermsRow] = await load_one(
        info, reads.terms_history, public_snapshot(info, root.key), root.key
    )
    return rows


async def terms(root: Parent[ProgramRow], info: Info) -> TermsRow:
    """The version that applies to intents accepted now."""
    return reads.terms_in_force(await terms_history(root, info), now(root, info))


async def api_keys(root: Parent[ProgramRow], info: Info) -> list[ApiKeyRow] | None:
    """The program's keys."""
    if not may_read(info, root.key):
        return None
    rows: list[ApiKeyRow] = await load_one(
        info, reads_api_keys.of_programs, snapshot_of(info, root.key), root.key
    )
    return rows


async def provider_secrets(root: Parent[ProgramRow], info: Info) -> list[ProviderSecretRow] | None:
    """When which provider's secret was set, and until when it is good."""
    if not may_read(info, root.key):
        return None
    rows: list[ProviderSecretRow] = await load_one(
        info, reads_provider_secrets.of_programs, snapshot_of(info, root.key), root.key
    )
    return rows
