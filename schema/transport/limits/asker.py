"""Who asks, as far as limits go."""

from dataclasses import dataclass

from app.domain.rate_limits import CallerLimits, Hit, OperationClass, Rate, RateLimits

_WALLET = "wallet:"
# Anybody makes wallets: without a limit of their address, ten of them would have ten times the time.
_SHARES_OF_AN_ADDRESS = 4


@dataclass(frozen=True, slots=True)
class Asker:
    """A caller at a network address. name: whose buckets are used; of an unknown caller those of the address."""

    address: str
    name: str
    known: bool
    limits: CallerLimits


def asker_of(address: str, actor: str | None, limits: RateLimits) -> Asker:
    """actor: None without a credential. All sessions of a wallet are one caller, and each key is one."""
    if actor is None:
        return Asker(address, f"anonymous:{address}", known=False, limits=limits.anonymous)
    own = limits.session if actor.startswith(_WALLET) else limits.key
    return Asker(address, actor, known=True, limits=own)


def address_bucket(address: str) -> str:
    return f"address:{address}"


def address_of(asker: Asker) -> str:
    """The bucket of the address that somebody asks from."""
    return address_bucket(asker.address)


def caller_bucket(asker: Asker) -> str:
    """The bucket of everything that a caller asks."""
    return requests_bucket(asker.name)


def requests_bucket(name: str) -> str:
    return f"{name}:requests"


def hits_of(
    asker: Asker, limits: RateLimits, operation_class: OperationClass, count: int, cost: int
) -> tuple[Hit, ...]:
    """All that one operation counts against. count: how often it hits its class."""
    own, name = asker.limits, asker.name
    kind = operation_class.value
    return (
        Hit(address_bucket(asker.address), "address", limits.address),
        Hit(caller_bucket(asker), "requests", own.requests),
        Hit(f"{name}:{kind}", kind, own.of(operation_class), count),
        Hit(f"{name}:cost", "cost", own.cost, cost),
    )


def document_hits(asker: Asker, rate: Rate, characters: int) -> tuple[Hit, Hit]:
    """All that a document counts against which is new to the process. rate: of characters, a caller's."""
    quantity = min(characters, rate.amount)
    together = Rate(_SHARES_OF_AN_ADDRESS * rate.amount, rate.seconds)
    return (
        Hit(asker.name, "documents", rate, quantity),
        Hit(address_bucket(asker.address), "documents of the address", together, quantity),
    )
