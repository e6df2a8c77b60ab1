"""Reconciliation: every record that must agree with another is compared with it, as of one block."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy
from app.domain.seals import SealStream

MOST_FOUND = 100
"""A check opens so many discrepancies at a time; its result counts the rest."""
WHOLE_EVERY = timedelta(days=6, hours=12)
"""A daily run is a whole one when the last whole run is older: once a week, whatever minute it starts in."""
TRY_AGAIN_AFTER = timedelta(minutes=10)
"""A daily run that could not be carried out is tried again."""
_DAILY_AT = timedelta(hours=2)


class CheckName(StrEnum):
    """The checks of a run, in their order; a check's position is its place here, from 1."""

    TRIAL_BALANCE = "TRIAL_BALANCE"
    STORED_BALANCES = "STORED_BALANCES"
    COMMISSIONS = "COMMISSIONS"
    SETTLEMENTS = "SETTLEMENTS"
    MOVEMENTS = "MOVEMENTS"
    TREASURY = "TREASURY"
    PAYOUTS = "PAYOUTS"
    FOREST = "FOREST"
    ROLLUPS = "ROLLUPS"
    WORK = "WORK"
    SEALS = "SEALS"

    @property
    def position(self) -> int:
        """Its place among the checks, from 1."""
        return list(CheckName).index(self) + 1


class RunStatus(StrEnum):
    """ReconciliationStatus of the contract. FAILED: it could not be carried out, which says nothing about the books."""

    RUNNING = "RUNNING"
    CLEAN = "CLEAN"
    DISCREPANCIES = "DISCREPANCIES"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check saw. examined: rows (or logs). expected and actual: totals, for people; of what was found, each
    discrepancy has its own.
    """

    name: CheckName
    examined: int
    found: tuple[NewDiscrepancy, ...] = ()
    expected: str | None = None
    actual: str | None = None

    @property
    def passed(self) -> bool:
        return not self.found

    def with_half(self, other: "CheckResult") -> "CheckResult":
        """Both halves of one check."""
        assert other.name is self.name
        return CheckResult(
            self.name,
            self.examined + other.examined,
            self.found + other.found,
            "; ".join(filter(None, (self.expected, other.expected))) or None,
            "; ".join(filter(None, (self.actual, other.actual))) or None,
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a run looks. block: the posted-through block, with its hash. journal_id: journals up to it were all there,
    others may still appear below newer ones. seals: how many each chain of seals had; head: the hash of its newest one,
    None while it had none.
    """

    block_number: int
    block_hash: bytes
    journal_id: int
    journal_seals: int
    journal_head: bytes | None
    audit_seals: int
    audit_head: bytes | None

    def head(self, stream: SealStream) -> tuple[int, bytes | None]:
        """The number and hash of the chain's newest seal."""
        if stream is SealStream.JOURNAL:
            return self.journal_seals, self.journal_head
        return self.audit_seals, self.audit_head


@dataclass(frozen=True, slots=True)
class CleanRun:
    """An earlier run that found nothing, or only what was known (Outcome.is_known), asked for at that instant."""

    asked_at: datetime
    extent: Extent


@dataclass(frozen=True, slots=True)
class Scope:
    """What one run is about. since: what a check may skip was seen by that run; None: everything is looked at.

    now: real time at the run's start, behind the instant of its snapshot.
    """

    program_id: int
    chain_id: int
    extent: Extent
    since: CleanRun | None
    now: datetime

    @property
    def block_number(self) -> int:
        return self.extent.block_number

    @property
    def block_hash(self) -> bytes:
        return self.extent.block_hash

    @property
    def journals_after(self) -> int:
        """Newer journals were not all seen by an earlier clean run; 0: look at every one."""
        return 0 if self.since is None else self.since.extent.journal_id


@dataclass(frozen=True, slots=True)
class Run:
    """A run under way, taken by one worker. taken_by: its name for this take, which nobody else has."""

    id: UUID
    program_id: int
    whole: bool
    asked_at: datetime
    taken_by: str


@dataclass
class Outcome:
    """What a run has seen until now. extent: None before it has looked. failure: what stood in its way; what it found
    before that counts all the same.
    """

    extent: Extent | None = None
    results: list[CheckResult] = field(default_factory=list)
    failure: str | None = None

    @property
    def found(self) -> list[NewDiscrepancy]:
        return [one for result in self.results for one in result.found]

    def is_known(self, opened: int) -> bool:
        """Nothing but money that came, is in SUSPENSE, and was reported before: what else it looked at is right. opened:
        how much was new to this run.
        """
        return (
            self.status is RunStatus.DISCREPANCIES
            and opened == 0
            and all(one.kind is DiscrepancyKind.UNEXPLAINED_INFLOW for one in self.found)
        )

    @property
    def status(self) -> RunStatus:
        """How the run ends with this."""
        if self.failure is not None:
            return RunStatus.FAILED
        return RunStatus.DISCREPANCIES if self.found else RunStatus.CLEAN


@dataclass(frozen=True, slots=True)
class PlatformLook:
    """What was seen of the chain of seals over the platform's own audit rows. head: of its newest seal."""

    seals: int
    head: bytes | None
    faults: int
    first_fault: str | None


def newest_due(now: datetime) -> datetime:
    """The last instant, up to now, at which every program was due for its daily run: 02:00 UTC."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    due = day + _DAILY_AT
    return due if due <= now else due - timedelta(days=1)
