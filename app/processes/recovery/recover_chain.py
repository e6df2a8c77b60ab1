"""Reads one chain from where each program's postings ended up to now: what is proven there is settled or reported."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.chain.node_errors import ChainError
from app.processes.recovery.recover_lanes import RecoveredLane, recover_lanes
from app.processes.watching.parts import InconsistentChainError
from app.processes.watching.watch import Watcher, WatcherParts, let_go, open_watcher
from app.store.chain import consumption, watching
from app.store.chain.consumption import WatchedProgram
from app.store.database_errors import passes

POLL_SECONDS = 0.5
# That a transaction was displaced is believed at the second look by the same watcher, with nothing wrong in between.
_LOOKS = 2


@dataclass(frozen=True, slots=True)
class ChainProgress:
    """final: the newest final block; target: the one that has to be; behind: how many blocks the last program lacks.

    problem: what is in the way just now.
    """

    chain_id: int
    final: int
    target: int | None
    behind: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class RecoveredChain:
    """through: all logs up to this block are posted. stopped: programs whose postings a person has to start again."""

    chain_id: int
    through: int
    lanes: Sequence[RecoveredLane]
    stopped: Sequence[WatchedProgram]


async def recover_chain(
    parts: WatcherParts, actor: str, tell: Callable[[ChainProgress], None]
) -> RecoveredChain:
    """Lanes first, then logs, by the watcher's own postings, until what is the chain's head now is final and posted: a payout
    that is in a block must be known before another is proposed. Goes on from the tables wherever an earlier run was killed,
    and waits for as long as the chain or the database does not answer.

    parts: with the right to read while a recovery is open.
    """
    reading = _ChainReading(parts, actor)
    while True:
        problem = await reading.go_on()
        progress, recovered = await reading.judge_if_there(problem)
        if recovered is not None:
            return recovered
        tell(progress)
        await asyncio.sleep(POLL_SECONDS)


@dataclass
class _ChainReading:
    """What is remembered from one look to the next."""

    parts: WatcherParts
    actor: str
    _target: int | None = None
    _lanes: Sequence[RecoveredLane] | None = None
    _watcher: Watcher | None = None
    _looks: int = field(default=0)

    async def go_on(self) -> str | None:
        """One look; returns what kept it from being whole."""
        try:
            return await self._look()
        except watching.LeaseLost:
            self._watcher = None
            return "another recovery has taken this chain"
        except (ChainError, InconsistentChainError) as failure:
            return str(failure)
        except Exception as failure:
            if not passes(failure):
                raise
            return str(failure)

    async def _look(self) -> str | None:
        parts = self.parts
        if self._target is None:
            self._target = (await parts.chain.head_block()).number
        if self._lanes is None:
            self._lanes = await recover_lanes(
                parts.database, parts.bells, parts.chain, self.actor, parts.clock
            )
            parts.at_point("recovery.lanes")
        self._watcher = self._watcher or await open_watcher(parts)
        if self._watcher is None:
            return "another recovery reads this chain"
        await self._watcher.turn()
        parts.at_point("recovery.turn")
        return None

    async def judge_if_there(
        self, problem: str | None
    ) -> tuple[ChainProgress, RecoveredChain | None]:
        """The same, or no more than that the database is away."""
        try:
            return await self.judge(problem)
        except Exception as failure:
            if not passes(failure):
                raise
            self._looks = 0
            chain_id = self.parts.chain.chain_id
            return ChainProgress(chain_id, -1, self._target, 0, str(failure)), None

    async def judge(self, problem: str | None) -> tuple[ChainProgress, RecoveredChain | None]:
        """How far it is, and the end when this is it."""
        chain_id = self.parts.chain.chain_id
        async with self.parts.database.read(None) as session:
            final = await watching.final_number(session, chain_id)
            programs = await consumption.watched_programs(session, chain_id)
        final = -1 if final is None else final
        running = [one.consumed_through for one in programs if one.stopped is None]
        through = min(running, default=final)
        progress = ChainProgress(chain_id, final, self._target, max(final - through, 0), problem)
        done = self._target is not None and min(final, through) >= self._target
        if not done or problem is not None or self._watcher is None:
            self._looks = 0
            return progress, None
        self._looks += 1
        if self._looks < _LOOKS:
            return progress, None
        await let_go(self.parts, self._watcher)
        stopped = [one for one in programs if one.stopped is not None]
        return progress, RecoveredChain(chain_id, through, self._lanes or (), stopped)
