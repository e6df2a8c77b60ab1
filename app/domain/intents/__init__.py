"""The kinds of intents: a new kind is one file here and one line in SIGNED_KINDS, or in KINDS when no mutation asks for it."""

from app.domain.intents.commerce_payment import CommercePayment
from app.domain.intents.kind import IntentKind, SignedKind
from app.domain.intents.payment import Payment
from app.domain.intents.registration import Registration

REGISTRATION = Registration()
PAYMENT = Payment()
COMMERCE_PAYMENT = CommercePayment()

SIGNED_KINDS: tuple[SignedKind, ...] = (REGISTRATION, PAYMENT)
KINDS: tuple[IntentKind, ...] = (*SIGNED_KINDS, COMMERCE_PAYMENT)


_BY_NAME = {kind.name: kind for kind in KINDS}
_SIGNED_BY_NAME = {kind.name: kind for kind in SIGNED_KINDS}


def signed_kind_named(name: str) -> SignedKind | None:
    """The kind that the contract calls so, when a wallet can sign it."""
    return _SIGNED_BY_NAME.get(name)


def kind_of(stored_name: str) -> IntentKind:
    """The kind of a stored intent."""
    return _BY_NAME[stored_name]


def signed_kind_of(stored_name: str) -> SignedKind:
    """The kind of a stored intent that goes to the chain."""
    return _SIGNED_BY_NAME[stored_name]
