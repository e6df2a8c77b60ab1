"""Check 5: every token Transfer into or out of the treasury is claimed by one journal, and explained; and the other way round."""

from functools import partial

from app.chain.log_walk import walk_logs
from app.chain.logs import TokenTransfer, WatchedLog
from app.domain.chain_proof.facts import MovementClaim, TransferFact
from app.domain.chain_proof.movements import (
    MovementDifferences,
    compare_movements,
    movement_discrepancies,
)
from app.domain.postings import JournalKind, MovementDirection
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import (
    ChainView,
    Comparing,
    begin,
    result_of,
    transfer_fact,
    unless_gone,
)
from app.processes.chain_proof.missing import prove_missing
from app.store.chain_proof import books, claims
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession

# After a reorganisation these are told of by the settlement, or the payout, that went with them.
_TOLD_ELSEWHERE = frozenset({JournalKind.SETTLEMENT, JournalKind.PAYOUT})


async def check_movements(session: ReadSession, view: ChainView, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    comparing = await begin(session, view, scope)
    return await unless_gone(CheckName.MOVEMENTS, comparing, _check(comparing))


async def _check(comparing: Comparing) -> CheckResult:
    found, examined = await compare_blocks(comparing)
    program, chain_id = comparing.program, comparing.scope.chain_id
    missing = [(claim, partial(_moves, program, claim)) for claim in found.gone]
    await prove_missing(comparing.chain, missing, program.tokens)
    if comparing.gone is not None:
        gone = [one for one in found.gone if one.journal not in _TOLD_ELSEWHERE]
        told = movement_discrepancies(chain_id, MovementDifferences(tuple(gone)), ())
        return result_of(CheckName.MOVEMENTS, examined, [comparing.gone, *told])
    waiting = await books.suspended(comparing.session, comparing.program_id)
    told = movement_discrepancies(chain_id, found, waiting)
    return result_of(CheckName.MOVEMENTS, examined, told)


async def compare_blocks(comparing: Comparing) -> tuple[MovementDifferences, int]:
    """The differences, and how many transfers and movements were laid side by side."""
    found, examined = MovementDifferences(), 0
    program = comparing.program
    read = partial(comparing.logs.transfers, program.treasury, tuple(program.tokens))
    async for first, last, logs in walk_logs(read, *comparing.blocks):
        facts = [fact for log in logs for fact in moved(log, program)]
        stored = await claims.movements(comparing.session, comparing.program_id, first, last)
        found += compare_movements(stored, facts)
        examined += max(len(facts), len(stored))
    return found, examined


def _moves(program: ProvenProgram, claim: MovementClaim, log: WatchedLog) -> bool:
    """What the range of blocks should have shown at the claim's place."""
    sought = (claim.place, claim.direction)
    return any((fact.place, fact.direction) == sought for fact in moved(log, program))


def moved(log: WatchedLog, program: ProvenProgram) -> list[TransferFact]:
    """A transfer of zero, or from the treasury to itself, moves nothing."""
    if not isinstance(log, TokenTransfer) or not log.amount or log.sender == log.recipient:
        return []
    came = log.recipient == program.treasury
    direction = MovementDirection.IN if came else MovementDirection.OUT
    return [transfer_fact(log, program, direction)]
