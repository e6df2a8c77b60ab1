"""Check 4: every settlement by the gateway has its log, every Settled log its settlement; and each intent agrees with its own."""

from functools import partial
from typing import TypeGuard

from app.chain.authorization import program_word
from app.chain.log_walk import walk_logs
from app.chain.logs import Settled, WatchedLog
from app.domain.chain_proof.facts import SettledFact, SettlementClaim, place_reference
from app.domain.chain_proof.settlements import (
    SettlementDifferences,
    compare_settlements,
    settlement_discrepancies,
)
from app.domain.discrepancies import NewDiscrepancy
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import ChainView, Comparing, begin, result_of, unless_gone
from app.processes.chain_proof.missing import prove_missing
from app.processes.chain_proof.pinned import CannotCompareError
from app.store.chain_proof import claims
from app.store.chain_proof.broken_intents import broken_intents
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession


async def check_settlements(session: ReadSession, view: ChainView, scope: Scope) -> CheckResult:
    """After a reorganisation beyond finality: each settlement that went with it. Raises ChainError."""
    if view.gateway is None:
        raise CannotCompareError("no gateway is configured for this chain (SGE_CHAINS)")
    comparing = await begin(session, view, scope)
    look = _check(comparing, view.gateway)
    return await unless_gone(CheckName.SETTLEMENTS, comparing, look)


async def _check(comparing: Comparing, gateway: str) -> CheckResult:
    differences, examined = await _compare(comparing, gateway)
    gone = [(claim, partial(_settles, comparing, claim)) for claim in differences.gone]
    await prove_missing(comparing.chain, gone, [gateway.lower()])
    if comparing.gone is not None:
        # What the new blocks hold is the watcher's to post, once a person lets it go on.
        vanished = SettlementDifferences(differences.gone)
        chain_id = comparing.scope.chain_id
        told = settlement_discrepancies(chain_id, vanished, {}, frozenset(), ())
        return result_of(CheckName.SETTLEMENTS, examined, [comparing.gone, *told])
    return result_of(CheckName.SETTLEMENTS, examined, await _told(comparing, differences))


async def _told(comparing: Comparing, found: SettlementDifferences) -> list[NewDiscrepancy]:
    session, program_id = comparing.session, comparing.program_id
    chain_id = comparing.scope.chain_id
    broken = await broken_intents(session, comparing.scope)
    intents = await claims.intents_of(session, program_id, [one.item for one in found.unclaimed])
    references = [place_reference(chain_id, one.place) for one in found.unclaimed]
    explained = await claims.explained_logs(session, program_id, references)
    return settlement_discrepancies(chain_id, found, intents, explained, broken)


async def _compare(comparing: Comparing, gateway: str) -> tuple[SettlementDifferences, int]:
    """The differences, and how many logs and settlements were laid side by side."""
    found, examined = SettlementDifferences(), 0
    program = comparing.program
    read = partial(comparing.logs.settled, gateway, program_word(program.public_id))
    async for first, last, logs in walk_logs(read, *comparing.blocks):
        facts = [_fact(log) for log in logs if _is_own(log, program)]
        stored = await claims.settlements(comparing.session, comparing.program_id, first, last)
        found += compare_settlements(stored, facts)
        examined += max(len(facts), len(stored))
    return found, examined


def _is_own(log: WatchedLog, program: ProvenProgram) -> TypeGuard[Settled]:
    """Other programs' treasuries are not this one's, whatever their items are called."""
    return isinstance(log, Settled) and log.treasury == program.treasury


def _settles(comparing: Comparing, claim: SettlementClaim, log: WatchedLog) -> bool:
    """What the range of blocks should have shown at the claim's place."""
    program = comparing.program
    return (
        _is_own(log, program)
        and log.program == program_word(program.public_id)
        and log.place.log_index == claim.place[1]
    )


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
