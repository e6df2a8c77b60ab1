"""What the product knows of each chain from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.money import Currency


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """confirmations: blocks until one is final; None: the node's finalized tag decides.
    production: test programs are refused there. multisend: Safe's MultiSendCallOnly; without it nothing is paid out.
    """

    chain_id: int
    gateway: str
    currencies: Mapping[str, Currency]
    confirmations: int | None
    production: bool
    multisend: str | None = None
