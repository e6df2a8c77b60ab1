"""Check 4: every settlement by the gateway has its log, every Settled log its settlement; and each intent agrees with its own."""

from functools import partial

from app.chain.authorization import program_word
from app.chain.client import Chain
from app.chain.log_walk import walk_logs
from app.chain.logs import Settled
from app.chain.program_logs import Tip, read_settled
from app.domain.chain_proof.facts import SettledFact, place_reference
from app.domain.chain_proof.settlements import (
    SettlementDifferences,
    compare_settlements,
    settlement_discrepancies,
)
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import blocks_of, result_of
from app.processes.chain_proof.pinned import CannotCompareError, pin
from app.store.chain_proof import books, claims
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession


async def check_settlements(
    session: ReadSession, chain: Chain, scope: Scope, gateway: str | None
) -> CheckResult:
    """After a reorganisation beyond finality: each settlement that went with it. Raises ChainError."""
    if gateway is None:
        raise CannotCompareError("no gateway is configured for this chain (SGE_CHAINS)")
    pinned = await pin(session, chain, scope)
    program = await claims.read_program(session, scope.program_id)
    differences, examined = await _compare(session, chain, scope, program, gateway, pinned.tip)
    if pinned.gone is not None:
        # What the new blocks hold is the watcher's to post, once a person lets it go on.
        gone = SettlementDifferences(differences.gone)
        told = settlement_discrepancies(scope.chain_id, gone, {}, frozenset(), ())
        return result_of(CheckName.SETTLEMENTS, examined, [pinned.gone, *told])
    broken = await books.broken_intents(session, scope.program_id)
    unclaimed = differences.unclaimed
    intents = await claims.intents_of(session, scope.program_id, [one.item for one in unclaimed])
    references = [place_reference(scope.chain_id, one.place) for one in unclaimed]
    explained = await claims.explained_logs(session, scope.program_id, references)
    told = settlement_discrepancies(scope.chain_id, differences, intents, explained, broken)
    return result_of(CheckName.SETTLEMENTS, examined, told)


async def _compare(
    session: ReadSession,
    chain: Chain,
    scope: Scope,
    program: ProvenProgram,
    gateway: str,
    tip: Tip,
) -> tuple[SettlementDifferences, int]:
    """The differences, and how many logs and settlements were laid side by side."""
    found, examined = SettlementDifferences(), 0
    read = partial(read_settled, chain, gateway, program_word(program.public_id), tip)
    async for first, last, logs in walk_logs(read, *blocks_of(scope, program)):
        facts = [
            _fact(log)
            for log in logs
            if isinstance(log, Settled) and log.treasury == program.treasury
        ]
        stored = await claims.settlements(session, scope.program_id, first, last)
        found += compare_settlements(stored, facts)
        examined += max(len(facts), len(stored))
    return found, examined


def _fact(log: Settled) -> SettledFact:
    return SettledFact(
        place=(log.place.block_hash, log.place.log_index),
        block_number=log.place.block_number,
        tx_hash=log.place.tx_hash,
        item=log.intent_id,
        wallet=log.wallet,
        token=log.token if log.amount else None,
        amount=log.amount,
    )
