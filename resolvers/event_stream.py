"""programEvents: every event of a program after a cursor, none lost."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry import UNSET

from app.bus.event_reader import Reached, SlowConsumer
from app.domain.events import Event
from app.domain.events import EventType as DomainEventType
from app.store.events import CursorExpired as PositionExpired
from resolvers.access import Info, authorize, process_of, program_key_of
from schema.cursors import CursorCodec
from schema.errors import BadUserInput, CursorExpired, ServiceUnavailable
from schema.ids import IdPrefix, encode_id
from schema.inputs.events import EventType

EVENT_CURSOR = CursorCodec("programEvents", int, int)
"""(epoch of the feed, position)."""

_PREFIXES: dict[DomainEventType, IdPrefix] = {
    DomainEventType.INTENT: IdPrefix.INTENT,
    DomainEventType.SETTLEMENT: IdPrefix.SETTLEMENT,
    DomainEventType.COMMISSION: IdPrefix.COMMISSION,
    DomainEventType.AFFILIATE: IdPrefix.AFFILIATE,
    DomainEventType.LEDGER: IdPrefix.LEDGER_TRANSACTION,
    DomainEventType.DISCREPANCY: IdPrefix.DISCREPANCY,
    DomainEventType.PROGRAM: IdPrefix.PROGRAM,
}
_IDS_IN_DATA: dict[str, IdPrefix] = {
    "intent": IdPrefix.INTENT,
    "settlement": IdPrefix.SETTLEMENT,
    "affiliate": IdPrefix.AFFILIATE,
    "parent": IdPrefix.AFFILIATE,
    "journals": IdPrefix.LEDGER_TRANSACTION,
}


@dataclass(frozen=True, slots=True)
class ProgramEventRow:
    cursor: str
    type: str
    name: str
    at: datetime
    entity_id: str | None
    data: dict[str, Any]


async def events(
    info: Info,
    program_id: strawberry.ID,
    after: str | None = UNSET,
    types: list[EventType] | None = UNSET,
) -> AsyncGenerator[ProgramEventRow, None]:
    """A CURSOR event first and every 30 s, and every event after the cursor in order of cause."""
    authority = authorize(info)
    program_key = await program_key_of(info, program_id)
    if program_key is None or program_key != authority.program_id:
        raise BadUserInput("There is no such program.", ["programId"])
    runtime = process_of(info.context)
    epoch = await runtime.feed.epoch()
    position = _position(after, epoch)
    wanted = {DomainEventType(kind.value) for kind in types or () if kind is not EventType.CURSOR}
    try:
        async for item in runtime.hub.subscribe(program_key, wanted or None, position):
            if isinstance(item, Reached):
                yield _mark(EVENT_CURSOR.encode((epoch, item.position)), info.context.now())
            elif item.type is not DomainEventType.AUDIT:
                yield _shown(item, epoch)
    except PositionExpired:
        raise CursorExpired from None
    except SlowConsumer:
        raise ServiceUnavailable(
            "This reader fell too far behind: subscribe again with the last cursor as `after`.", 0
        ) from None


def _position(after: str | None, epoch: int) -> int | None:
    if after is None or after is UNSET:
        return None
    cursor_epoch, position = EVENT_CURSOR.decode(after)
    if cursor_epoch != epoch:
        raise CursorExpired
    return int(position)


def _mark(cursor: str, at: datetime) -> ProgramEventRow:
    return ProgramEventRow(cursor, EventType.CURSOR.value, "cursor", at, None, {})


def _shown(event: Event, epoch: int) -> ProgramEventRow:
    return ProgramEventRow(
        cursor=EVENT_CURSOR.encode((epoch, event.position)),
        type=event.type.value,
        name=event.name,
        at=event.at,
        entity_id=_public(_PREFIXES.get(event.type), event.entity_id),
        data={key: _shown_value(key, value) for key, value in event.data.items()},
    )


def _shown_value(key: str, value: Any) -> Any:
    prefix = _IDS_IN_DATA.get(key)
    if prefix is None:
        return value
    if isinstance(value, list):
        return [_public(prefix, item) for item in value]
    return _public(prefix, value)


def _public(prefix: IdPrefix | None, text: str | None) -> str | None:
    if prefix is None or text is None:
        return None
    return encode_id(prefix, UUID(text))


def encode_cursor(epoch: int, position: int) -> str:
    """The cursor that programEvents takes as `after`."""
    return EVENT_CURSOR.encode((epoch, position))
