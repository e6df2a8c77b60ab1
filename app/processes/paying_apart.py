"""One program's trouble is not the others': whatever goes wrong with its payouts is logged and left to the next run."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from app.chain.node_errors import ChainError
from app.chain.safe import NotASafe, UnsupportedSafeVersion
from app.store.database_errors import passes
from app.store.lanes import LaneLost

_LOG = structlog.get_logger()


@contextmanager
def only_this_program(program_id: int) -> Iterator[None]:
    """Swallows all but a lost lane, which ends the run."""
    log = _LOG.bind(program=program_id)
    try:
        yield
    except LaneLost:
        raise
    except (ChainError, NotASafe, UnsupportedSafeVersion) as problem:
        log.warning("payouts wait for the chain", reason=str(problem))
    except Exception as problem:
        if passes(problem):
            log.warning("payouts lost a race", reason=str(problem))
        else:
            log.exception("payouts of a program failed")
