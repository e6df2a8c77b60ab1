"""payoutBatchStatus: the batch now, then the newest after each change."""

from collections.abc import AsyncGenerator

import strawberry

from app.domain.payouts import FINAL_BATCH_STATUSES
from app.store.reads import payout_batches as reads
from app.store.reads.payout_batches import PayoutBatchRow
from resolvers import payout_batches
from resolvers.access import Info, authorize, process_of
from schema.errors import BadUserInput
from schema.ids import IdPrefix, decode_id


async def changes(info: Info, id: strawberry.ID) -> AsyncGenerator[PayoutBatchRow, None]:
    """Values in between may be skipped, the version only rises; ends after a status in which nothing is planned."""
    authorize(info)
    batch_id = decode_id(IdPrefix.PAYOUT_BATCH, id)
    found = None if batch_id is None else await payout_batches.reachable(info, batch_id)
    await info.context.leave_snapshot()
    if batch_id is None or found is None:
        raise BadUserInput("There is no such batch.", ["id"])
    program_key = found.program_key
    newest = 0
    async for _ in process_of(info.context).hub.watch(program_key, str(batch_id)):
        context = info.context.for_event()
        try:
            async with context.reading(program_key) as session:
                row = (await reads.by_ids(session, [batch_id]))[0]
        finally:
            await context.close()
        if row is None:
            raise BadUserInput("There is no such batch.", ["id"])
        if row.version > newest:
            newest = row.version
            yield row
        if row.status in FINAL_BATCH_STATUSES:
            return
