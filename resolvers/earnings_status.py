"""affiliateEarnings: the affiliate now, then again after its earnings changed."""

from collections.abc import AsyncGenerator
from uuid import UUID

import strawberry

from app.domain.events import EventType
from app.store.reads import affiliates
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.earnings import EarningsRow, earnings
from resolvers.access import Info, authorize, load_one, process_of
from resolvers.objects import home_of
from resolvers.visibility import is_affiliate
from schema.errors import BadUserInput
from schema.ids import IdPrefix, decode_id

_AT_MOST_EVERY_SECONDS = 1.0


async def changes(info: Info, affiliate_id: strawberry.ID) -> AsyncGenerator[AffiliateRow, None]:
    """At most one a second; what changed neither the affiliate nor its sums is not sent."""
    authorize(info)
    id_ = decode_id(IdPrefix.AFFILIATE, affiliate_id)
    program_key = None if id_ is None else await _program_of(info, id_)
    if id_ is None or program_key is None:
        raise BadUserInput("There is no such affiliate.", ["affiliateId"])
    # A batch takes and pays commissions of many affiliates by one event.
    watch = process_of(info.context).hub.watch(
        program_key,
        str(id_),
        types=[EventType.PAYOUT_BATCH],
        minimum_interval_seconds=_AT_MOST_EVERY_SECONDS,
    )
    sent: tuple[AffiliateRow, list[EarningsRow]] | None = None
    async for _ in watch:
        context = info.context.for_event()
        try:
            async with context.reading(program_key) as session:
                row = (await affiliates.by_ids(session, [id_]))[0]
                sums = [] if row is None else (await earnings(session, [row.key]))[0]
        finally:
            await context.close()
        if row is None:
            raise BadUserInput("There is no such affiliate.", ["affiliateId"])
        if sent != (row, sums):
            sent = (row, sums)
            yield row


async def _program_of(info: Info, id_: UUID) -> int | None:
    """The program of an affiliate whose money the caller sees."""
    home = await home_of(info, IdPrefix.AFFILIATE, id_)
    row: AffiliateRow | None = (
        None if home is None else await load_one(info, affiliates.by_ids, home.program_id, id_)
    )
    await info.context.leave_snapshot()
    if row is None or not is_affiliate(info, row.program_key, row.key):
        return None
    return row.program_key
