"""How a subscription treats a reader that is slower than its source."""

from enum import Enum
from typing import Any

_METADATA_KEY = "delivery"


class Delivery(Enum):
    EVERY = "every"
    """Nothing is skipped: a reader that cannot keep up is closed and resumes from its cursor."""
    NEWEST = "newest"
    """Newer replaces older, and equal subscriptions share one source and one execution."""

    @property
    def metadata(self) -> dict[str, "Delivery"]:
        """Declare it on the field: `strawberry.subscription(…, metadata=Delivery.NEWEST.metadata)`.

        The default is EVERY.
        """
        return {_METADATA_KEY: self}


def delivery_of(metadata: Any) -> Delivery:
    delivery = (metadata or {}).get(_METADATA_KEY, Delivery.EVERY)
    assert isinstance(delivery, Delivery)
    return delivery
