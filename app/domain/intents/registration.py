"""REGISTRATION: a wallet joins a program and gets its identity on chain, for a fee when the terms charge one."""

from typing import ClassVar

from app.domain.amounts import AmountText, parse_amount
from app.domain.errors import Refusal, RefusalCode
from app.domain.intents.kind import Asked, Draft, ProgramFacts, SignedKind, Situation
from app.domain.money import Money
from app.domain.states import AffiliateStatus
from app.domain.warnings import REFERRER_NOT_ACTIVE, UNKNOWN_REFERRAL_CODE, AcceptanceWarning


class Registration(SignedKind):
    """Its referrer is fixed when it is CONFIRMED; a wallet has at most one that is not FAILED."""

    name: ClassVar[str] = "REGISTRATION"
    operation: ClassVar[str] = "registerUser"
    chain_kind: ClassVar[int] = 1
    mints_identity: ClassVar[bool] = True
    authorization_field: ClassVar[str] = "payment"

    def draft(self, asked: Asked, situation: Situation) -> Draft:
        if situation.registering:
            raise already_registered()
        _check_referral(asked, situation)
        fee = situation.program.terms.registration_fee
        if fee is not None and asked.authorization is None:
            raise Refusal(
                RefusalCode.PAYMENT_REQUIRED,
                "The program charges a registration fee: sign its payment.",
                "payment",
            )
        if fee is None and asked.authorization is not None:
            raise Refusal(
                RefusalCode.INVALID_INPUT, "Registration is free: send no payment.", "payment"
            )
        referrer = situation.referrer
        return Draft(
            fee,
            None if referrer is None else referrer.id,
            self.repeated_warnings(asked, situation),
        )

    def signed_amount(self, amount: AmountText, program: ProgramFacts) -> Money:
        money = parse_amount(amount, program.currencies, "amount")
        if money != program.terms.registration_fee:
            raise Refusal(
                RefusalCode.AMOUNT_OUT_OF_RANGE,
                "This is not the registration fee of the program's terms.",
                "amount",
            )
        return money

    def asked_amount(self, asked: Asked, program: ProgramFacts) -> Money | None:
        del asked, program
        return None  # the terms name the fee, not the client

    def repeated_warnings(
        self, asked: Asked, situation: Situation
    ) -> tuple[AcceptanceWarning, ...]:
        warnings = list(super().repeated_warnings(asked, situation))
        if asked.referral_code is not None and situation.referrer is None:
            warnings.append(UNKNOWN_REFERRAL_CODE)
        if (
            situation.referrer is not None
            and situation.referrer.status is not AffiliateStatus.ACTIVE
        ):
            warnings.append(REFERRER_NOT_ACTIVE)
        return tuple(warnings)


def already_registered() -> Refusal:
    """The wallet's one place is taken."""
    return Refusal(
        RefusalCode.ALREADY_EXISTS, "This wallet is registered, or about to be.", "wallet"
    )


def _check_referral(asked: Asked, situation: Situation) -> None:
    referrer = situation.referrer
    if referrer is None:
        return
    if referrer.wallet == asked.wallet:
        raise Refusal(RefusalCode.SELF_REFERRAL, "Nobody refers themself.", "referralCode")
    if situation.own_affiliate_id in referrer.upline:
        raise Refusal(
            RefusalCode.REFERRAL_CYCLE,
            "The referrer is in the wallet's own branch.",
            "referralCode",
        )
