"""Check 7: what executed Safe transactions were to pay is what left the treasury, recipient by recipient."""

from collections.abc import Sequence
from functools import partial

from app.chain.client import Chain
from app.chain.log_walk import walk_logs
from app.chain.logs import SafeExecuted, TokenTransfer, WatchedLog
from app.chain.program_logs import Tip, read_executions
from app.domain.chain_proof.facts import ExecutionFact, TransferFact
from app.domain.chain_proof.payouts import (
    ExecutionDifferences,
    compare_executions,
    payout_discrepancies,
)
from app.domain.postings import MovementDirection
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import blocks_of, result_of, transfer_fact
from app.processes.chain_proof.pinned import pin
from app.store.chain_proof import claims
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession


async def check_payouts(session: ReadSession, chain: Chain, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    pinned = await pin(session, chain, scope)
    program = await claims.read_program(session, scope.program_id)
    found, examined = await _compare(session, chain, scope, program, pinned.tip)
    if pinned.gone is not None:
        gone = payout_discrepancies(scope.chain_id, ExecutionDifferences(found.gone), ())
        return result_of(CheckName.PAYOUTS, examined, [pinned.gone, *gone])
    hashes = [fact.hash for fact in found.unclaimed]
    others = await claims.not_executed(session, scope.program_id, hashes)
    return result_of(
        CheckName.PAYOUTS, examined, payout_discrepancies(scope.chain_id, found, others)
    )


async def _compare(
    session: ReadSession, chain: Chain, scope: Scope, program: ProvenProgram, tip: Tip
) -> tuple[ExecutionDifferences, int]:
    """The differences, and how many payouts were laid beside their transfers."""
    found, examined = ExecutionDifferences(), 0
    read = partial(read_executions, chain, program.treasury, tuple(program.tokens), tip)
    async for first, last, logs in walk_logs(read, *blocks_of(scope, program)):
        stored = await claims.executions(session, scope.program_id, first, last)
        found += compare_executions(stored, executions_of(logs, program))
        examined += sum(len(one.payouts) for one in stored)
    return found, examined


def executions_of(logs: Sequence[WatchedLog], program: ProvenProgram) -> list[ExecutionFact]:
    """Each success log with what left the treasury before it: since its transaction began, or since the one before."""
    found: list[ExecutionFact] = []
    left: list[TransferFact] = []
    transaction: bytes | None = None
    for log in logs:
        if log.place.tx_hash != transaction:
            transaction, left = log.place.tx_hash, []
        if isinstance(log, SafeExecuted):
            place = log.place
            found.append(
                ExecutionFact(
                    (place.block_hash, place.log_index),
                    place.block_number,
                    place.tx_hash,
                    log.safe_tx_hash,
                    tuple(left),
                )
            )
            left = []
        elif isinstance(log, TokenTransfer) and log.amount and log.sender != log.recipient:
            left.append(transfer_fact(log, program, MovementDirection.OUT))
    return found
