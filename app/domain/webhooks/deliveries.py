"""How a delivery stands."""

from enum import StrEnum


class DeliveryStatus(StrEnum):
    """DISABLED: its endpoint was disabled or deleted before it arrived."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    DISABLED = "DISABLED"
