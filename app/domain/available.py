"""What of a program's money it may take out of its treasury."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """Balances (credits - debits) in one currency, smallest units. affiliates: those above zero only, summed: one
    affiliate's debt pays nobody else.
    """

    program: int = 0
    affiliates: int = 0
    refunds: int = 0
    platform: int = 0
    in_flight: int = 0

    @property
    def owed(self) -> int:
        """What the treasury must keep for others."""
        return self.affiliates + self.refunds + self.platform + self.in_flight


def available(money: OwnMoney, on_chain: int | None) -> int:
    """The program's own, as far as the Safe holds it beside what is owed; never below zero.

    on_chain: what the Safe holds; None while that was never read.
    """
    own = money.program if on_chain is None else min(money.program, on_chain - money.owed)
    return max(0, own)
