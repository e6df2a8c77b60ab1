"""What a drill looks at, and what it leaves behind."""

import asyncio
import fcntl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.chain.client import Chain
from app.processes.chain_proof.comparing import ChainView
from app.processes.reconciliation.checks import CHECKS
from sge.backups.checks import Checked
from sge.backups.drill import drill
from sge.backups.note import Backup
from sge.backups.programs import postgres_programs
from sge.backups.restore import RestorePoint
from sge.backups.scratch import scratch_folder
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.ports import free_port
from sge.embedded.postgres import Postgres
from sge.embedded.project import PROJECT
from sge.migrations import upgrade
from tests.contracts.gateway_chain import GatewayChain
from tests.processes.settling_world import SettlingWorld
from tests.recovery.taken_back import WholeServer
from tests.storage.following import roll_up_and_seal

_DRILL = """
import pathlib, sys, time
from sge.backups.scratch import scratch_folder
with scratch_folder(pathlib.Path(sys.argv[1]), print) as folder:
    (folder / "data").mkdir()
    print("at work", flush=True)
    time.sleep(60)
"""


def drilled(backup: Backup, home: Path, url: str | None, gateway: str) -> Checked:
    """url: of the node of the chain; None: none is configured."""

    @asynccontextmanager
    async def views() -> AsyncIterator[Mapping[int, ChainView]]:
        if url is None:
            yield {}
            return
        async with Chain(CHAIN_ID, [url]) as chain:
            yield {CHAIN_ID: ChainView(chain, gateway)}

    programs = postgres_programs(None)
    done = drill(backup, RestorePoint(), programs, lambda _: None, scratch=home, open_views=views)
    return done.checked


def sound(checked: Checked) -> bool:
    """But for what the world writes without an event, which nobody seals."""
    return all(fault.endswith("A row was never sealed.") for fault in checked.faults)


async def catch_up(settling: SettlingWorld) -> None:
    """All events are moved out, rolled up and sealed."""
    while await settling.value("SELECT sge_move_outbox(now())"):
        pass
    await roll_up_and_seal(settling.worker, settling.clock)


@pytest.mark.long
async def test_the_chain_is_asked_too(server_folder: Path, chain: GatewayChain) -> None:
    """A healthy copy has no fault; a node that is away, or that knows of another chain, makes one."""
    with Postgres(server_folder / "postgres", durable=False) as server:
        await asyncio.to_thread(upgrade, server.dsn())
        whole = WholeServer(server)
        async with whole.worlds(chain) as (recovering, paying):
            shop = await recovering.watching.program()
            await recovering.watching.line(shop)
            await recovering.settling.pay(shop, 3)
            await recovering.watching.settle_and_finish()
            program, batch = await paying.approved(transactions=1, recipients=2)
            assert await paying.relay() == 1
            await paying.finish()
            assert await paying.status(batch) == "COMPLETED"
            await catch_up(recovering.settling)
            backup = whole.back_up(server_folder / "backups")
    gateway, url = chain.deployment.gateway, chain.node.url

    def look(node: str | None) -> Checked:
        return drilled(backup, server_folder, node, gateway)

    checked = await asyncio.to_thread(look, url)
    assert sound(checked)
    assert (checked.checks, checked.unseen) == (2 * len(CHECKS), ())
    checked = await asyncio.to_thread(look, None)
    assert sound(checked)
    assert checked.unseen == (CHAIN_ID,)
    assert checked.checks == 2 * len(CHECKS.database)
    checked = await asyncio.to_thread(look, f"http://127.0.0.1:{free_port()}")
    away = [fault for fault in checked.faults if f"chain {CHAIN_ID}: " in fault]
    # Work that stands nowhere asks nobody.
    assert len(away) == 2 * (len(CHECKS.chain) - 1)

    # The chain has other blocks where the books were posted: a payout that never was, for all that the node says.
    chain.node.call("anvil_reorg", 12, [])
    checked = await asyncio.to_thread(look, url)
    assert any(", PAYOUTS: " in fault for fault in checked.faults), checked.faults
    assert any(", MOVEMENTS: " in fault for fault in checked.faults), checked.faults
    assert program.id != shop.id


def test_what_a_killed_drill_left_is_removed_by_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _DRILL, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"at work\n"
        [other] = tmp_path.iterdir()
        said: list[str] = []
        with scratch_folder(tmp_path, said.append) as mine:
            assert {one.name for one in tmp_path.iterdir()} == {other.name, mine.name}
        assert said == []
        process.kill()
    assert (other / "data").exists()
    with scratch_folder(tmp_path, said.append) as mine:
        assert list(tmp_path.iterdir()) == [mine]
    assert list(tmp_path.iterdir()) == []
    [line] = said
    assert str(other) in line


def test_nothing_of_somebody_else_is_removed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "lock").touch()
    (tmp_path / "sge-drill-link").symlink_to(precious)
    (tmp_path / "sge-drill-new").mkdir()
    held = (tmp_path / "sge-drill-new" / "other").open("w")
    with held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with scratch_folder(tmp_path, print):
            pass
    assert (precious / "lock").exists()
    assert (tmp_path / "sge-drill-new" / "other").exists()
