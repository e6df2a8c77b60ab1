"""DEAD by proof: at a final block, all of whose logs are posted, the Safe's nonce is beyond theirs."""

from datetime import datetime

from app.domain.actors import PAYER
from app.domain.clock import program_time
from app.services.payouts.end_payouts import Proof, dead_events, dead_moves, free_what_is_dead
from app.services.payouts.move_safe_transactions import move_safe_transactions
from app.services.payouts.payout_journals import releases
from app.store.database import UnitOfWork
from app.store.ledger import posting as ledger
from app.store.payouts import safe_rows
from app.store.payouts.open_safes import OpenSafe, hold_consumed
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.treasuries import lock_treasury, wait_for_treasury
from app.store.programs import share_program


async def prove_dead(
    unit: UnitOfWork,
    chain_id: int,
    safe: OpenSafe,
    *,
    used: int,
    block_at: datetime,
    at: datetime,
) -> int:
    """Ends those whose nonce is below `used`, the Safe's at safe.block_number; returns how many.

    They have no success log, or the watcher had posted it: what they hold is released, their lines are free.
    block_at, at: real time.
    """
    program_id = safe.program_id
    # The watcher needs the row below for all programs of the chain: it is not held while a batch is stored.
    await wait_for_treasury(unit, program_id)
    offset = await hold_consumed(unit, chain_id, program_id, safe.block_number)
    if offset is None:
        return 0
    await share_program(unit, program_id)
    await lock_treasury(unit, program_id)
    rows = [row for row in await safe_rows.lock_open(unit, program_id) if row.nonce < used]
    if not rows:
        return 0
    reason = f"the Safe had used its nonce by block {safe.block_number}, and not for this"
    proof = Proof(program_time(block_at, offset), reason)
    payouts = await payouts_of(unit, program_id, [row.id for row in rows])
    journals = releases(rows, payouts, proof.at)
    if journals:
        await ledger.post(unit, program_id, journals, at)
    moves, told = dead_moves(rows, proof), dead_events(rows, proof)
    await move_safe_transactions(unit, program_id, moves, told, actor=PAYER, at=at)
    await free_what_is_dead(unit, program_id, rows, proof, actor=PAYER, at=at)
    return len(rows)
