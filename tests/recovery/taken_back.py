"""A world whose database server is backed up while it works, lost, and restored beside a chain that went on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.domain.clock import real_clock
from sge.backups.note import Backup
from sge.backups.programs import postgres_programs
from sge.backups.restore import RestorePoint, prepare
from sge.backups.restored_server import RestoredServer
from sge.backups.take import take_backup
from sge.embedded.postgres import Postgres
from sge.embedded.postgres_address import DATABASE, SUPERUSER
from tests.contracts.gateway_chain import GatewayChain
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import world_over
from tests.processes.watching_world import WatchingWorld
from tests.recovery.recovering import RecoveringWorld


@dataclass(frozen=True)
class WholeServer:
    """A server of its own, whose database the product's commands would make."""

    server: Postgres

    def dsn(self, role: str = "sge_owner") -> str:
        return self.server.dsn(role, DATABASE)

    @property
    def superuser_dsn(self) -> str:
        return self.server.dsn(SUPERUSER, DATABASE)

    def back_up(self, folder: Path) -> Backup:
        url = self.server.dsn("sge_backup")
        return take_backup(url, folder, postgres_programs(None), real_clock, _nobody)

    @asynccontextmanager
    async def worlds(self, chain: GatewayChain) -> AsyncIterator[tuple[RecoveringWorld, Paying]]:
        """Programs, payouts and recoveries on it."""
        async with world_over(self, chain) as settling:
            watching = WatchingWorld(settling)
            yield RecoveringWorld(watching), Paying(PayoutWorld(watching))


def restore(backup: Backup, into: Path, private: Path) -> None:
    """As `sge restore`."""
    programs = postgres_programs(None)
    prepare(backup, into, RestorePoint(), programs, _nobody)
    with RestoredServer(private, into, programs, backup.note.database):
        return


def _nobody(_line: str) -> None:
    """Nobody listens."""
