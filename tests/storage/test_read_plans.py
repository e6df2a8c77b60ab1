"""Reads are planned for the values they are asked with, however often; what writes keeps its plans."""

from app.store.database import Database as Pool
from tests.storage.seeds import SeededProgram

_MODE = "SELECT current_setting('plan_cache_mode')"


async def test_reads_are_planned_anew_and_writes_are_not(api: Pool, program: SeededProgram) -> None:
    async with api.read(program.id) as session:
        assert await session.connection.fetchval(_MODE) == "force_custom_plan"
    async with api.write(program.id) as unit:
        assert await unit.connection.fetchval(_MODE) == "auto"
