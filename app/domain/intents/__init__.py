"""The kinds of intents: a new kind is one file here and one line in KINDS."""

from app.domain.intents.kind import IntentKind
from app.domain.intents.payment import Payment
from app.domain.intents.registration import Registration

REGISTRATION = Registration()
PAYMENT = Payment()

KINDS: tuple[IntentKind, ...] = (REGISTRATION, PAYMENT)


_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> IntentKind | None:
    """The kind that the contract calls so."""
    return _BY_NAME.get(name)


def kind_of(stored_name: str) -> IntentKind:
    """The kind of a stored intent."""
    return _BY_NAME[stored_name]
