"""What the database says no to, by its code."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

FORBIDDEN = "42501"
NOT_A_MOVE = "SG001"
KEPT = "SG002"
FROZEN = "SG030"
UNSIGNED = "SG031"
OPEN_RULE = "SG033"
DOES_NOT_SUM = "SG034"
LIVE_BATCH = "SG035"
NOT_REVERSED = "SG036"
NOT_LISTED = "SG037"
NOT_SIGNED_BY_WALLETS = "SG038"
NOT_POSTED = "SG039"
TWICE = "23505"
BROKEN = "23514"


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The body, or the commit at its end, fails with this SQLSTATE."""
    with pytest.raises(asyncpg.PostgresError) as caught:
        yield
    assert caught.value.sqlstate == code, caught.value
