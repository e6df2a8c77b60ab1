"""Many who ask together share one look, and one part that hangs does not hide the others."""

import asyncio

from app.checks.findings import Caution, Check, Problem, found_by
from app.checks.readiness import Readiness


async def test_one_look_for_all_who_ask() -> None:
    looks = 0

    async def look() -> str:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.01)
        return "right"

    readiness = Readiness([Check("one", "SGE_ONE", look)], fresh_seconds=0.2)
    answers = await asyncio.gather(*(readiness.findings() for _ in range(50)))
    assert looks == 1
    assert all(answer == answers[0] for answer in answers)
    await asyncio.sleep(0.25)
    await readiness.findings()
    assert looks == 2


async def test_what_still_looks_is_told() -> None:
    async def right() -> str:
        return "fine"

    told: list[tuple[str, ...]] = []
    checks = [
        Check("slow", "SGE_A", lambda: asyncio.sleep(0.05, "late")),
        Check("fast", "SGE_D", right),
    ]
    await found_by(checks, waiting=lambda names: told.append(tuple(names)))
    assert told == [("slow", "fast"), ("slow",), ()]


async def test_one_that_hangs() -> None:
    async def right() -> str:
        return "fine"

    async def wrong() -> str:
        raise Problem("SGE_B: no\ndo this")

    async def low() -> str:
        raise Caution("SGE_C: soon")

    hanging, fine, bad, soon = await found_by(
        [
            Check("hangs", "SGE_A", lambda: asyncio.sleep(60, "late"), needed=True),
            Check("right", "SGE_D", right),
            Check("wrong", "SGE_B", wrong),
            Check("low", "SGE_C", low),
        ],
        longest_seconds=0.05,
    )
    assert (hanging.right, hanging.needed) == (False, True)
    assert hanging.remarks[0].startswith("SGE_A: no answer in time")
    assert (fine.right, fine.remarks) == (True, ["fine"])
    assert (bad.right, bad.remarks) == (False, ["SGE_B: no", "do this"])
    assert (soon.right, soon.caution, soon.remarks) == (True, True, ["SGE_C: soon"])
