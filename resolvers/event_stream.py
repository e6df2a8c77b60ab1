"""programEvents: every event of a program after a cursor, none lost."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime

import strawberry
from strawberry import UNSET

from app.bus.event_reader import FeedRestarted, Reached, SlowConsumer
from app.domain.events import EventType as DomainEventType
from app.store.feed.events import CursorExpired as PositionExpired
from resolvers.access import Info, authorize, process_of, subscribed_program
from resolvers.shown_events import EVENT_CURSOR, ProgramEventRow, shown_events
from schema.errors import CursorExpired, ServiceUnavailable
from schema.inputs.events import EventType

_TAKEN_BACK = (
    "The platform was restored to an older state since this cursor was given, and may have forgotten what came last:"
    " list again, then subscribe with the cursor of that answer."
)


async def events(
    info: Info,
    program_id: strawberry.ID,
    after: str | None = UNSET,
    types: list[EventType] | None = UNSET,
) -> AsyncGenerator[ProgramEventRow, None]:
    """A CURSOR event first and every 30 s, and every event after the cursor in order of cause."""
    authorize(info)
    program_key = (await subscribed_program(info, program_id)).program_id
    runtime = process_of(info.context)
    shown = shown_events(runtime.hub)
    epoch = await runtime.hub.follow_epoch()
    position = _position(after, epoch)
    try:
        async with aclosing(
            runtime.hub.subscribe(program_key, _domain_types(types), position)
        ) as items:
            async for item in items:
                if isinstance(item, Reached):
                    yield _mark(EVENT_CURSOR.encode((epoch, item.position)), info.context.now())
                elif item.type is not DomainEventType.AUDIT:
                    yield shown.row(item, epoch)
    except PositionExpired:
        raise CursorExpired from None
    except FeedRestarted:
        raise CursorExpired(_TAKEN_BACK) from None
    except SlowConsumer:
        raise ServiceUnavailable(
            "This reader fell too far behind: subscribe again with the last cursor as `after`.", 0
        ) from None


def _domain_types(types: list[EventType] | None) -> set[DomainEventType] | None:
    """CURSOR events come whatever is asked for; asking for nothing else is a set of none."""
    if types is None or types is UNSET:
        return None
    return {DomainEventType(kind.value) for kind in types if kind is not EventType.CURSOR}


def _position(after: str | None, epoch: int) -> int | None:
    if after is None or after is UNSET:
        return None
    cursor_epoch, position = EVENT_CURSOR.decode(after)
    if cursor_epoch != epoch:
        raise CursorExpired(_TAKEN_BACK)
    return int(position)


def _mark(cursor: str, at: datetime) -> ProgramEventRow:
    return ProgramEventRow(cursor, EventType.CURSOR.value, "cursor", at, None, {})


def encode_cursor(epoch: int, position: int) -> str:
    """The cursor that programEvents takes as `after`."""
    return EVENT_CURSOR.encode((epoch, position))
