"""Programs whose treasury one block says too much about: they wait, alone, and a person is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.chain.log_ranges import Unread
from app.chain.node_errors import TooManyLogs
from app.processes.watching.parts import InconsistentChainError, Watch
from app.services.settlement.stop_posting import stop_for_unread_block
from app.store.chain.consumption import WatchedProgram

_LOG = structlog.get_logger()
_PATIENCE = timedelta(minutes=1)
"""A node that refuses is believed at once; one that does not answer may answer the next time."""


class UnreadPrograms:
    """Since when each of them gets no answer."""

    def __init__(self) -> None:
        self._since: dict[int, datetime] = {}

    async def leave_out(
        self,
        watch: Watch,
        programs: Sequence[WatchedProgram],
        unread: Unread,
    ) -> set[int]:
        """Those that post nothing in this turn. Whoever cannot be read at all is stopped; blocks that a program has posted
        before, and that are read for others, do not matter to it. Raises LeaseLost, ChainError.
        """
        waiting: dict[int, datetime] = {}
        now = watch.clock()
        for program in programs:
            blocks = unread.get(program.treasury, ())
            ahead = next((one for one in blocks if one[0] > program.consumed_through), None)
            if ahead is None:
                continue
            number, problem = ahead
            since = waiting[program.id] = self._since.get(program.id, now)
            _LOG.warning(
                "a block of a treasury cannot be read",
                program=str(program.public_id),
                block=number,
                problem=str(problem),
            )
            if problem.refused or now - since > _PATIENCE:
                await _stop(watch, program.id, number, problem)
        self._since = waiting
        return set(waiting)


async def _stop(watch: Watch, program_id: int, number: int, problem: TooManyLogs) -> None:
    block = await watch.chain.get_block(number)
    if block is None:
        raise InconsistentChainError("a final block is missing")
    stop = partial(
        stop_for_unread_block,
        lease=watch.lease,
        program_id=program_id,
        block=(number, block.hash),
        problem=problem,
        at=watch.clock(),
    )
    await watch.write(stop, program_id)
