"""Buckets of series."""

from enum import StrEnum

import strawberry


@strawberry.enum
class SeriesBucket(StrEnum):
    MINUTE = "MINUTE"
    HOUR = "HOUR"
    DAY = "DAY"
