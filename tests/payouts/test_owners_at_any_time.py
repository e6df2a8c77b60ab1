"""Whatever owners execute and whenever, whatever we propose, reject, replace, close or relay: nobody is paid twice."""

from random import Random

import pytest

from app.domain import payout_planning
from tests.contracts.items import USDC
from tests.payouts.owners_history import OwnersHistory
from tests.payouts.paying import Paying


@pytest.fixture
def small_safe_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two payouts each, so that few affiliates make batches of several nonces."""
    monkeypatch.setattr(payout_planning, "USUAL_PAYOUTS", 2)


async def play(paying: Paying, seed: int, steps: int) -> None:
    world = paying.world
    program = await world.program()
    await world.settling.lanes()
    affiliates = await world.affiliates(program, 5)
    await world.payable(program, dict.fromkeys(affiliates, USDC))
    history = OwnersHistory(paying, Random(seed), program, affiliates)
    try:
        for _ in range(steps):
            await history.step()
            await history.check()
        await history.end()
        await history.check()
        await history.check_end()
    except BaseException as problem:
        problem.add_note("\n".join(history.steps))
        raise


@pytest.mark.usefixtures("small_safe_transactions")
@pytest.mark.parametrize("seed", [1, 2])
async def test_a_short_history_pays_nobody_twice(paying: Paying, seed: int) -> None:
    await play(paying, seed, steps=20)


@pytest.mark.long
@pytest.mark.usefixtures("small_safe_transactions")
@pytest.mark.parametrize("seed", range(100, 108))
async def test_a_long_history_pays_nobody_twice(paying: Paying, seed: int) -> None:
    await play(paying, seed, steps=80)
