"""Relays that are final: what was not executed by one is APPROVED again, or given up after too many failures."""

from datetime import datetime

from app.domain.actors import PAYER
from app.domain.payouts import Death
from app.domain.states import SafeTransactionStatus
from app.services.payouts.give_up_payouts import give_up_payouts
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.relays import EndedRelay, end_relay
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import share_program

MOST_FRUITLESS_RELAYS = 3


async def finish_relay(unit: UnitOfWork, ended: EndedRelay, at: datetime) -> None:
    """The program's logs are posted up to the relay's block: what is still open was not executed by it."""
    program_id = ended.program_id
    await share_program(unit, program_id)
    await lock_treasury(unit, program_id)
    rows = await safe_rows.lock_open(unit, program_id)
    mine = [row for row in rows if row.id == ended.safe_transaction_id]
    failure = _failure(ended) if mine else None
    if not await end_relay(unit, ended, failure, at) or not mine:
        return
    [row] = mine
    if row.status is not SafeTransactionStatus.EXECUTING:
        return
    move = SafeMove(
        row,
        SafeTransactionStatus.APPROVED,
        row.death_reason or failure,
        row.death,
        holding=row.holding,
    )
    told = Told("payout_batch.relay_failed", [row.id], {"reason": failure})
    await move_safe_transactions(unit, program_id, [move], [told], actor=PAYER, at=at)
    if ended.fruitless >= MOST_FRUITLESS_RELAYS and row.death is None:
        rows = await safe_rows.lock_open(unit, program_id)
        await give_up_payouts(
            unit,
            program_id,
            [one for one in rows if one.id == row.id],
            Death.EXECUTION_FAILURE,
            f"{ended.fruitless} relays of it reverted, or did not execute it",
            actor=PAYER,
            at=at,
        )


def _failure(ended: EndedRelay) -> str:
    if ended.outcome == "DISPLACED":
        return "another transaction used the relayer's nonce"
    if ended.copy_kind == "CANCEL":
        return "the relay was cancelled"
    if ended.outcome == "REVERTED":
        return "the relay reverted"
    return "the Safe did not execute it"
