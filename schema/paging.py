"""Keyset pages: what a list resolver takes and gives back, in Relay's shape.

A resolver reads the request with `page_request`, asks the store for `first + 1` rows after the
key, and hands them to `Page.of`. The row too many is how `hasNextPage` is known without a count.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from strawberry import UNSET

from schema.cursors import CursorCodec, Key
from schema.errors import BadUserInput

Row = TypeVar("Row")

MAXIMUM_FIRST = 200
COUNT_LIMIT = 10_001
"""`totalCount` counts no further; a store's count query stops at one row more than this."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    first: int
    after: Key | None
    codec: CursorCodec

    @property
    def limit(self) -> int:
        """How many rows to ask the store for: one more than the page shows."""
        return self.first + 1


def page_request(codec: CursorCodec, first: int, after: str | None) -> PageRequest:
    """Check the arguments of a list; BAD_USER_INPUT names the one that is wrong."""
    if not 1 <= first <= MAXIMUM_FIRST:
        raise BadUserInput(f"first is 1 to {MAXIMUM_FIRST}.", ["first"])
    if after is None or after is UNSET:
        return PageRequest(first, None, codec)
    return PageRequest(first, codec.decode(after), codec)


@dataclass(frozen=True, slots=True)
class PageEdge(Generic[Row]):
    cursor: str
    node: Row


@dataclass(frozen=True, slots=True)
class PageBounds:
    """GraphQL's PageInfo."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class RowCount:
    """GraphQL's Count: exact up to COUNT_LIMIT, which stands for "more" beyond."""

    value: int
    exact: bool


Counter = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, as the connection types read it."""

    rows: Sequence[Row]
    has_next_page: bool
    request: PageRequest
    key_of: Callable[[Row], Key]
    counter: Counter

    @classmethod
    def of(
        cls,
        fetched: Sequence[Row],
        request: PageRequest,
        key_of: Callable[[Row], Key],
        counter: Counter,
    ) -> "Page[Row]":
        """Build from up to `request.limit` rows; `counter` runs only when totalCount is asked."""
        more = len(fetched) > request.first
        return cls(fetched[: request.first], more, request, key_of, counter)

    @property
    def nodes(self) -> Sequence[Row]:
        return self.rows

    @cached_property
    def edges(self) -> list[PageEdge[Row]]:
        return [PageEdge(self._cursor(row), row) for row in self.rows]

    @property
    def page_info(self) -> PageBounds:
        return PageBounds(
            has_next_page=self.has_next_page,
            has_previous_page=self.request.after is not None,
            start_cursor=self._cursor(self.rows[0]) if self.rows else None,
            end_cursor=self._cursor(self.rows[-1]) if self.rows else None,
        )

    async def total_count(self) -> RowCount:
        counted = await self.counter()
        return RowCount(value=min(counted, COUNT_LIMIT), exact=counted <= COUNT_LIMIT)

    def _cursor(self, row: Row) -> str:
        return self.request.codec.encode(self.key_of(row))
