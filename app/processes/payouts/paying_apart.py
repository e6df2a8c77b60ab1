"""One program's trouble is not the others': whatever goes wrong with its payouts is logged and left to the next run."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from app.chain.node_errors import ChainError
from app.chain.safe import NotASafe, UnsupportedSafeVersion
from app.processes.settlement.settling import Settling
from app.services.execute import execute
from app.store.chain.lanes import LaneLost
from app.store.database import UnitOfWork
from app.store.database_errors import passes

_LOG = structlog.get_logger()
_T = TypeVar("_T")
# Storing a large batch locks its treasury for many seconds; nobody else's payouts, and no lane, wait for that.
_LONGEST_WAIT_SECONDS = 0.5


async def execute_apart(
    settling: Settling, program_id: int | None, use_case: Callable[[UnitOfWork], Awaitable[_T]]
) -> _T:
    """As execute, but soon gives up waiting for a program's locks: the next run does it. Inside only_this_program."""

    async def briefly(unit: UnitOfWork) -> _T:
        await unit.wait_at_most(_LONGEST_WAIT_SECONDS)
        return await use_case(unit)

    return await execute(settling.database, settling.bells, program_id, briefly)


@contextmanager
def only_this_program(program: UUID) -> Iterator[None]:
    """Swallows all but a lost lane, which ends the run. Lines within name the program by its public id."""
    with bound_contextvars(program=str(program)):
        try:
            yield
        except LaneLost:
            raise
        except (ChainError, NotASafe, UnsupportedSafeVersion) as problem:
            _LOG.warning("payouts wait for the chain", reason=str(problem))
        except Exception as problem:  # noqa: BLE001 - the other programs are paid all the same
            if passes(problem):
                _LOG.warning("payouts lost a race", reason=str(problem))
            else:
                _LOG.exception("payouts of a program failed")
