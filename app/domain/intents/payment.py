"""PAYMENT: a registered user pays a program by a signed authorisation, without gas."""

from typing import ClassVar

from app.domain.amounts import AmountText, parse_amount
from app.domain.errors import Refusal, RefusalCode
from app.domain.intents.kind import Asked, Draft, ProgramFacts, SignedKind, Situation
from app.domain.money import Money
from app.domain.terms import check_payment_range


class Payment(SignedKind):
    """Commissions go to the upline of the user's referrer, as it is when the payment is accepted."""

    name: ClassVar[str] = "PAYMENT"
    operation: ClassVar[str] = "submitPayment"
    chain_kind: ClassVar[int] = 2
    mints_identity: ClassVar[bool] = False
    authorization_field: ClassVar[str] = "authorization"

    def draft(self, asked: Asked, situation: Situation) -> Draft:
        assert asked.amount is not None
        amount = self.signed_amount(asked.amount, situation.program)
        if not situation.registered:
            raise Refusal(
                RefusalCode.INVALID_STATE,
                "The wallet has no confirmed registration in this program.",
                "wallet",
            )
        return Draft(amount, None, self.repeated_warnings(asked, situation))

    def signed_amount(self, amount: AmountText, program: ProgramFacts) -> Money:
        money = parse_amount(amount, program.currencies, "amount")
        check_payment_range(program.terms, money)
        return money

    def asked_amount(self, asked: Asked, program: ProgramFacts) -> Money | None:
        assert asked.amount is not None
        return parse_amount(asked.amount, program.currencies, "amount")
