"""What the chain would have logged when a seeded Safe transaction was executed: noise where a hash would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.chain.logs import LogPlace, SafeExecuted, TokenTransfer
from app.domain.postings import MovementDirection
from app.domain.seeding import BATCH_FATES, SeedPlan
from app.services.findings.transaction_findings import SafeExecution, TreasuryTransfer
from app.store.chain.settlements import SettlementPlace
from app.store.payouts.payouts_to_post import PayoutRow
from app.store.payouts.safe_rows import SafeRow
from app.store.seeding.chain import block_of_batch
from app.store.seeding.program import CHAIN_ID


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """A block after those of all settlements, which one Safe transaction is executed in."""

    plan: SeedPlan
    nonce: int

    @property
    def number(self) -> int:
        """Blocks of different programs never meet."""
        return block_of_batch(self.plan, self.plan.sizes.batches + len(BATCH_FATES) + self.nonce)

    @property
    def place(self) -> SettlementPlace:
        """Its owners sent it themselves: no transaction of a lane."""
        tx_hash, block_hash = self._noise("transaction"), self._noise("block")
        return SettlementPlace(CHAIN_ID, None, tx_hash, self.number, block_hash)

    def execution(self, treasury: str, row: SafeRow, payouts: Sequence[PayoutRow]) -> SafeExecution:
        """A Transfer for each payout, then the Safe's own log. treasury: in lower case."""
        transfers = tuple(
            TreasuryTransfer(
                TokenTransfer(
                    self._log(n),
                    row.token.lower(),
                    treasury,
                    payout.destination.lower(),
                    payout.amount,
                ),
                MovementDirection.OUT,
                row.hash,
            )
            for n, payout in enumerate(payouts)
        )
        return SafeExecution(SafeExecuted(self._log(len(payouts)), treasury, row.hash), transfers)

    def _log(self, index: int) -> LogPlace:
        place = self.place
        return LogPlace(place.block_number, place.block_hash, place.tx_hash, 0, index)

    def _noise(self, of: str) -> bytes:
        return sha256(f"{self.plan.salt} {of} {self.nonce}".encode()).digest()
