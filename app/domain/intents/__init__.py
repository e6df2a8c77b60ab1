"""The kinds of intents: a new kind is one file here and one line in KINDS."""

from app.domain.intents.kind import IntentKind
from app.domain.intents.payment import Payment
from app.domain.intents.registration import Registration

REGISTRATION = Registration()
PAYMENT = Payment()

KINDS: tuple[IntentKind, ...] = (REGISTRATION, PAYMENT)


def kind_named(name: str) -> IntentKind | None:
    """The kind that the contract calls so."""
    return next((kind for kind in KINDS if kind.name == name), None)
