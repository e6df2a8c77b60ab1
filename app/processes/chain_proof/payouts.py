"""Check 7: what executed Safe transactions were to pay is what left the treasury, recipient by recipient."""

from collections.abc import Sequence
from functools import partial

from app.chain.log_walk import walk_logs
from app.chain.logs import SafeExecuted, WatchedLog
from app.domain.chain_proof.facts import ExecutionClaim, ExecutionFact, TransferFact
from app.domain.chain_proof.payouts import (
    ExecutionDifferences,
    compare_executions,
    payout_discrepancies,
)
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import ChainView, Comparing, begin, result_of, unless_gone
from app.processes.chain_proof.missing import prove_missing
from app.processes.chain_proof.movements import moved
from app.store.chain_proof import claims
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession


async def check_payouts(session: ReadSession, view: ChainView, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    comparing = await begin(session, view, scope)
    return await unless_gone(CheckName.PAYOUTS, comparing, _check(comparing))


async def _check(comparing: Comparing) -> CheckResult:
    found, examined = await _compare(comparing)
    program, chain_id = comparing.program, comparing.scope.chain_id
    missing = [(claim, partial(_executes, program, claim)) for claim in found.gone]
    await prove_missing(comparing.chain, missing, [program.treasury])
    if comparing.gone is not None:
        gone = payout_discrepancies(chain_id, ExecutionDifferences(found.gone), ())
        return result_of(CheckName.PAYOUTS, examined, [comparing.gone, *gone])
    hashes = [fact.hash for fact in found.unclaimed]
    others = await claims.not_executed(comparing.session, comparing.program_id, hashes)
    told = payout_discrepancies(chain_id, found, others)
    return result_of(CheckName.PAYOUTS, examined, told)


async def _compare(comparing: Comparing) -> tuple[ExecutionDifferences, int]:
    """The differences, and how many payouts were laid beside their transfers."""
    found, examined = ExecutionDifferences(), 0
    program = comparing.program
    read = partial(comparing.logs.executions, program.treasury, tuple(program.tokens))
    async for first, last, logs in walk_logs(read, *comparing.blocks):
        stored = await claims.executions(comparing.session, comparing.program_id, first, last)
        found += compare_executions(stored, executions_of(logs, program))
        examined += sum(len(one.payouts) for one in stored)
    return found, examined


def _executes(program: ProvenProgram, claim: ExecutionClaim, log: WatchedLog) -> bool:
    """What the range of blocks should have shown at the claim's place."""
    return (
        isinstance(log, SafeExecuted)
        and (log.safe, log.safe_tx_hash) == (program.treasury, claim.hash)
        and log.place.log_index == claim.place[1]
    )


def executions_of(logs: Sequence[WatchedLog], program: ProvenProgram) -> list[ExecutionFact]:
    """Each success log with what left the treasury before it: since its transaction began, or since the one before."""
    found: list[ExecutionFact] = []
    left: list[TransferFact] = []
    transaction: bytes | None = None
    for log in logs:
        if log.place.tx_hash != transaction:
            transaction, left = log.place.tx_hash, []
        if isinstance(log, SafeExecuted):
            found.append(_execution(log, left))
            left = []
        else:
            left += moved(log, program)
    return found


def _execution(log: SafeExecuted, left: Sequence[TransferFact]) -> ExecutionFact:
    place = log.place
    at = (place.block_hash, place.log_index)
    return ExecutionFact(at, place.block_number, place.tx_hash, log.safe_tx_hash, tuple(left))
