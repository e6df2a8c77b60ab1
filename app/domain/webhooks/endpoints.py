"""What an endpoint may listen to, and how many there may be."""

from collections.abc import Collection

from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType

MOST_ENDPOINTS = 20
MOST_SECRETS = 5
LONGEST_OVERLAP_SECONDS = 30 * 86_400

# WEBHOOK events are for subscribers only: told by webhook, a failed delivery would make the next one.
DELIVERED = frozenset(EventType) - {EventType.WEBHOOK, EventType.AUDIT}


def check_events(events: Collection[str]) -> tuple[EventType, ...]:
    """The types, each once and sorted; refuses INVALID_INPUT for none, and for those that no webhook delivers."""
    wanted = set(events)
    if not wanted or not wanted <= DELIVERED:
        listed = ", ".join(sorted(DELIVERED))
        raise Refusal(
            RefusalCode.INVALID_INPUT, f"A webhook delivers one or more of {listed}.", "events"
        )
    return tuple(sorted(EventType(one) for one in wanted))
