"""What a check opens when there is more than it opens at a time."""

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.reconciliation import MOST_FOUND, CheckName
from app.processes.chain_proof.comparing import result_of


def test_much_that_is_small_hides_nothing_critical() -> None:
    small = [
        NewDiscrepancy(DiscrepancyKind.TREASURY_MISMATCH, Severity.WARNING, str(number), "dust")
        for number in range(MOST_FOUND)
    ]
    great = NewDiscrepancy(DiscrepancyKind.PAYOUT_MISMATCH, Severity.CRITICAL, "one", "it left")
    result = result_of(CheckName.MOVEMENTS, MOST_FOUND + 1, [*small, great])
    assert result.found == (great, *small[:-1])
    assert result.actual == f"{MOST_FOUND + 1} differences"
