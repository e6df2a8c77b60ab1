"""Plan, and store what was planned unless something changed meanwhile; then plan again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from app.domain.errors import Refusal, Unavailable
from app.domain.idempotency import check_stored_key, conflict, meaning_hash
from app.processes.payouts.parts import BatchResult, Payouts
from app.services.execute import confirm, execute
from app.services.operation_keys import claim_operation
from app.services.payouts.batch_proposals import Asked, Outdated, Proposal
from app.services.payouts.propose_batch import propose_batch
from app.store.database import UnitOfWork
from app.store.database_errors import DatabaseError, is_open_rule
from app.store.operation_keys import earlier_use
from app.store.payouts.live_batches import read_batch

_TRIES = 4


async def earlier_batch(parts: Payouts, program_id: int, asked: Asked) -> BatchResult | None:
    """What this key made before; None also when it was claimed for a batch that was never stored.

    Refuses INVALID_INPUT for a malformed key, and IDEMPOTENCY_CONFLICT.
    """
    async with parts.database.read(program_id) as session:
        earlier = await earlier_use(session, check_stored_key(asked.key))
        if earlier is None:
            return None
        if earlier.request_hash != meaning_hash(asked.operation, asked.meaning):
            raise conflict(earlier.operation, asked.operation)
        batch = await read_batch(session, program_id, UUID(earlier.result))
    if batch is None:
        return None
    await confirm(parts.database, parts.bells, program_id)
    return BatchResult(batch.id, replayed=True)


async def propose(
    parts: Payouts, program_id: int, asked: Asked, plan: Callable[[], Awaitable[Proposal]]
) -> BatchResult:
    """The stored batch, or what the same request made that was sent at the same time.

    plan: reads and decides, and refuses. Raises Unavailable when too much changes meanwhile.
    """
    for _ in range(_TRIES):
        try:
            return await _propose_once(parts, program_id, asked, await plan())
        except Outdated:
            made = await earlier_batch(parts, program_id, asked)
            if made is not None:
                return made
        except Refusal:
            made = await earlier_batch(parts, program_id, asked)
            if made is None:
                raise
            return made
        except DatabaseError as problem:
            if not is_open_rule(problem):
                raise
    raise Unavailable("Too much changed meanwhile; send it again.")


async def _propose_once(
    parts: Payouts, program_id: int, asked: Asked, proposal: Proposal
) -> BatchResult:
    """The key is claimed by itself, since claiming locks all of the program's keys and storing may take seconds.

    Whoever ends in between leaves a key without a batch; the same request makes that very batch later.
    """
    now = parts.clock()
    claim = partial(_claim, asked=asked, batch_id=proposal.id, now=now)
    batch_id = await execute(parts.database, parts.bells, program_id, claim)
    store = partial(
        propose_batch,
        program_id=program_id,
        asked=asked,
        proposal=replace(proposal, id=batch_id),
        now=now,
    )
    return await execute(parts.database, parts.bells, program_id, store)


async def _claim(unit: UnitOfWork, *, asked: Asked, batch_id: UUID, now: datetime) -> UUID:
    """The id that the batch of this key has. Refuses IDEMPOTENCY_CONFLICT."""
    earlier = await claim_operation(
        unit, asked.key, asked.operation, asked.meaning, result=str(batch_id), now=now
    )
    return batch_id if earlier is None else UUID(earlier)
