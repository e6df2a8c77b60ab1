"""Whether each ledger is balanced, looked at once a minute: one pass over the accounts, never over the transfers."""

from datetime import datetime, timedelta

from app.store.database import UnitOfWork

_EACH = timedelta(seconds=60)
_PATIENCE = (
    "SELECT set_config('statement_timeout', '30s', true), set_config('lock_timeout', '3s', true)"
)
_DUE = "SELECT coalesce((SELECT max(checked_at) FROM ledger_drift) < $1, true)"
_CHECK = """
INSERT INTO ledger_drift AS d (program_id, currency, drift, checked_at)
SELECT a.program_id, a.currency, sum(a.debits) - sum(a.credits), $1 FROM account a GROUP BY 1, 2
ON CONFLICT (program_id, currency) DO UPDATE SET drift = excluded.drift, checked_at = excluded.checked_at
"""


async def check_drift(unit: UnitOfWork, now: datetime) -> bool:
    """Adds the accounts up when that is due; whether it was. now: real time."""
    if not await unit.connection.fetchval(_DUE, now - _EACH):
        return False
    await unit.connection.execute(_PATIENCE)
    await unit.connection.execute(_CHECK, now)
    return True
