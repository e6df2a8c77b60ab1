"""What is known of an approved Safe transaction before it is relayed: its simulation, and what is in its way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.payouts import BlockerCode
from app.store.database import UnitOfWork

_WAIT = """
UPDATE safe_transaction SET waiting = $4, waiting_code = $5
 WHERE program_id = $1 AND id = $2 AND version = $3 AND (waiting, waiting_code) IS DISTINCT FROM ($4, $5)
RETURNING true
"""
_SIMULATED = """
UPDATE safe_transaction
   SET simulated_at = $3, simulated_block = $4, simulated_passed = $5, simulated_refused = $6, gas_estimate = $7
 WHERE program_id = $1 AND id = $2
"""


@dataclass(frozen=True, slots=True)
class NotedSimulation:
    """Of a Safe transaction's recipients, as of a block."""

    block_number: int
    passed: int
    refused: int
    gas_estimate: int


async def note_waiting(
    unit: UnitOfWork,
    program_id: int,
    safe_transaction_id: UUID,
    version: int,
    *,
    reason: str | None,
    code: BlockerCode | None,
) -> bool:
    """Whether that was news. version: as it was read."""
    given = None if code is None else code.value
    return bool(
        await unit.connection.fetchval(
            _WAIT, program_id, safe_transaction_id, version, reason, given
        )
    )


async def note_simulation(
    unit: UnitOfWork,
    program_id: int,
    safe_transaction_id: UUID,
    noted: NotedSimulation,
    at: datetime,
) -> None:
    await unit.connection.execute(
        _SIMULATED,
        program_id,
        safe_transaction_id,
        at,
        noted.block_number,
        noted.passed,
        noted.refused,
        noted.gas_estimate,
    )
