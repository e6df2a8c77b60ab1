"""The demo once everything runs: customers, the live line, and a watchful eye on all processes."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from sge.demo.api import Api
from sge.demo.audits import keep_reconciled
from sge.demo.chain import DemoChain
from sge.demo.environment import public_url
from sge.demo.faucet import Faucet
from sge.demo.live import LiveLine
from sge.demo.options import DemoOptions
from sge.demo.processes import Crew
from sge.demo.programs import PROGRAMS
from sge.demo.progress import Progress
from sge.demo.services import Services
from sge.demo.traffic import Tally, Traffic
from sge.demo.wallets import DemoKeys
from sge.embedded.failures import ServerDied

_WATCH_SECONDS = 1.0
_TOP_UP_SECONDS = 10.0


@dataclass(frozen=True)
class Scene:
    """All that runs."""

    options: DemoOptions
    services: Services
    crew: Crew
    keys: DemoKeys
    chain: DemoChain
    programs: list[dict[str, Any]]


async def keep_going(scene: Scene, progress: Progress) -> None:
    """Until it is cancelled; raises ServerDied when a server or a process does not stay alive."""
    tally, notices = Tally(), list[str]()
    path = scene.options.folder / "demo-traffic.json"
    faucet = Faucet(path, scene.services.anvil, scene.keys, scene.chain)
    died: BaseException | None = None
    async with AsyncExitStack() as clients:
        url = public_url(scene.options)
        apis = [
            await clients.enter_async_context(Api(url, program["apiKey"]))
            for program in scene.programs
        ]
        line = LiveLine([p["slug"] for p in scene.programs], apis, tally)
        by_program = {p["id"]: api for p, api in zip(scene.programs, apis, strict=True)}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(line.show(progress, notices))
                tasks.create_task(_watch(scene, notices))
                tasks.create_task(_pay_for_gas(faucet))
                tasks.create_task(keep_reconciled(by_program))
                for customers in _customers(scene, apis, faucet, tally):
                    tasks.create_task(customers.run(scene.options.rate / len(apis)))
        except* ServerDied as group:
            died = group.exceptions[0]
    if died is not None:
        raise died


def _customers(scene: Scene, apis: list[Api], faucet: Faucet, tally: Tally) -> list[Traffic]:
    if not scene.options.traffic:
        return []
    return [
        Traffic(api, program["id"], plan, faucet, tally)
        for api, program, plan in zip(apis, scene.programs, PROGRAMS, strict=True)
    ]


async def _watch(scene: Scene, notices: list[str]) -> None:
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        scene.services.require_alive()
        for name in scene.crew.look_after():
            notices.append(f"{name} died and was started again")  # noqa: PERF401 - one at a time


async def _pay_for_gas(faucet: Faucet) -> None:
    while True:
        await faucet.top_up_relayers()
        await asyncio.sleep(_TOP_UP_SECONDS)
