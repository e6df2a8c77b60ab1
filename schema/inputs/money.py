"""Amounts as clients write them."""

import strawberry
from strawberry import UNSET

from app.domain.amounts import AmountText
from schema.scalars import DecimalText


@strawberry.input
class MoneyInput:
    amount: DecimalText
    currency: str

    def text(self) -> AmountText:
        """The same as the domain takes it."""
        return AmountText(self.amount, self.currency)


def amount_text(given: MoneyInput | None) -> AmountText | None:
    """An optional amount; absent and null are the same."""
    return None if given is None or given is UNSET else given.text()
