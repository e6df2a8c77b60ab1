"""What to do about an answer that is larger than what is read: ask for less."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from app.chain.node_errors import AnswerTooLarge, RangeTooLarge

Asked = TypeVar("Asked")
Told = TypeVar("Told")


@contextmanager
def about_a_range() -> Iterator[None]:
    """Around a question about logs, which RangeTooLarge has asked again over fewer blocks."""
    try:
        yield
    except AnswerTooLarge as problem:
        raise RangeTooLarge(str(problem)) from problem


async def in_halves(
    ask: Callable[[Sequence[Asked]], Awaitable[list[Told]]], asked: Sequence[Asked]
) -> list[Told]:
    """All answers in order, in as many requests as it takes. Raises AnswerTooLarge for a single one, and what `ask` raises."""
    try:
        return await ask(asked)
    except AnswerTooLarge:
        if len(asked) == 1:
            raise
    middle = len(asked) // 2
    first = await in_halves(ask, asked[:middle])
    return first + await in_halves(ask, asked[middle:])
