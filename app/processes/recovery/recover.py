"""A whole recovery: everything paused, every chain read, then programs may be resumed, each by a person."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from app.domain.clock import Clock
from app.processes.recovery.notice import Witness, notice_restore
from app.processes.recovery.recover_chain import ChainProgress, RecoveredChain, recover_chain
from app.processes.watching.watch import WatcherParts
from app.services.execute import Bells, execute
from app.services.recovery.begin_recovery import begin_recovery
from app.services.recovery.finish_recovery import finish_recovery
from app.store.database import Database
from app.store.recovery import findings as recovery_findings
from app.store.recovery import recoveries
from app.store.recovery.findings import LiveCredentials, ProgramFindings
from app.store.recovery.recoveries import OpenRecovery


class TakenBackAgain(RuntimeError):
    """The server was restored or promoted while it was recovered: begin anew."""


@dataclass(frozen=True)
class Recovering:
    """What a recovery works with. chains: the watcher's parts of each. actor: who asked for it."""

    database: Database
    bells: Bells
    witness: Witness
    chains: Sequence[WatcherParts]
    clock: Clock
    actor: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found, of which only a person says what follows."""

    recovery: OpenRecovery
    chains: Sequence[RecoveredChain]
    programs: Sequence[ProgramFindings]
    credentials: LiveCredentials


async def begin(recovering: Recovering, restored: str | None) -> OpenRecovery | None:
    """The open recovery; begun now when the server is not the one that was known. None: there is nothing to recover.

    restored: why a person says that it was restored, where nothing shows it.
    """
    database, bells, actor, clock = (
        recovering.database,
        recovering.bells,
        recovering.actor,
        recovering.clock,
    )
    await notice_restore(database, bells, recovering.witness, actor, clock)
    if restored is not None:
        declare = partial(begin_recovery, reason=restored, actor=actor, now=clock())
        await execute(database, bells, None, declare)
    async with database.read(None) as session:
        return await recoveries.open_recovery(session)


async def recover(
    recovering: Recovering, recovery: OpenRecovery, tell: Callable[[ChainProgress], None]
) -> Recovered:
    """Reads every chain side by side, then ends the recovery. Programs stay paused. May be killed at any instruction and run
    again. Raises TakenBackAgain.
    """
    readings = [recover_chain(one, recovering.actor, tell) for one in recovering.chains]
    chains = await asyncio.gather(*readings)
    async with recovering.database.read(None) as session:
        programs = await recovery_findings.program_findings(session, recovery.begun_at)
        credentials = await recovery_findings.live_credentials(session, recovering.clock())
        place = await recoveries.server_place(session)
    # Before the end: a worker that compares must not find the server behind where it was seen.
    await recovering.witness.note(str(place))
    now = recovering.clock()
    finish = partial(finish_recovery, recovery=recovery, actor=recovering.actor, now=now)
    if await execute(recovering.database, recovering.bells, None, finish) is None:
        raise TakenBackAgain
    return Recovered(recovery, chains, programs, credentials)
