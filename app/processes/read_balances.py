"""Reads what every treasury holds, for people to compare with the ledger."""

from datetime import timedelta
from functools import partial

import structlog

from app.chain.client import Chain
from app.chain.token_balance import read_balances as ask
from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.store.chain.token_readings import due_readings, note_balances
from app.store.database import Database

_LOG = structlog.get_logger()
_AT_ONCE = 500
_OLDEST = timedelta(minutes=10)


async def read_balances(database: Database, bells: Bells, chain: Chain, clock: Clock) -> None:
    """At the head of the chain, where something was posted since or the last reading is old. What a token does not
    answer keeps its last reading. Raises ChainError.
    """
    async with database.read(None) as session:
        found = await due_readings(session, chain.chain_id, clock() - _OLDEST)
    for start in range(0, len(found), _AT_ONCE):
        part, read_at = found[start : start + _AT_ONCE], clock()
        answers = await ask(chain, [(one.token, one.treasury) for one in part])
        read = [(one, units) for one, units in zip(part, answers, strict=True) if units is not None]
        if len(read) < len(part):
            _LOG.warning("balances not read", chain=chain.chain_id, count=len(part) - len(read))
        await execute(database, bells, None, partial(note_balances, read=read, read_at=read_at))
