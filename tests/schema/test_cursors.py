"""Cursors come back as they went out, and every other text names the argument."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.cursors import CursorCodec
from schema.errors import BadUserInput
from schema.paging import COUNT_LIMIT, Page, page_request

CODEC = CursorCodec("Program.intents", datetime, UUID)
WIDE = CursorCodec("Query.all", int, str, bool, bytes, datetime, UUID)
KEYS = st.tuples(
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=50),
    st.booleans(),
    st.binary(max_size=50),
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
)


@given(KEYS)
def test_keys_come_back(key: tuple[Any, ...]) -> None:
    assert WIDE.decode(WIDE.encode(key)) == key


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadUserInput) as refused:
        CODEC.decode(text)
    assert refused.value.extensions == {"code": "BAD_USER_INPUT", "argument": ["after"]}


@given(KEYS, st.data())
def test_a_damaged_cursor_is_refused(key: tuple[Any, ...], data: st.DataObject) -> None:
    cursor = WIDE.encode(key)
    index = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_="))
    damaged = cursor[:index] + other + cursor[index + 1 :]
    if damaged != cursor:
        with pytest.raises(BadUserInput):
            WIDE.decode(damaged)


def test_a_cursor_of_another_list_is_refused() -> None:
    key = (datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1))
    assert CODEC.decode(CODEC.encode(key)) == key
    with pytest.raises(BadUserInput):
        CursorCodec("Affiliate.children", datetime, UUID).decode(CODEC.encode(key))


def test_a_cursor_with_padding_or_too_long_is_refused() -> None:
    cursor = CursorCodec("a", int).encode((1,))
    for text in (cursor + "=", cursor + "A" * 4096):
        with pytest.raises(BadUserInput):
            CursorCodec("a", int).decode(text)


def test_a_type_that_a_cursor_cannot_hold() -> None:
    with pytest.raises(TypeError):
        CursorCodec("a", float)


@pytest.mark.parametrize("first", [-1, 0, 201, 2**31 - 1])
def test_first_is_refused_by_name(first: int) -> None:
    with pytest.raises(BadUserInput) as refused:
        page_request(CODEC, first, None)
    assert refused.value.details["argument"] == ["first"]


async def _count(rows: int) -> Any:
    codec = CursorCodec("a", int)

    async def counter() -> int:
        return rows

    return await Page.of(
        [], page_request(codec, 1, None), lambda row: (row,), counter
    ).total_count()


async def test_counts_end_at_their_limit() -> None:
    exact, beyond = await _count(COUNT_LIMIT), await _count(COUNT_LIMIT + 1)
    assert (exact.value, exact.exact) == (10_001, True)
    assert (beyond.value, beyond.exact) == (10_001, False)


@given(st.integers(0, 12), st.integers(1, 5))
def test_pages_visit_every_row_once(rows: int, first: int) -> None:
    codec = CursorCodec("a", int)

    async def never() -> int:
        raise AssertionError("counted although nobody asked")

    seen: list[int] = []
    after: str | None = None
    while True:
        request = page_request(codec, first, after)
        start = request.after[0] + 1 if request.after else 0
        fetched = list(range(start, rows))[: request.limit]
        page = Page.of(fetched, request, lambda row: (row,), never)
        seen += page.nodes
        assert [edge.node for edge in page.edges] == list(page.nodes)
        assert page.page_info.has_previous_page == (after is not None)
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    assert seen == list(range(rows))
