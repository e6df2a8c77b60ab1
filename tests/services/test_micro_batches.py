"""Requests at once share work, and fail or leave alone."""

import asyncio
from collections.abc import Sequence

import pytest

from app.services.intents.micro_batches import MicroBatches


class Recorded:
    """Work that remembers its batches, and fails for what is below zero."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []

    async def work(self, group: str, items: Sequence[int]) -> Sequence[int]:
        self.batches.append((group, list(items)))
        await asyncio.sleep(0.01)
        if any(item < 0 for item in items):
            raise ValueError(f"below zero: {items}")
        return [item * 2 for item in items]


async def test_what_comes_together_is_worked_on_together() -> None:
    recorded = Recorded()
    batches = MicroBatches(recorded.work)
    answers = await asyncio.gather(
        *(batches.submit("ab"[n % 2], n) for n in range(10)),
    )
    assert answers == [n * 2 for n in range(10)]
    assert sorted(recorded.batches) == [("a", [0, 2, 4, 6, 8]), ("b", [1, 3, 5, 7, 9])]


async def test_a_batch_is_at_most_200_and_the_next_waits() -> None:
    recorded = Recorded()
    batches = MicroBatches(recorded.work)
    answers = await asyncio.gather(*(batches.submit("a", n) for n in range(450)))
    assert answers == [n * 2 for n in range(450)]
    assert [len(items) for _, items in recorded.batches] == [200, 200, 50]


@pytest.mark.parametrize(("apart", "failures"), [(True, 1), (False, 200)])
async def test_one_bad_item(apart: bool, failures: int) -> None:
    recorded = Recorded()
    batches = MicroBatches(recorded.work, apart=apart)
    items = [*range(100), -1, *range(101, 200)]
    answers = await asyncio.gather(*(batches.submit("a", n) for n in items), return_exceptions=True)
    assert sum(isinstance(one, ValueError) for one in answers) == failures
    # Halves of halves: two calls a level, not one for each item.
    assert len(recorded.batches) <= 17


async def test_who_leaves_does_not_disturb_the_others() -> None:
    batches = MicroBatches(Recorded().work)
    leaving = asyncio.create_task(batches.submit("a", 1))
    staying = asyncio.create_task(batches.submit("a", 2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 4
    assert await batches.submit("a", 3) == 6


async def test_work_that_loses_a_result_hangs_nobody() -> None:
    async def loses(_group: str, items: Sequence[int]) -> Sequence[int]:
        return items[1:]

    batches = MicroBatches(loses)
    with pytest.raises(RuntimeError, match="another number of results"):
        await batches.submit("a", 1)
