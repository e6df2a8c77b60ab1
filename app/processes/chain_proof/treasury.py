"""Check 6: the Safe's balance at the pinned block is what moved, and what the ledger says."""

from collections.abc import Mapping, Sequence

from app.chain.log_walk import walk_logs
from app.chain.node_errors import NodeError
from app.chain.program_logs import ProgramLogs
from app.chain.token_balance import read_balances_at
from app.domain.chain_proof.movements import MovementDifferences, compare_movements
from app.domain.chain_proof.treasury import HeldAmount, treasury_discrepancies
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import ChainView, Comparing, begin, result_of
from app.processes.chain_proof.movements import compare_blocks, moved
from app.processes.chain_proof.pinned import CannotCompareError
from app.store.chain_proof import books
from app.store.database import ReadSession


async def check_treasury(session: ReadSession, view: ChainView, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    comparing = await begin(session, view, scope)
    if comparing.gone is not None:
        return result_of(CheckName.TREASURY, 0, [comparing.gone])
    balances = await _balances(comparing, scope.block_hash)
    held = await books.held_amounts(session, scope.program_id, scope.block_number)
    waiting = await books.suspended(session, scope.program_id)
    found = treasury_discrepancies(held, balances, {}, waiting)
    if found:
        await _confirm(comparing, balances)
        # What the check of movements tells of one by one is not told here again.
        apart, _ = await compare_blocks(comparing)
        found = treasury_discrepancies(held, balances, apart.missing(), waiting)
    return result_of(CheckName.TREASURY, len(held), found, _words(_moved(held)), _words(balances))


async def _balances(comparing: Comparing, block_hash: bytes) -> Mapping[str, int]:
    """By currency, at that very block."""
    tokens, treasury = comparing.program.tokens, comparing.program.treasury
    try:
        units = await read_balances_at(comparing.chain, block_hash, tuple(tokens), treasury)
    except NodeError as problem:
        raise CannotCompareError(
            f"the node does not say what the treasury held at block {comparing.scope.block_number} ({problem}):"
            " put an archive node first in SGE_CHAINS, or let this program's posting go on and run this again"
        ) from problem
    return dict(zip(tokens.values(), units, strict=True))


async def _confirm(comparing: Comparing, balances: Mapping[str, int]) -> None:
    """Nodes that have thrown old state away may answer with anything: from the head's balance and what moved since, the
    same has to follow.
    """
    head = await comparing.chain.head_block()
    back = dict(await _balances(comparing, head.hash))
    program = comparing.program
    logs = ProgramLogs(comparing.chain, (head.number, head.hash))
    first = comparing.scope.block_number + 1
    async for _, _, part in walk_logs(
        lambda first, last: logs.transfers(program.treasury, tuple(program.tokens), first, last),
        first,
        head.number,
    ):
        facts = [fact for log in part for fact in moved(log, program)]
        since: MovementDifferences = compare_movements((), facts)
        for currency, units in since.missing().items():
            back[currency] -= units
    if back != balances:
        raise CannotCompareError(
            "what the treasury held is answered in two ways that contradict each other:"
            " put an archive node first in SGE_CHAINS and run this again"
        )


def _moved(held: Sequence[HeldAmount]) -> Mapping[str, int]:
    return {one.currency: one.moved for one in held}


def _words(amounts: Mapping[str, int]) -> str:
    return ", ".join(f"{units} {currency}" for currency, units in sorted(amounts.items()))
