"""The daily run of each program, on its own clock: what is due becomes payable, and a batch is proposed."""

from asyncio import gather, timeout
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from app.domain.actors import PAYMASTER
from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.ids import new_id
from app.domain.states import ProgramStatus
from app.processes.payouts.create_batch import CreatePayoutBatch, create_payout_batch
from app.processes.payouts.mature import mature_due
from app.processes.payouts.parts import Payouts
from app.services.execute import execute
from app.store.payouts.commissions import any_due
from app.store.payouts.payout_days import DayToDo, days_to_do, note_day, owed_currencies

_LOG = structlog.get_logger()
# A batch of thousands takes seconds; the next call comes a minute later.
PATIENCE = timedelta(seconds=45)


async def pay_day(
    parts: Payouts, stopping: Callable[[], bool] = lambda: False, patience: timedelta = PATIENCE
) -> int:
    """Does every day that has come since the last run; returns how many programs' days are done.

    After a downtime today's run does what the missed days would have. Twice a day changes nothing, and two at once do
    it once: each step is refused to the second. A day that could not be finished is taken up again by the next call.
    patience: for one program, so that a Safe that answers slowly costs the others no more. Raises what went wrong with one
    program, after the others had their turn.
    """
    async with parts.database.read(None) as session:
        waiting = await days_to_do(session, parts.clock())
    outcomes: list[bool | BaseException] = []
    for day in waiting:
        if stopping():
            break
        outcomes += await gather(_do_in_time(parts, day, patience), return_exceptions=True)
    problems = [one for one in outcomes if isinstance(one, BaseException)]
    if problems:
        raise problems[0]
    return sum(one is True for one in outcomes)


async def _do_in_time(parts: Payouts, today: DayToDo, patience: timedelta) -> bool:
    try:
        async with timeout(patience.total_seconds()):
            return await _do(parts, today)
    except TimeoutError:
        _LOG.warning(
            "a program's day takes too long; it is taken up again",
            program=str(today.program),
            day=str(today.day),
            seconds=patience.total_seconds(),
        )
        return False


async def _do(parts: Payouts, today: DayToDo) -> bool:
    program_id = today.program_id
    await mature_due(parts.database, parts.bells, program_id, PAYMASTER, parts.clock)
    if await execute(
        parts.database,
        parts.bells,
        program_id,
        partial(any_due, program_id=program_id, now=parts.clock()),
    ):
        return False  # somebody else is changing what is due: it waits for the next call
    if today.status is ProgramStatus.ACTIVE and not await _propose_batches(parts, today):
        return False
    await execute(parts.database, parts.bells, program_id, partial(note_day, done=today))
    return True


async def _propose_batches(parts: Payouts, today: DayToDo) -> bool:
    """Whether each currency got its batch, or none is possible today."""
    log = _LOG.bind(program=str(today.program), day=str(today.day))
    async with parts.database.read(today.program_id) as session:
        currencies = await owed_currencies(session, today.program_id)
    for currency in currencies:
        command = CreatePayoutBatch(currency, f"{PAYMASTER}:{new_id()}")
        try:
            await create_payout_batch(parts, PAYMASTER, command, today.program_id)
        except Refusal as refusal:
            if refusal.code is RefusalCode.EARLIER_BATCH_OPEN:
                log.warning("payouts wait for an earlier batch", currency=currency)
            elif refusal.code is not RefusalCode.NOTHING_PAYABLE:
                log.warning("no batch yet", currency=currency, why=refusal.message)
                return False
        except Unavailable as problem:
            log.warning("no batch yet", currency=currency, why=str(problem))
            return False
    return True
