"""The net under claims: leases that ran out go back, authorisations about to expire fail."""

from app.domain.actors import RELEASER
from app.domain.clock import Clock
from app.processes.settlement.settling import EXPIRY_MARGIN
from app.services.execute import Bells, execute
from app.services.intents.fail_unsigned import fail_unsigned
from app.store.database import Database, UnitOfWork
from app.store.intents.unsigned import about_to_expire, give_back, leases_run_out
from app.store.recovery.recoveries import is_recovered

_AT_ONCE = 500


async def release_stuck(database: Database, bells: Bells, clock: Clock) -> tuple[int, int]:
    """Returns how many intents were given back, and how many failed as AUTHORIZATION_EXPIRED.

    Signed intents are not touched: the watcher owns them. Programs that are paused take part, so that nobody waits
    for a signature that can no longer settle. Nobody does after a restore until the logs were read: what looks expired may
    have been settled.
    """
    async with database.read(None) as session:
        if not await is_recovered(session):
            return 0, 0
    released = failed = 0
    while count := await execute(database, bells, None, lambda unit: _release(unit, clock)):
        released += count
    while count := await execute(database, bells, None, lambda unit: _expire(unit, clock)):
        failed += count
    return released, failed


async def _release(unit: UnitOfWork, clock: Clock) -> int:
    now = clock()
    stuck = await leases_run_out(unit, now, _AT_ONCE)
    if not stuck:
        return 0
    unit.wake("settle_intents")
    return await give_back(unit, stuck, RELEASER, now)


async def _expire(unit: UnitOfWork, clock: Clock) -> int:
    now = clock()
    expired = await about_to_expire(unit, now + EXPIRY_MARGIN, _AT_ONCE)
    return await fail_unsigned(unit, expired, RELEASER, now) if expired else 0
