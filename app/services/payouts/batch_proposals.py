"""A batch that is planned and tried, about to be stored if nothing has changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.chain.payout_content import SafeCall, batch_content_hash
from app.domain.batch_changes import BatchChange
from app.domain.payees import Payee, PayeeState
from app.domain.payout_planning import PlannedTransaction
from app.domain.payouts import BatchKind
from app.domain.treasury import SafeReading
from app.services.payouts.batch_situation import Situation
from app.store.payouts.new_batches import Exclusion
from app.store.payouts.withdrawals import NewWithdrawal


class Outdated(Exception):
    """What was planned from has changed: plan again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a batch, and what makes it the same when it is asked for again."""

    actor: str
    key: str
    operation: str
    meaning: Mapping[str, Any]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SafeDraft:
    """A Safe transaction with its hashes. token: the zero address, and currency None, when it pays nobody."""

    planned: PlannedTransaction
    currency: str | None
    token: str
    call: SafeCall
    hash: bytes
    content_hash: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class Planned:
    """What a batch is made of. states: of all whom it pays; new_lines: those that no open Safe transaction lists."""

    drafts: Sequence[SafeDraft]
    states: Mapping[Payee, PayeeState] = field(default_factory=dict)
    new_lines: frozenset[UUID] = frozenset()
    excluded: Sequence[Exclusion] = ()
    changes: Sequence[BatchChange] = ()
    simulated_block: int | None = None
    withdrawal: NewWithdrawal | None = None

    @property
    def content_hash(self) -> bytes:
        return batch_content_hash([draft.content_hash for draft in self.drafts])

    @property
    def payout_count(self) -> int:
        return sum(len(draft.planned.payouts) for draft in self.drafts)

    @property
    def total(self) -> int:
        return sum(payout.amount for draft in self.drafts for payout in draft.planned.payouts)


@dataclass(frozen=True, slots=True)
class Proposal:
    """safe: as it was read on the chain at read_at (real time); situation: what the plan stands on."""

    id: UUID
    kind: BatchKind
    currency: str
    replaces: UUID | None
    content: Planned
    situation: Situation
    safe: SafeReading
    read_at: datetime
