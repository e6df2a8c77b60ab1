"""What the sending half of one chain works with, and the limits it keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from app.chain.client import Chain
from app.chain.signer import Signer
from app.domain.clock import Clock
from app.services.execute import Bells
from app.store.database import Database

INTENT_LEASE = timedelta(seconds=60)
LANE_LEASE = timedelta(seconds=30)
# An authorisation must outlive its way into a block.
EXPIRY_MARGIN = timedelta(seconds=60)
BUMP_AFTER_BLOCKS = 3
# On chains that mine on demand three blocks pass before a second does.
BUMP_NOT_BEFORE = timedelta(seconds=3)
# A relayer below this takes no new work.
LEAST_BALANCE_WEI = 5 * 10**16


def _nothing_happens(_point: str) -> None:
    return


@dataclass(frozen=True)
class Settling:
    """One chain's senders. gateway: its address; max_fee_wei: the cap for a unit of gas; lane_limit: transactions in
    flight for each lane; holder: this run's name in leases; stopping: whether to end as soon as nothing is half done.

    at_point: called at each step that a crash may follow; tests end the process there.
    """

    chain: Chain
    database: Database
    bells: Bells
    clock: Clock
    gateway: str
    max_fee_wei: int
    lane_limit: int
    signers: Mapping[str, Signer]
    holder: str
    stopping: Callable[[], bool] = field(default=lambda: False)
    at_point: Callable[[str], None] = field(default=_nothing_happens)

    @property
    def actor(self) -> str:
        """How transitions name it."""
        return "job:settle_intents"
