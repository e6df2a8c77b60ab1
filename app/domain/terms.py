"""Terms: everything that decides who pays and earns what, versioned as one and never edited."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.domain.amounts import AmountText, in_one_spelling, parse_amount
from app.domain.errors import Refusal, RefusalCode
from app.domain.money import BASIS_POINTS, Currency, Money

MAXIMUM_HOLDING_PERIOD_DAYS = 3650


@dataclass(frozen=True, slots=True)
class TermsText:
    """Terms as a client wrote them, amounts still as text."""

    commission_levels_bps: tuple[int, ...]
    registration_fee: AmountText | None = None
    minimum_payment: AmountText | None = None
    maximum_payment: AmountText | None = None
    platform_fee_bps: int = 0
    registration_earns_commission: bool = False
    holding_period_days: int = 30
    minimum_payout: AmountText | None = None


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """Checked terms that have no version yet. Level 1 is the referrer of the paying user."""

    registration_fee: Money | None
    minimum_payment: Money | None
    maximum_payment: Money | None
    platform_fee_bps: int
    commission_levels_bps: tuple[int, ...]
    registration_earns_commission: bool
    holding_period_days: int
    minimum_payout: Money | None


@dataclass(frozen=True, slots=True)
class Terms(TermsDraft):
    """One version. effective_from: program time."""

    version: int
    effective_from: datetime


def terms_meaning(text: TermsText) -> dict[str, Any]:
    """What a client means, as JSON, however its amounts are spelled."""
    meaning = asdict(text)
    for name in _AMOUNTS:
        amount: AmountText | None = getattr(text, name)
        meaning[name] = None if amount is None else asdict(in_one_spelling(amount))
    return meaning


def draft_terms(
    text: TermsText, currencies: Mapping[str, Currency], maximum_tree_depth: int
) -> TermsDraft:
    """Checks what a client wrote; refuses INVALID_TERMS, and the refusals of an amount."""
    _check_rates(text, maximum_tree_depth)
    draft = TermsDraft(
        registration_fee=_amount(text.registration_fee, currencies, "registrationFee"),
        minimum_payment=_amount(text.minimum_payment, currencies, "minimumPayment"),
        maximum_payment=_amount(text.maximum_payment, currencies, "maximumPayment"),
        platform_fee_bps=text.platform_fee_bps,
        commission_levels_bps=text.commission_levels_bps,
        registration_earns_commission=text.registration_earns_commission,
        holding_period_days=text.holding_period_days,
        minimum_payout=_amount(text.minimum_payout, currencies, "minimumPayout"),
    )
    _check_range(draft.minimum_payment, draft.maximum_payment)
    return draft


def check_payment_range(terms: Terms, payment: Money) -> None:
    """Refuses AMOUNT_OUT_OF_RANGE outside the terms' limits, which bind payments in their currency."""
    least, most = terms.minimum_payment, terms.maximum_payment
    if least is not None and least.currency == payment.currency and payment.units < least.units:
        raise Refusal(
            RefusalCode.AMOUNT_OUT_OF_RANGE,
            "The amount is below the program's minimum payment.",
            "amount",
        )
    if most is not None and most.currency == payment.currency and payment.units > most.units:
        raise Refusal(
            RefusalCode.AMOUNT_OUT_OF_RANGE,
            "The amount is above the program's maximum payment.",
            "amount",
        )


def _amount(
    text: AmountText | None, currencies: Mapping[str, Currency], field: str
) -> Money | None:
    return None if text is None else parse_amount(text, currencies, "terms", field)


def _check_rates(text: TermsText, maximum_tree_depth: int) -> None:
    levels = text.commission_levels_bps
    if len(levels) > maximum_tree_depth:
        raise _invalid("There are more commission levels than the tree may be deep.", _LEVELS)
    if any(not 0 <= rate <= BASIS_POINTS for rate in levels):
        raise _invalid("A commission rate is 0 to 10 000 basis points.", _LEVELS)
    if not 0 <= text.platform_fee_bps <= BASIS_POINTS:
        raise _invalid("The platform fee is 0 to 10 000 basis points.", "platformFeeBps")
    if sum(levels) + text.platform_fee_bps > BASIS_POINTS:
        raise _invalid("Commission levels and platform fee together exceed 10 000.", _LEVELS)
    if not 0 <= text.holding_period_days <= MAXIMUM_HOLDING_PERIOD_DAYS:
        raise _invalid("The holding period is 0 to 3650 days.", "holdingPeriodDays")


def _check_range(least: Money | None, most: Money | None) -> None:
    if least is None or most is None:
        return
    if least.currency != most.currency:
        raise _invalid("Minimum and maximum payment are in one currency.", "maximumPayment")
    if least.units > most.units:
        raise _invalid("The minimum payment is above the maximum payment.", "minimumPayment")


def _invalid(message: str, field: str) -> Refusal:
    return Refusal(RefusalCode.INVALID_TERMS, message, "terms", field)


_LEVELS = "commissionLevelsBps"
_AMOUNTS = ("registration_fee", "minimum_payment", "maximum_payment", "minimum_payout")
