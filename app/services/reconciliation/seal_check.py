"""Check 11: nothing that was sealed has changed or is gone, everything is sealed, and soon."""

from datetime import timedelta

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.domain.seals import SealStream, genesis
from app.services.reconciliation.results import Found, result_of
from app.store.audit_content import program_id as public_id_of
from app.store.database import ReadSession
from app.store.reconciliation import seals
from app.store.reconciliation.faults import Faults
from app.store.reconciliation.witnesses import lost_heads

LATEST = timedelta(minutes=10)
"""Sealing follows within seconds; what waits longer waits for a worker that is not there."""
_OVERLAP = timedelta(days=1)
"""What a clean run saw waiting for its seal had it long ago."""
_GAP = "seals are missing"


async def check_seals(session: ReadSession, scope: Scope) -> CheckResult:
    """Since a clean run: the links that follow those it saw."""
    parts = [part for stream in SealStream for part in await _chain(session, stream, scope)]
    result = result_of(CheckName.SEALS, parts)
    late = tuple([one for stream in SealStream if (one := await _late(session, stream, scope))])
    return CheckResult(
        result.name, result.examined, result.found + late, result.expected, result.actual
    )


async def _chain(session: ReadSession, stream: SealStream, scope: Scope) -> list[Found]:
    broken = await seals.broken_links(
        session, stream, scope.program_id, await _anchor(session, stream, scope)
    )
    parts = [_found(f"The chain of seals over {_what(stream)} does not hold.", broken)]
    # A seal that is gone leaves its row without one: that is said once.
    if not any((fault.actual or "").startswith(_GAP) for fault in broken.rows):
        since = None if scope.since is None else scope.since.asked_at - _OVERLAP
        bare = await seals.never_sealed(session, stream, scope.program_id, since)
        parts.append(_found("A row was never sealed.", bare))
    if not any(part.faults.total for part in parts):
        parts.append(await _witnessed(session, stream, scope))
    return parts


async def _witnessed(session: ReadSession, stream: SealStream, scope: Scope) -> Found:
    """A chain that holds, and seals every row that is left: was it longer, or another one, when an earlier run looked?"""
    since = None if scope.since is None else scope.since.asked_at
    lost = await lost_heads(session, stream, scope.program_id, since)
    return _found(
        f"The chain of seals over {_what(stream)} was cut, or written anew, since an earlier run saw it.",
        lost,
    )


async def _anchor(session: ReadSession, stream: SealStream, scope: Scope) -> tuple[int, bytes]:
    """Where to begin: after what a clean run saw, while its last seal is there, else at the first."""
    if scope.since is not None:
        n, seen = scope.since.extent.head(stream)
        if seen is not None and seen == await seals.hash_of(session, stream, scope.program_id, n):
            return n, seen
    return 0, genesis(stream, await public_id_of(session))


def _found(says: str, faults: Faults) -> Found:
    return Found(DiscrepancyKind.SEAL_BROKEN, Severity.CRITICAL, says, faults)


async def _late(session: ReadSession, stream: SealStream, scope: Scope) -> NewDiscrepancy | None:
    since = await seals.waiting_since(session, stream, scope.program_id)
    if since is None or scope.now - since <= LATEST:
        return None
    return NewDiscrepancy(
        kind=DiscrepancyKind.SEAL_BROKEN,
        severity=Severity.WARNING,
        reference=f"{stream.value}:late",
        message=f"Some {_what(stream)} wait for their seals: is a worker running that seals?",
        expected=f"sealed within {LATEST}",
        actual=f"waiting since {since.isoformat()}",
    )


def _what(stream: SealStream) -> str:
    return "journals" if stream is SealStream.JOURNAL else "audit rows"
