"""One posting with what may go wrong: tried again for concurrency, split until the one bad item is found."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from app.processes.origins import batch_span, named, read_origins_in_logs
from app.processes.watching.parts import Watch
from app.services.findings.transaction_findings import ReturnedLogError, SettledItem
from app.services.intents.move_intents import StaleIntentError
from app.services.payouts.post_payouts import PayoutMismatchError
from app.services.settlement.post_transaction import FinalWork, post_transaction
from app.services.settlement.stop_posting import stop_for_refusal
from app.store.chain import consumption, watching
from app.store.database import UnitOfWork
from app.store.database_errors import DatabaseError, passes, refuses

_LOG = structlog.get_logger()
_TRIES = 6
_FIRST_PAUSE_SECONDS = 0.02
# A large batch of one program locks it for many seconds: the chain's other programs are read on meanwhile.
_LONGEST_WAIT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Refused:
    """One item that the database does not take, and what it said."""

    work: FinalWork
    problem: Exception


async def post_work(watch: Watch, work: FinalWork) -> bool:
    """Posts it; False when an item of it was refused, which stops the program."""
    settled = [one.log.intent_id for one in work.items if isinstance(one, SettledItem)]
    origins = await read_origins_in_logs(watch.database, work.program.id, settled)
    place = work.place
    with (
        bound_contextvars(
            program=str(work.program.public_id), transaction=f"0x{place.tx_hash.hex()}"
        ),
        batch_span("post", origins, chain=place.chain_id, block=place.block_number),
    ):
        done = await _post_or_stop(watch, work)
        if origins and done:
            _LOG.info("settlements posted", block=place.block_number, **named(origins))
    return done


async def _post_or_stop(watch: Watch, work: FinalWork) -> bool:
    try:
        await _post(watch, work)
    except (DatabaseError, PayoutMismatchError, ReturnedLogError) as problem:
        if not _is_refusal(problem):
            raise
        _LOG.warning("a posting was refused as a whole", problem=str(problem))
        refused = await _post_in_parts(watch, replace(work, completes_block=False), problem)
        if refused:
            await _stop(watch, refused)
            return False
        if work.completes_block:
            await watch.write(partial(_complete_block, watch, work))
    watch.at_point("final.posted")
    return True


def _is_refusal(problem: Exception) -> bool:
    return isinstance(problem, PayoutMismatchError | ReturnedLogError) or refuses(problem)


async def _post_in_parts(watch: Watch, work: FinalWork, problem: Exception) -> list[Refused]:
    """Posts what can be posted, by halves; returns the items that cannot."""
    if len(work.items) == 1:
        return [Refused(work, problem)]
    refused: list[Refused] = []
    middle = len(work.items) // 2
    for items in (work.items[:middle], work.items[middle:]):
        part = replace(work, items=items)
        try:
            await _post(watch, part)
        except (DatabaseError, PayoutMismatchError, ReturnedLogError) as again:
            if not _is_refusal(again):
                raise
            refused += await _post_in_parts(watch, part, again)
    return refused


async def _post(watch: Watch, work: FinalWork) -> None:
    """One database transaction; what only lost a race is tried again."""

    async def post(unit: UnitOfWork) -> None:
        await unit.wait_at_most(_LONGEST_WAIT_SECONDS)
        await post_transaction(unit, watch.lease, work, watch.clock())
        watch.at_point("final.posting")

    for attempt in range(_TRIES):
        try:
            await watch.write(post, work.program.id)
        except (DatabaseError, StaleIntentError) as problem:
            if attempt + 1 == _TRIES or not (
                passes(problem) or isinstance(problem, StaleIntentError)
            ):
                raise
            await asyncio.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        else:
            return


async def _stop(watch: Watch, refused: Sequence[Refused]) -> None:
    for one in refused:
        stop = partial(
            stop_for_refusal,
            lease=watch.lease,
            work=one.work,
            problem=one.problem,
            at=watch.clock(),
        )
        await watch.write(stop, one.work.program.id)


async def _complete_block(watch: Watch, work: FinalWork, unit: UnitOfWork) -> None:
    await watching.hold_lease(unit, watch.lease)
    place = work.place
    await consumption.consume_through(
        unit,
        place.chain_id,
        [work.program.id],
        place.block_number,
        place.block_hash,
        at=watch.clock(),
    )
