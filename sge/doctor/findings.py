"""Checks, and what they found."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.chain.node_errors import ChainError
from app.settings import SettingsMistake


class Problem(RuntimeError):
    """What is wrong, by the variable's name, and what to do."""


@dataclass(frozen=True)
class Check:
    """One thing to look at; `look` returns a remark or raises. variable: what to change when it fails unforeseen."""

    name: str
    variable: str
    look: Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Finding:
    """What a check found: one remark, or a line for each thing that is wrong."""

    name: str
    right: bool
    remarks: Sequence[str]


async def found_by(checks: Sequence[Check]) -> list[Finding]:
    """What all of them find, at once, in their order."""
    return list(await asyncio.gather(*(_run(check) for check in checks)))


async def _run(check: Check) -> Finding:
    try:
        return Finding(check.name, True, [await check.look()])
    except (Problem, SettingsMistake) as problem:
        return Finding(check.name, False, str(problem).splitlines())
    except ChainError as problem:
        remark = f"{check.variable}: {problem}; is this the address of a node of that chain?"
        return Finding(check.name, False, [remark])
    except Exception as problem:  # noqa: BLE001 - whatever is wrong is what it is for
        remark = f"{check.variable}: {type(problem).__name__}: {' '.join(str(problem).split())}"
        return Finding(check.name, False, [remark])
