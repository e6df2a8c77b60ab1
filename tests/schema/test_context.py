"""An operation's context: one snapshot, taken late, and loaders that read each key once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from schema.context import OperationContext
from schema.errors import Unauthenticated
from tests.transport.tiny_runtime import TinyRuntime


class Snapshots(TinyRuntime):
    """Counts how many snapshots are open and were opened."""

    opened = 0

    @asynccontextmanager
    async def read_snapshot(self, *who: Any) -> AsyncIterator[Any]:
        self.opened += 1
        async with super().read_snapshot(*who) as session:
            yield session


class Batches:
    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.busy = False

    async def load(self, _: Any, keys: Sequence[int]) -> Sequence[str]:
        assert not self.busy, "a connection serves one statement at a time"
        self.busy = True
        self.asked.append(list(keys))
        await asyncio.sleep(0.01)
        self.busy = False
        return [str(key) for key in keys]
