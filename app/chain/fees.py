"""What a transaction offers for its gas (EIP-1559), and what its replacement must."""

from dataclasses import dataclass

from app.chain.chain_data import FeeHistory
from app.chain.client import Chain
from app.domain.transactions import Fees

_BLOCKS = 4
_PERCENTILE = 50
_SMALLEST_TIP_WEI = (
    1_000_000  # nodes refuse none at all; a thousandth of a gwei does on quiet chains
)
_BUMP_EIGHTHS = 9  # +12.5 %, above the tenth that geth asks for
_LEAST_TENTHS = 11


@dataclass(frozen=True, slots=True)
class FeeEstimate:
    """fees: what to offer now; base_fee: of the next block; head: the newest block that this was read from."""

    fees: Fees
    base_fee: int
    head: int

    @property
    def affordable(self) -> bool:
        """Whether the cap leaves room for the next block's base fee at all."""
        return self.fees.max_fee >= self.base_fee


class FeeTooHigh(Exception):
    """A replacement would have to offer more than the chain's cap."""


async def estimate_fees(chain: Chain, cap_wei: int) -> FeeEstimate:
    """Twice the next block's base fee and the middle tip of the last blocks, within the cap."""
    history = await chain.fee_history(_BLOCKS, _PERCENTILE)
    return FeeEstimate(fees_of(history, cap_wei), history.base_fees[-1], history.newest_block)


def fees_of(history: FeeHistory, cap_wei: int) -> Fees:
    """maxFee = 2 x base fee + tip, capped; the tip is at most all of it."""
    tip = max(
        sorted(history.tips)[len(history.tips) // 2] if history.tips else 0, _SMALLEST_TIP_WEI
    )
    max_fee = min(2 * history.base_fees[-1] + tip, cap_wei)
    return Fees(max_fee=max_fee, tip=min(tip, max_fee))


def bumped(old: Fees, fresh: Fees, cap_wei: int) -> Fees:
    """Of a replacement: an eighth more on both fields, or a fresh estimate where that is more.

    Raises FeeTooHigh when the cap leaves less than the tenth more that nodes ask for; within the cap a bump may be
    less than an eighth.
    """
    max_fee = min(max(_eighth_more(old.max_fee), fresh.max_fee), cap_wei)
    tip = min(max(_eighth_more(old.tip), fresh.tip), max_fee)
    if max_fee * 10 < old.max_fee * _LEAST_TENTHS or tip * 10 < old.tip * _LEAST_TENTHS:
        raise FeeTooHigh(f"a replacement would need more than {cap_wei} wei for a unit of gas")
    return Fees(max_fee=max_fee, tip=tip)


def _eighth_more(wei: int) -> int:
    return -(-wei * _BUMP_EIGHTHS // 8)
