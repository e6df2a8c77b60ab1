"""PostgreSQL restarted under a running worker."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sge.embedded.postgres import Postgres
from sge.embedded.postgres_address import SUPERUSER
from tests.contracts.gateway_chain import GatewayChain
from tests.fixtures.template import TEMPLATE, make_template
from tests.jobs.test_worker import all_sent, beating, until
from tests.jobs.worker_process import running, settings_of
from tests.processes.conftest import world_over


@dataclass(frozen=True)
class OwnServer:
    """The migrated database of a server that the test may stop."""

    postgres: Postgres

    def dsn(self, role: str = "sge_owner") -> str:
        return self.postgres.dsn(role, TEMPLATE)

    @property
    def superuser_dsn(self) -> str:
        return self.postgres.dsn(SUPERUSER, TEMPLATE)


@pytest.mark.long
async def test_a_worker_outlives_its_database(
    server_folder: Path, chain: GatewayChain, redis_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with Postgres(server_folder / "postgres") as postgres:
        make_template(postgres)
        server = OwnServer(postgres)
        settings = settings_of(server, redis_url, chain)
        with running(["worker"], settings, log) as worker, running(["scheduler"], settings, log):
            async with world_over(server, chain) as world:
                program = await world.program()
                await until(beating(world), 30, log)
                await world.pay(program, 3)
                await until(all_sent(world, program), 20, log)
            postgres.stop()
            postgres.start()
            async with world_over(server, chain) as world:
                await world.pay(program, 3)
                await until(all_sent(world, program), 30, log)
            assert worker.poll() is None
    assert chain.balance(program.treasury) == 60_000_000
