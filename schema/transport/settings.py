"""Limits of the transport, with defaults for one API process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransportSettings:
    introspection: bool = True
    """Whether clients may read the schema; field suggestions in errors go with it."""
    maximum_body_bytes: int = 1024 * 1024
    maximum_tokens: int = 2_000
    """Lexical tokens of one document."""
    maximum_depth: int = 50
    """Selections within selections of one document."""
    maximum_repetition: int = 10_000
    """Squares of how often each response name occurs in one document, summed."""
    maximum_cost: int = 100_000
    """Fields that one answer could have, its pages being full."""
    body_seconds: float = 30.0
    """A request whose body takes longer to arrive is given up."""
    cached_document_characters: int = 512 * 1024
    """Sum of the texts of the documents kept; a parsed one takes 50 to 100 bytes a character."""
    connection_init_seconds: float = 5.0
    ping_seconds: float = 15.0
    recheck_credentials_seconds: float = 3.0
    """A socket whose credential is revoked is closed within this and one look-up."""
    subscriptions_per_connection: int = 100
    connections_per_caller: int = 5_000
