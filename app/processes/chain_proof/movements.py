"""Check 5: every token Transfer into or out of the treasury is claimed by one journal, and explained; and the other way round."""

from functools import partial

from app.chain.client import Chain
from app.chain.log_walk import walk_logs
from app.chain.logs import TokenTransfer, WatchedLog
from app.chain.program_logs import Tip, read_transfers
from app.domain.chain_proof.facts import TransferFact
from app.domain.chain_proof.movements import (
    MovementDifferences,
    compare_movements,
    movement_discrepancies,
)
from app.domain.postings import JournalKind, MovementDirection
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import blocks_of, result_of, transfer_fact
from app.processes.chain_proof.pinned import pin
from app.store.chain_proof import books, claims
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession

# After a reorganisation these are told of by the settlement, or the payout, that went with them.
_TOLD_ELSEWHERE = frozenset({JournalKind.SETTLEMENT, JournalKind.PAYOUT})


async def check_movements(session: ReadSession, chain: Chain, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    pinned = await pin(session, chain, scope)
    program = await claims.read_program(session, scope.program_id)
    found, examined = await compare_blocks(session, chain, scope, program, pinned.tip)
    if pinned.gone is not None:
        gone = [one for one in found.gone if one.journal not in _TOLD_ELSEWHERE]
        told = movement_discrepancies(scope.chain_id, MovementDifferences(tuple(gone)), ())
        return result_of(CheckName.MOVEMENTS, examined, [pinned.gone, *told])
    waiting = await books.suspended(session, scope.program_id)
    told = movement_discrepancies(scope.chain_id, found, waiting)
    return result_of(CheckName.MOVEMENTS, examined, told)


async def compare_blocks(
    session: ReadSession, chain: Chain, scope: Scope, program: ProvenProgram, tip: Tip
) -> tuple[MovementDifferences, int]:
    """The differences, and how many transfers and movements were laid side by side."""
    found, examined = MovementDifferences(), 0
    read = partial(read_transfers, chain, program.treasury, tuple(program.tokens), tip)
    async for first, last, logs in walk_logs(read, *blocks_of(scope, program)):
        facts = [fact for log in logs for fact in _facts(log, program)]
        stored = await claims.movements(session, scope.program_id, first, last)
        found += compare_movements(stored, facts)
        examined += max(len(facts), len(stored))
    return found, examined


def _facts(log: WatchedLog, program: ProvenProgram) -> list[TransferFact]:
    """A transfer of zero, or from the treasury to itself, moves nothing."""
    if not isinstance(log, TokenTransfer) or not log.amount or log.sender == log.recipient:
        return []
    came = log.recipient == program.treasury
    direction = MovementDirection.IN if came else MovementDirection.OUT
    return [transfer_fact(log, program, direction)]
