"""Events as clients see them, each made once for all readers of a process."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from app.bus.hub import EventHub
from app.domain.events import Event
from app.domain.events import EventType as DomainEventType
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, encode_entity, encode_id

_KEPT = 1_000

EVENT_CURSOR = CursorCodec("programEvents", int, int)
"""(epoch of the feed, position)."""

_PREFIXES: dict[DomainEventType, IdPrefix] = {
    DomainEventType.INTENT: IdPrefix.INTENT,
    DomainEventType.SETTLEMENT: IdPrefix.SETTLEMENT,
    DomainEventType.COMMISSION: IdPrefix.COMMISSION,
    DomainEventType.AFFILIATE: IdPrefix.AFFILIATE,
    DomainEventType.PAYOUT_BATCH: IdPrefix.PAYOUT_BATCH,
    DomainEventType.LEDGER: IdPrefix.LEDGER_TRANSACTION,
    DomainEventType.RECONCILIATION: IdPrefix.RECONCILIATION_RUN,
    DomainEventType.DISCREPANCY: IdPrefix.DISCREPANCY,
    DomainEventType.PROGRAM: IdPrefix.PROGRAM,
    DomainEventType.WEBHOOK: IdPrefix.WEBHOOK_ENDPOINT,
}
# Events about something other than most of their type.
_PREFIXES_BY_NAME = {"payout.paid": IdPrefix.PAYOUT}
_IDS_IN_DATA: dict[str, IdPrefix] = {
    "intent": IdPrefix.INTENT,
    "transaction": IdPrefix.CHAIN_TRANSACTION,
    "settlement": IdPrefix.SETTLEMENT,
    "affiliate": IdPrefix.AFFILIATE,
    "parent": IdPrefix.AFFILIATE,
    "user": IdPrefix.USER,
    "batch": IdPrefix.PAYOUT_BATCH,
    "by": IdPrefix.PAYOUT_BATCH,
    "replaces": IdPrefix.PAYOUT_BATCH,
    "safeTransactions": IdPrefix.SAFE_TRANSACTION,
    "clawsBack": IdPrefix.COMMISSION,
    "reversal": IdPrefix.REVERSAL,
    "adjustment": IdPrefix.BALANCE_ADJUSTMENT,
    "discrepancy": IdPrefix.DISCREPANCY,
    "journals": IdPrefix.LEDGER_TRANSACTION,
    "delivery": IdPrefix.WEBHOOK_DELIVERY,
}


@dataclass(frozen=True, slots=True)
class ProgramEventRow:
    cursor: str
    type: str
    name: str
    at: datetime
    entity_id: str | None
    data: dict[str, Any]


class ShownEvents:
    """The rows of a feed's last events.

    One event is one object for everybody, by which the transport knows that it has been executed
    and serialised already.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], ProgramEventRow] = OrderedDict()

    def row(self, event: Event, epoch: int) -> ProgramEventRow:
        known = self._kept.get((epoch, event.position))
        if known is None:
            known = self._kept[epoch, event.position] = shown(event, epoch)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return known


_BY_HUB: WeakKeyDictionary[EventHub, ShownEvents] = WeakKeyDictionary()


def shown_events(hub: EventHub) -> ShownEvents:
    """The rows of this process's feed; positions mean something within one feed only."""
    known = _BY_HUB.get(hub)
    if known is None:
        known = _BY_HUB[hub] = ShownEvents()
    return known


def shown(event: Event, epoch: int) -> ProgramEventRow:
    """An event as every client sees it, whether it subscribes or has a webhook."""
    return ProgramEventRow(
        cursor=EVENT_CURSOR.encode((epoch, event.position)),
        type=event.type.value,
        name=event.name,
        at=event.at,
        entity_id=_public(_entity_prefix(event), event.entity_id),
        data={key: _shown_value(key, value) for key, value in event.data.items()},
    )


def _entity_prefix(event: Event) -> IdPrefix | None:
    return _PREFIXES_BY_NAME.get(event.name) or _PREFIXES.get(event.type)


def _shown_value(key: str, value: Any) -> Any:
    if key == "entity":
        return encode_entity(value)
    prefix = _IDS_IN_DATA.get(key)
    if prefix is None:
        return value
    if isinstance(value, list):
        return [_public(prefix, item) for item in value]
    # A count has the name of what it counts.
    return _public(prefix, value) if isinstance(value, str) else value


def _public(prefix: IdPrefix | None, text: str | None) -> str | None:
    if prefix is None or text is None:
        return None
    return encode_id(prefix, UUID(text))
