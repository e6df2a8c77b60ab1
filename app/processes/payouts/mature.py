"""What is due becomes payable, in transactions of a bearable size."""

from functools import partial

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.payouts.maturity import mature_commissions
from app.store.database import Database


async def mature_due(
    database: Database, bells: Bells, program_id: int, actor: str, clock: Clock
) -> int:
    """Moves everything due in program time to PAYABLE; returns how many.

    Twice changes nothing, and two at once take turns. A commission that somebody is changing right now may still be ACCRUED
    afterwards.
    """
    matured = 0
    while portion := await execute(
        database,
        bells,
        program_id,
        partial(mature_commissions, program_id=program_id, actor=actor, now=clock()),
    ):
        matured += portion
    return matured
