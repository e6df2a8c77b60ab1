"""Plan, and store what was planned unless something changed meanwhile; then plan again."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from app.domain.errors import Unavailable
from app.domain.idempotency import check_key, conflict, meaning_hash
from app.processes.payouts import BatchResult, Payouts
from app.services.batch_proposals import Asked, Outdated, Proposal
from app.services.execute import execute
from app.services.propose_batch import propose_batch
from app.store.database_errors import DatabaseError, is_open_rule
from app.store.operation_keys import earlier_use

_TRIES = 4


async def earlier_batch(parts: Payouts, program_id: int, asked: Asked) -> BatchResult | None:
    """What this key made before. Refuses INVALID_INPUT for a malformed key, and IDEMPOTENCY_CONFLICT."""
    async with parts.database.read(program_id) as session:
        earlier = await earlier_use(session, check_key(asked.key))
    if earlier is None:
        return None
    if earlier.request_hash != meaning_hash(asked.operation, asked.meaning):
        raise conflict(earlier.operation, asked.operation)
    return BatchResult(UUID(earlier.result), replayed=True)


async def propose(
    parts: Payouts, program_id: int, asked: Asked, plan: Callable[[], Awaitable[Proposal]]
) -> BatchResult:
    """The stored batch. plan: reads and decides, and refuses. Raises Unavailable when too much changes meanwhile."""
    for _ in range(_TRIES):
        proposal = await plan()
        store = partial(
            propose_batch, program_id=program_id, asked=asked, proposal=proposal, now=parts.clock()
        )
        try:
            return await execute(parts.database, parts.bells, program_id, store)
        except Outdated:
            continue
        except DatabaseError as problem:
            if not is_open_rule(problem):
                raise
    raise Unavailable("Too much changed meanwhile; send it again.")
