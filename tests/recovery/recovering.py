"""A recovery step by step, as `sge recover` and workers run it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from app.bus.witness import ForeignNote
from app.domain.permissions import Authority
from app.domain.typed_ids import typed_id
from app.processes.recovery.notice import notice_restore
from app.processes.recovery.recover import Recovered, Recovering, begin, recover
from app.processes.recovery.recover_chain import ChainProgress
from app.processes.watching.watch import WatcherParts
from app.services.execute import execute
from app.services.programs.change_programs import resume_program
from app.services.recovery.begin_recovery import Begun
from app.store.recovery.recoveries import OpenRecovery
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld
from tests.services.world import key_of

OTHER_TIMELINE = "UPDATE instance SET timeline = timeline + 1"

_CRITICAL = """
SELECT id FROM discrepancy WHERE program_id = $1 AND severity = 'CRITICAL' AND resolved_at IS NULL
"""


@dataclass
class RememberedPlace:
    """What Redis would remember."""

    noted: str | None = None
    foreign: bool = False

    async def recall(self) -> str | None:
        if self.foreign:
            raise ForeignNote
        return self.noted

    async def note(self, place: str) -> None:
        self.noted, self.foreign = place, False


@dataclass
class RecoveringWorld:
    """watching: the world that is recovered."""

    watching: WatchingWorld
    witness: RememberedPlace = field(default_factory=RememberedPlace)

    def __post_init__(self) -> None:
        self.settling = self.watching.settling

    def parts(self, at_point: Callable[[str], None] | None = None) -> WatcherParts:
        return replace(self.watching.parts("recover", at_point), recovering=True)

    def recovering(self, at_point: Callable[[str], None] | None = None) -> Recovering:
        return Recovering(
            database=self.settling.worker,
            bells=self.settling.bells,
            witness=self.witness,
            chains=[self.parts(at_point)],
            clock=self.settling.clock,
            actor="operator:test",
        )

    async def notice(self) -> Begun | None:
        """A worker's look."""
        settling = self.settling
        return await notice_restore(
            settling.worker, settling.bells, self.witness, "job:worker", settling.clock
        )

    async def begin(self, restored: str | None = None) -> OpenRecovery | None:
        return await begin(self.recovering(), restored)

    async def recover(self, at_point: Callable[[str], None] | None = None) -> Recovered:
        """From the beginning, or from wherever an earlier one ended; blocks come while it waits for them."""
        recovering = self.recovering(at_point)
        recovery = await begin(recovering, None)
        assert recovery is not None
        self.watching.watchers.clear()
        return await recover(recovering, recovery, self._mine)

    def _mine(self, _progress: ChainProgress) -> None:
        self.watching.mine(1)

    async def resume(self, program: SettledProgram) -> None:
        """As a key of the program, by somebody who saw what the recovery found."""
        authority: Authority = key_of(program.id)
        rows = await self.settling.rows(_CRITICAL, program.id)
        reason = " ".join(["seen:", *(typed_id("dis", row["id"]) for row in rows)])
        call = partial(
            resume_program,
            authority=authority,
            program_id=program.id,
            reason=reason,
            now=self.settling.clock(),
        )
        await execute(self.settling.api, self.settling.bells, program.id, call)

    async def value(self, query: str, *args: Any) -> Any:
        return await self.settling.value(query, *args)

    async def settle_until_quiet(self) -> None:
        """As often as workers would until nothing is left to sign, every block mined and posted."""
        for _ in range(6):
            await self.watching.settle_and_finish()
            await asyncio.sleep(0)
