"""The replica becomes the primary: positions of the old timeline are asked of it, and of no replica."""

import pytest

from app.domain.positions import WritePosition
from sge.embedded.standby import Standby
from tests.api.caller import OwnProgram
from tests.replica.conftest import Pair, StartProcess
from tests.replica.test_reading import codes, register, until_replica_has


@pytest.fixture
def pair(own_pair: Pair) -> Pair:
    return own_pair


@pytest.mark.long
async def test_positions_of_another_timeline_are_the_primarys(
    pair: Pair, start_process: StartProcess
) -> None:
    stage = await start_process()
    program = await stage.program()
    old = await register(program, "FIRST")
    await pair.catch_up()
    await until_replica_has(program, old)
    first = pair.primary
    first.stop()
    pair.replica.promote()
    pair.primary = pair.replica
    with Standby(pair.folder / "second", pair.primary, durable=False) as second:
        pair.replica_dsn = second.dsn("sge_reader")
        promoted = await start_process()
        there = OwnProgram(promoted.client, program.token, program.id, program.slug)
        new = await register(there, "SECOND")
        assert WritePosition.parse(new).timeline == WritePosition.parse(old).timeline + 1
        assert await codes(there, old) == ({"FIRST", "SECOND"}, "primary")
        await until_replica_has(there, new)
        # What was written by the old primary and lost with it lies further than anything that is replayed, or not.
        lost = str(WritePosition(WritePosition.parse(old).timeline, 2**40))
        assert (await codes(there, lost))[1] == "primary"
