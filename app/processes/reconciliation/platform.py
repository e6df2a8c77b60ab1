"""Looks at the platform's own audit chain daily, with the programs' runs."""

from functools import partial

import structlog

from app.domain.reconciliation import TRY_AGAIN_AFTER, newest_due
from app.processes.reconciliation.parts import Reconciling
from app.services.execute import execute
from app.services.reconciliation.platform_audit import look_at_platform_audit
from app.store.reconciliation import platform_looks

_LOG = structlog.get_logger()


async def look_at_platform(parts: Reconciling) -> bool:
    """Whether it was due: daily, and every ten minutes while the newest look found something, so that an alert ends when
    what it was about is put right. Two who look at once both write down what they saw, which does no harm.
    """
    now = parts.clock()
    async with parts.database.read(None) as session:
        if not await platform_looks.is_due(session, newest_due(now), now - TRY_AGAIN_AFTER):
            return False
        look = await look_at_platform_audit(session)
    await execute(
        parts.database, parts.bells, None, partial(platform_looks.insert, look=look, at=now)
    )
    # The head in the log is a witness beyond the reach of whoever may do anything in the database.
    head = f"{look.seals} 0x{(look.head or b'').hex()}"
    _LOG.info("looked at the platform's audit rows", audit_seals=head, fault=look.first_fault)
    return True
