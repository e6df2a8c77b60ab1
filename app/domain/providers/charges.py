"""What a provider's event says of a charge, and whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.amounts import AmountText, in_one_spelling
from app.domain.errors import Refusal
from app.domain.idempotency import check_key
from app.domain.money import Currency, Money, NotAnAmountError, parse_units
from app.domain.referral_codes import normalise_referral_code

# What charges are priced in; it is posted one to one in the program's first currency.
LOCAL_CURRENCY = "USD"


class ChargeStep(StrEnum):
    """LATE: paid after the charge had expired. PAID: confirmed, or resolved by the merchant."""

    CREATED = "CREATED"
    PENDING = "PENDING"
    FAILED = "FAILED"
    LATE = "LATE"
    PAID = "PAID"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as one event shows it. key: the provider's name of it. payments: the confirmed ones, in local currency."""

    key: str
    metadata: dict[str, Any]
    payments: tuple[AmountText, ...]


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A well-formed event. step, charge: None for a type that says nothing to us."""

    event_id: str
    type: str
    step: ChargeStep | None
    charge: Charge | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whom a charge concerns, as its maker wrote into its metadata. wallet: as written; referral_code: in capitals."""

    program: str
    wallet: str
    referral_code: str | None
    idempotency_key: str


class Unattributable(ValueError):
    """What was paid cannot be credited to anybody; says why, in words for people."""


def attribution_of(charge: Charge) -> Attribution:
    """Reads the metadata {program, wallet, referralCode, idempotencyKey}. Raises Unattributable."""
    missing = [name for name in ("program", "wallet", "idempotencyKey") if not _text(charge, name)]
    if missing:
        raise Unattributable(f"its metadata lacks {', '.join(missing)}")
    try:
        key = check_key(_text(charge, "idempotencyKey"))
    except Refusal as refusal:
        raise Unattributable(f"its idempotencyKey is none: {refusal.message}") from None
    return Attribution(_text(charge, "program"), _text(charge, "wallet"), _code(charge), key)


def paid_in(payments: Sequence[AmountText], currency: Currency) -> Money:
    """The sum of confirmed payments, one to one in the program's first currency. Raises Unattributable."""
    units = 0
    for payment in payments:
        if payment.currency != LOCAL_CURRENCY:
            raise Unattributable(f"it is paid in {payment.currency}, not in {LOCAL_CURRENCY}")
        try:
            units += parse_units(in_one_spelling(payment).amount, currency.decimals)
        except NotAnAmountError as problem:
            raise Unattributable(
                f"what was paid is no amount of {currency.code}: {problem}"
            ) from None
    # EIP-20 amounts are uint256.
    if not 0 < units < 2**256:
        raise Unattributable("it names no confirmed payment above zero that fits into the token")
    return Money(units, currency.code)


def _text(charge: Charge, name: str) -> str:
    value = charge.metadata.get(name)
    return value if isinstance(value, str) else ""


def _code(charge: Charge) -> str | None:
    """None also for what is no referral code: the payment was made, whoever referred it."""
    try:
        return normalise_referral_code(_text(charge, "referralCode"), "referralCode")
    except Refusal:
        return None
