"""Ids: uuid version 7 (RFC 9562, section 5.7), made where the row is made.

Their first 48 bits are the millisecond, so ids sort by age and indexes grow at one end.
"""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh uuid version 7: 48 bits of Unix milliseconds, 12 bits of the fraction, 62 random bits."""
    milliseconds, fraction = divmod(time.time_ns(), 1_000_000)
    value = milliseconds << 80 | int.from_bytes(os.urandom(8)) >> 2
    value |= 0x7 << 76 | (fraction * 4096 // 1_000_000) << 64 | 0b10 << 62
    return UUID(int=value)
