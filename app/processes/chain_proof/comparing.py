"""What the checks of the chain share: which blocks they look at, and how what they found is told."""

from collections.abc import Sequence

from app.domain.chain_proof.facts import TransferFact
from app.domain.discrepancies import NewDiscrepancy
from app.domain.postings import MovementDirection
from app.domain.reconciliation import MOST_FOUND, CheckName, CheckResult, Scope
from app.chain.logs import TokenTransfer
from app.store.chain_proof.claims import ProvenProgram


def blocks_of(scope: Scope, program: ProvenProgram) -> tuple[int, int]:
    """The first and the last block to compare: since the last clean run, or since watching began."""
    seen = program.watched_from if scope.since is None else scope.since.extent.block_number
    return seen + 1, scope.block_number


def result_of(
    name: CheckName,
    examined: int,
    found: Sequence[NewDiscrepancy],
    expected: str | None = None,
    actual: str | None = None,
) -> CheckResult:
    """So many as a check opens at a time; a clean one says nothing of what was expected."""
    if not found:
        return CheckResult(name, examined)
    return CheckResult(
        name, examined, tuple(found[:MOST_FOUND]), expected, actual or f"{len(found)} differences"
    )


def transfer_fact(
    log: TokenTransfer, program: ProvenProgram, direction: MovementDirection
) -> TransferFact:
    """One side of a Transfer, as the treasury sees it."""
    came = direction is MovementDirection.IN
    return TransferFact(
        place=(log.place.block_hash, log.place.log_index),
        block_number=log.place.block_number,
        tx_hash=log.place.tx_hash,
        direction=direction,
        currency=program.tokens[log.token],
        amount=log.amount,
        other=log.sender if came else log.recipient,
    )
