"""Check 6: the Safe's balance at the pinned block is what moved, and what the ledger says."""

from collections.abc import Mapping

from app.chain.client import Chain
from app.chain.node_errors import StateNotKept
from app.chain.token_balance import read_balances_at
from app.domain.chain_proof.treasury import HeldAmount, treasury_discrepancies
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import result_of
from app.processes.chain_proof.movements import compare_blocks
from app.processes.chain_proof.pinned import CannotCompareError, Pinned, pin
from app.store.chain_proof import books, claims
from app.store.chain_proof.claims import ProvenProgram
from app.store.database import ReadSession


async def check_treasury(session: ReadSession, chain: Chain, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    pinned = await pin(session, chain, scope)
    if pinned.gone is not None:
        return result_of(CheckName.TREASURY, 0, [pinned.gone])
    program = await claims.read_program(session, scope.program_id)
    balances = await _balances(chain, scope, program)
    held = await books.held_amounts(session, scope.program_id, scope.block_number)
    waiting = await books.suspended(session, scope.program_id)
    found = treasury_discrepancies(held, balances, {}, waiting)
    if found:
        apart = await _explained(session, chain, scope, program, pinned)
        found = treasury_discrepancies(held, balances, apart, waiting)
    return result_of(
        CheckName.TREASURY, len(held), found, _words(_moved(held)), _words(balances)
    )


async def _balances(chain: Chain, scope: Scope, program: ProvenProgram) -> Mapping[str, int]:
    """By currency, at that very block."""
    try:
        units = await read_balances_at(
            chain, scope.block_hash, tuple(program.tokens), program.treasury
        )
    except StateNotKept as problem:
        raise CannotCompareError(
            f"the node has not kept what the treasury held at block {scope.block_number} ({problem}):"
            " put an archive node first in SGE_CHAINS, or let this program's posting go on and run this again"
        ) from problem
    return dict(zip(program.tokens.values(), units, strict=True))


async def _explained(
    session: ReadSession, chain: Chain, scope: Scope, program: ProvenProgram, pinned: Pinned
) -> Mapping[str, int]:
    """What the check of movements tells of one by one is not told here again."""
    differences, _ = await compare_blocks(session, chain, scope, program, pinned.tip)
    return differences.missing()


def _moved(held: list[HeldAmount]) -> Mapping[str, int]:
    return {one.currency: one.moved for one in held}


def _words(amounts: Mapping[str, int]) -> str:
    return ", ".join(f"{units} {currency}" for currency, units in sorted(amounts.items()))
