"""intentStatus: the intent now, then the newest after each change."""

from collections.abc import AsyncGenerator

import strawberry

from app.store.reads import intents as reads
from app.store.reads.intents import IntentRow
from resolvers import intents
from resolvers.access import Info, authorize, process_of
from schema.errors import BadUserInput
from schema.ids import IdPrefix, decode_id


async def changes(info: Info, id: strawberry.ID) -> AsyncGenerator[IntentRow, None]:
    """Values in between may be skipped, the version only rises; ends after CONFIRMED or FAILED."""
    authorize(info)
    intent_id = decode_id(IdPrefix.INTENT, id)
    found = None if intent_id is None else await intents.reachable(info, intent_id)
    await info.context.leave_snapshot()
    if intent_id is None or found is None:
        raise BadUserInput("There is no such intent.", ["id"])
    program_key = found.program_key
    newest = 0
    watch = process_of(info.context).hub.watch(program_key, str(intent_id))
    async for _ in watch:
        context = info.context.for_event()
        try:
            async with context.reading(program_key) as session:
                row = (await reads.by_ids(session, [intent_id]))[0]
        finally:
            await context.close()
        if row is None:
            raise BadUserInput("There is no such intent.", ["id"])
        if row.version > newest or row.stage == "MINED":
            newest = row.version
            yield row
        if row.status in ("CONFIRMED", "FAILED"):
            return
