"""Parts of a long range: asked for one ahead, in order, in halves where the node refuses."""

import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest

from app.chain.log_walk import walk_logs
from app.chain.logs import LogPlace, TokenTransfer, WatchedLog
from app.chain.node_errors import NoAnswer, RangeTooLarge


class Asked:
    """Answers with a log for each of the blocks, at most so many at a time; keeps what was asked."""

    def __init__(self, most: int, broken: int | None = None) -> None:
        self.most = most
        self.broken = broken
        self.ranges: list[tuple[int, int]] = []
        self.asked = asyncio.Event()

    async def read(self, first: int, last: int) -> list[WatchedLog]:
        self.ranges.append((first, last))
        self.asked.set()
        await asyncio.sleep(0)
        if self.broken is not None and last >= self.broken:
            raise NoAnswer("nobody is there")
        if last - first >= self.most:
            raise RangeTooLarge("too many")
        return [in_block(number) for number in range(first, last + 1)]


def in_block(number: int) -> WatchedLog:
    place = LogPlace(number, b"", b"", 0, 0)
    return TokenTransfer(place, "0x", "0x", "0x", number + 1)


async def test_every_block_once_and_in_order() -> None:
    node = Asked(300)
    found = [part async for part in walk_logs(node.read, 5, 2_000)]
    assert [log.place.block_number for _, _, logs in found for log in logs] == [*range(5, 2_001)]
    assert found[0][0] == 5
    assert found[-1][1] == 2_000
    assert all(after == before + 1 for (_, before, _), (after, _, _) in pairwise(found))


async def test_the_next_part_is_asked_for_while_one_is_used() -> None:
    node = Asked(2_000)
    async with aclosing(walk_logs(node.read, 0, 9_999)) as parts:
        await anext(parts)
        node.asked.clear()
        async with asyncio.timeout(5):
            await node.asked.wait()
        assert len(node.ranges) == 2


async def test_nothing_goes_on_once_nobody_wants_it() -> None:
    node, before = Asked(2_000), asyncio.all_tasks()
    async with aclosing(walk_logs(node.read, 0, 9_999)) as parts:
        await anext(parts)
    assert asyncio.all_tasks() == before


async def test_what_came_before_a_fault_is_told_and_then_the_fault() -> None:
    node = Asked(2_000, broken=1_500)
    async with aclosing(walk_logs(node.read, 0, 9_999)) as parts:
        first, last, _ = await anext(parts)
        assert (first, last) == (0, 1_023)
        with pytest.raises(NoAnswer):
            await anext(parts)
