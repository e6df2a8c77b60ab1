"""What the checks of the chain share: the run's block, the program's addresses, the range of blocks."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.chain.client import Chain
from app.chain.logs import TokenTransfer
from app.chain.node_errors import ChainError
from app.chain.program_logs import ProgramLogs
from app.domain.chain_proof.facts import TransferFact
from app.domain.discrepancies import NewDiscrepancy, Severity
from app.domain.postings import MovementDirection
from app.domain.reconciliation import MOST_FOUND, CheckName, CheckResult, Scope
from app.processes.chain_proof.pinned import pinned_hash, reorganisation
from app.store.chain_proof.claims import ProvenProgram, read_program
from app.store.database import ReadSession


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain as checks see it. gateway: the settlement gateway's address; None when none is configured."""

    chain: Chain
    gateway: str | None


ChainCheck = Callable[[ReadSession, ChainView, Scope], Awaitable[CheckResult]]
"""Reads its rows in the run's snapshot, and the chain at the scope's block or before: what is there never changes."""


@dataclass(frozen=True, slots=True)
class Comparing:
    """Books and chain of one program at one block. gone: the books rest on a block that the chain took back."""

    session: ReadSession
    chain: Chain
    scope: Scope
    program: ProvenProgram
    logs: ProgramLogs
    gone: NewDiscrepancy | None

    @property
    def program_id(self) -> int:
        return self.scope.program_id

    @property
    def blocks(self) -> tuple[int, int]:
        """The first and the last to compare: since the last clean run, or since watching began."""
        since = self.scope.since
        seen = self.program.watched_from if since is None else since.extent.block_number
        return seen + 1, self.scope.block_number


async def begin(session: ReadSession, view: ChainView, scope: Scope) -> Comparing:
    """Raises CannotCompareError, ChainError."""
    found = await pinned_hash(view.chain, scope)
    gone = None
    if found != scope.block_hash:
        gone = await reorganisation(session, view.chain, scope)
    program = await read_program(session, scope.program_id)
    logs = ProgramLogs(view.chain, (scope.block_number, found))
    return Comparing(session, view.chain, scope, program, logs, gone)


async def unless_gone(
    name: CheckName, comparing: Comparing, look: Awaitable[CheckResult]
) -> CheckResult:
    """What the check says. That the books rest on a block that is gone is told also when what went with it cannot be."""
    try:
        return await look
    except ChainError as problem:
        if comparing.gone is None:
            raise
        return result_of(name, 0, [comparing.gone], actual=str(problem))


def result_of(
    name: CheckName,
    examined: int,
    found: Sequence[NewDiscrepancy],
    expected: str | None = None,
    actual: str | None = None,
) -> CheckResult:
    """So many as a check opens at a time, the critical ones first; a clean one says nothing of what was expected."""
    if not found:
        return CheckResult(name, examined)
    told = actual or f"{len(found)} differences"
    worst_first = sorted(found, key=lambda one: one.severity is not Severity.CRITICAL)
    return CheckResult(name, examined, tuple(worst_first[:MOST_FOUND]), expected, told)


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
