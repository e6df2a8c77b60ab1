"""Relay connection types over `schema.paging.Page`.

`Connection[Intent]` exports as IntentConnection with IntentEdge. Own types, because Strawberry's
relay.ListConnection has offsets for cursors and its PageInfo collides with any other.
"""

from typing import Any, Generic, TypeVar

import strawberry

from schema.fields import resolved
from schema.paging import Page, RowCount

NodeType = TypeVar("NodeType")


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="Counted up to 10 001; exact is false above.")
class Count:
    value: int
    exact: bool


async def count_rows(root: strawberry.Parent[Page[Any]]) -> RowCount:
    return await root.total_count()


@strawberry.type
class Edge(Generic[NodeType]):
    cursor: str
    node: NodeType


@strawberry.type
class Connection(Generic[NodeType]):
    edges: list[Edge[NodeType]]
    nodes: list[NodeType]
    page_info: PageInfo
    total_count: Count = resolved(count_rows)
