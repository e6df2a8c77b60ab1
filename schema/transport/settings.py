"""Limits of the transport, with defaults for one API process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.domain.client_address import Network
from app.domain.rate_limits import RateLimits

TrustedOnly = Literal["off", "browsers", "all"]
"""From whom only registered documents are taken."""


@dataclass(frozen=True, slots=True)
class TransportSettings:
    trusted_documents: Mapping[str, str] = field(default_factory=dict)
    """Registered documents by `sha256:` and the hexadecimal digest of their text."""
    trusted_only: TrustedOnly = "off"
    introspection: bool = True
    """Whether clients may read the schema; field suggestions in errors go with it."""
    maximum_body_bytes: int = 1024 * 1024
    maximum_document_characters: int = 64 * 1024
    """Of one document: text, blanks and comments are read character by character, however few tokens they are."""
    maximum_tokens: int = 2_000
    """Lexical tokens of one document."""
    maximum_depth: int = 50
    """Selections within selections of one document."""
    maximum_repetition: int = 10_000
    """Squares of how often each response name occurs in one document, summed."""
    maximum_aliases: int = 100
    maximum_directives: int = 50
    maximum_root_fields: int = 50
    """Of a query; fragments in fragments counted as often as they are spread."""
    maximum_mutations: int = 10
    """Fields of one mutation, which run one after the other."""
    maximum_variable_values: int = 10_000
    maximum_variable_depth: int = 20
    maximum_errors: int = 50
    """Errors that one answer shows; those that follow are counted."""
    limits: RateLimits = field(default_factory=RateLimits)
    """What callers may do, by kind; the costs of one operation hold in any case."""
    counts_requests: bool = False
    """Whether the rates of `limits` are counted."""
    trusted_proxies: tuple[Network, ...] = ()
    """Networks of proxies whose X-Forwarded-For is believed."""
    head_seconds: float = 10.0
    """A connection whose request line and headers take longer to arrive is cut off."""
    maximum_head_bytes: int = 32 * 1024
    maximum_headers: int = 100
    http_connections: int = 2_000
    """Beside those that became sockets; more are answered with 503."""
    connections_per_peer: int = 500
    """HTTP connections from one address (IPv6: a /64) that is no trusted proxy."""
    body_seconds: float = 30.0
    """A request whose body takes longer to arrive is given up."""
    cached_document_characters: int = 512 * 1024
    """Sum of the texts of the documents kept; a parsed one takes 50 to 100 bytes a character."""
    cors_origins: tuple[str, ...] = ()
    """Origins of pages, beside this server's own, that may call it."""
    public_url: str = ""
    """The address that people use; its origin is this server's own, whatever a proxy makes of Host."""
    accepted_hosts: frozenset[str] = frozenset()
    """Names that requests may be sent to, in lower case and without ports; empty: any."""
    connection_init_seconds: float = 5.0
    ping_seconds: float = 15.0
    recheck_credentials_seconds: float = 2.0
    """A socket whose credential is revoked is closed within this, one look-up, and what that keeps (2 s)."""
    maximum_message_bytes: int = 64 * 1024
    """Of one message on a socket; a longer one closes it with 1009."""
    messages_per_second: float = 50.0
    """Of one socket; what comes faster, after the first, waits in the client's own buffers."""
    messages_at_once: int = 250
    """A client that comes back sends connection_init and all of its subscriptions at once."""
    maximum_unread_characters: int = 2 * 1024 * 1024
    """Frames of one socket that wait for the client to read; with more it is closed."""
    maximum_unread_characters_together: int = 256 * 1024 * 1024
    """The same of all sockets: above it, each that lets anything wait is closed."""
    write_seconds: float = 20.0
    """A client that makes no room for a frame for longer is closed."""
    close_seconds: float = 5.0
    """A client that does not answer the close frame is cut off."""
    subscriptions_per_connection: int = 100
    subscriptions_per_caller: int = 20_000
    """Operations on all of a caller's sockets, those without a credential by address."""
    connections: int = 20_000
    connections_per_caller: int = 5_000
    anonymous_connections: int = 2_000
    """Those without a credential, or that have not sent it yet."""
    anonymous_connections_per_address: int = 100
    leave_seconds: float = 5.0
    """Over which all clients are sent away when the server stops, so that they do not come back at once."""
    finish_seconds: float = 3.0
    """A query or mutation on a socket that is sent away has this long to answer."""
