"""Lists: from arguments to a page."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from app.store.database import ReadSession
from app.store.reads.values import Slice
from resolvers.access import Info
from schema.cursors import CursorCodec, Key
from schema.paging import Page, page_request

Row = TypeVar("Row")


async def list_page(
    info: Info,
    program_key: int | None,
    codec: CursorCodec,
    arguments: tuple[int, str | None],
    fetch: Callable[[ReadSession, Slice], Awaitable[Sequence[Row]]],
    count: Callable[[ReadSession], Awaitable[int]],
    key_of: Callable[[Row], Key],
) -> Page[Row]:
    """Reads one page in the operation's snapshot; counts only when totalCount is asked for.

    arguments: `first` and `after` as given. Raises BadUserInput that names the one that is wrong.
    """
    request = page_request(codec, *arguments)
    async with info.context.reading(program_key) as session:
        rows = await fetch(session, Slice(request.limit, request.after))

    async def counter() -> int:
        async with info.context.reading(program_key) as session:
            return await count(session)

    return Page.of(rows, request, key_of, counter)
