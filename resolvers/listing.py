"""Lists: from arguments to pages, those of all parents in one statement, however many parents there are."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.store.database import ReadSession
from app.store.reads.values import Slice
from resolvers.access import Info, load_one
from schema.cursors import CursorCodec, Key
from schema.paging import Page, page_request

Parent = TypeVar("Parent", bound=Hashable)
Conditions = TypeVar("Conditions", bound=Hashable)
Row = TypeVar("Row")

Pages = Callable[[ReadSession, Sequence[Parent], Conditions, Slice], Awaitable[list[list[Row]]]]
Counts = Callable[[ReadSession, Sequence[Parent], Conditions], Awaitable[list[int]]]


def of_program(
    page: Callable[[ReadSession, Conditions, Slice], Awaitable[list[Row]]],
) -> Pages[int, Conditions, Row]:
    """A program's own list: an answer has one program, however often it is asked for."""

    async def pages(
        session: ReadSession, programs: Sequence[int], conditions: Conditions, part: Slice
    ) -> list[list[Row]]:
        rows = await page(session, conditions, part)
        return [rows] * len(programs)

    return pages


def counts_of_program(
    count: Callable[[ReadSession, Conditions], Awaitable[int]],
) -> Counts[int, Conditions]:
    """The same for its count."""

    async def counts(
        session: ReadSession, programs: Sequence[int], conditions: Conditions
    ) -> list[int]:
        return [await count(session, conditions)] * len(programs)

    return counts


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Parent, Conditions]):
    """One parent's page. Fields of equal arguments share all but the parent."""

    parent: Parent
    conditions: Conditions
    part: Slice


@dataclass(frozen=True, eq=False)
class ListField(Generic[Parent, Conditions, Row]):
    """One list field of a type. pages and counts answer for many parents, in their order."""

    codec: CursorCodec
    pages: Pages[Parent, Conditions, Row]
    counts: Counts[Parent, Conditions]
    key_of: Callable[[Row], Key]

    async def page(
        self,
        info: Info,
        program_key: int,
        parent: Parent,
        arguments: tuple[int, str | None],
        conditions: Conditions,
    ) -> Page[Row]:
        """Reads one parent's page together with those of its siblings; raises BadUserInput for wrong arguments."""
        request = page_request(self.codec, *arguments)
        asked = _Asked(parent, conditions, Slice(request.limit, request.after))
        rows: list[Row] = await load_one(info, self._read_pages, program_key, asked)

        async def counter() -> int:
            counted: int = await load_one(info, self._read_counts, program_key, asked)
            return counted

        return Page.of(rows, request, self.key_of, counter)

    async def _read_pages(
        self, session: ReadSession, asked: Sequence[_Asked[Parent, Conditions]]
    ) -> list[list[Row]]:
        async def read(group: _Asked[Parent, Conditions], parents: list[Parent]) -> list[list[Row]]:
            return await self.pages(session, parents, group.conditions, group.part)

        return await _in_groups(asked, read)

    async def _read_counts(
        self, session: ReadSession, asked: Sequence[_Asked[Parent, Conditions]]
    ) -> list[int]:
        async def read(group: _Asked[Parent, Conditions], parents: list[Parent]) -> list[int]:
            return await self.counts(session, parents, group.conditions)

        return await _in_groups(asked, read)


Read = TypeVar("Read")


async def _in_groups(
    asked: Sequence[_Asked[Parent, Conditions]],
    read: Callable[[_Asked[Parent, Conditions], list[Parent]], Awaitable[list[Read]]],
) -> list[Read]:
    """One read for each set of equal arguments, which a document has few of."""
    groups: dict[tuple[Conditions, Slice], list[_Asked[Parent, Conditions]]] = {}
    for one in asked:
        groups.setdefault((one.conditions, one.part), []).append(one)
    found: dict[_Asked[Parent, Conditions], Read] = {}
    for group in groups.values():
        values = await read(group[0], [one.parent for one in group])
        found.update(zip(group, values, strict=True))
    return [found[one] for one in asked]
