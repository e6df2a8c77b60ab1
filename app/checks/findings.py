"""Checks, and what they found."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.chain.node_errors import ChainError
from app.settings import SettingsMistake


class Problem(RuntimeError):
    """What is wrong, by the variable's name, and what to do."""


class Caution(RuntimeError):
    """What works and is not as it should be, by the variable's name, and what to do."""


@dataclass(frozen=True)
class Check:
    """One thing to look at; `look` returns a remark or raises. variable: what to change when it fails unforeseen.
    needed: a web process that finds it wrong is not ready; anything else is named, and others go on.
    """

    name: str
    variable: str
    look: Callable[[], Awaitable[str]]
    needed: bool = False


@dataclass(frozen=True)
class Finding:
    """What a check found: one remark, or a line for each thing that is wrong. caution: it is right all the same."""

    name: str
    right: bool
    remarks: Sequence[str]
    caution: bool = False
    needed: bool = False


async def found_by(
    checks: Sequence[Check],
    longest_seconds: float | None = None,
    waiting: Callable[[Sequence[str]], None] | None = None,
) -> list[Finding]:
    """What all of them find, at once, in their order. longest_seconds: after these a check has found no answer. waiting:
    told the names of those that still look, each time that there are fewer.
    """
    looking = [check.name for check in checks]

    async def found(check: Check) -> Finding:
        finding = await _run(check, longest_seconds)
        looking.remove(check.name)
        if waiting is not None:
            waiting(tuple(looking))
        return finding

    if waiting is not None:
        waiting(tuple(looking))
    return list(await asyncio.gather(*(found(check) for check in checks)))


async def _run(check: Check, longest_seconds: float | None) -> Finding:
    try:
        async with asyncio.timeout(longest_seconds):
            remark = await check.look()
    except Caution as caution:
        return Finding(check.name, True, str(caution).splitlines(), True, check.needed)
    except Exception as problem:  # noqa: BLE001 - whatever is wrong is what it is for
        return Finding(check.name, False, _said(check, problem), False, check.needed)
    return Finding(check.name, True, [remark], False, check.needed)


def _said(check: Check, problem: Exception) -> list[str]:
    if isinstance(problem, (Problem, SettingsMistake)):
        return str(problem).splitlines()
    if isinstance(problem, ChainError):
        return [f"{check.variable}: {problem}; is this the address of a node of that chain?"]
    if isinstance(problem, TimeoutError):
        return [
            f"{check.variable}: no answer in time; is it running, and does the network let us through?"
        ]
    return [f"{check.variable}: {type(problem).__name__}: {' '.join(str(problem).split())}"]
