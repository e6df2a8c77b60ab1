"""TCP ports on the loopback interface."""

import secrets
import socket

from sge.embedded.failures import EmbeddedFailure, PortBusy

LOOPBACK = "127.0.0.1"
# Below those that systems give to outgoing connections (Linux: from 32 768): such a connection would keep a server from
# starting on a port that was free when it was chosen, or while the server is stopped for a moment.
_OURS = range(20_000, 32_768)
_TRIES = 1_000


def free_port() -> int:
    """A port that nobody listens on at this moment, and that no connection is given by chance. Raises EmbeddedFailure."""
    free = filter(is_free, (secrets.choice(_OURS) for _ in range(_TRIES)))
    port = next(free, None)
    if port is None:
        raise EmbeddedFailure(
            f"{_TRIES} ports between {_OURS[0]} and {_OURS[-1]} are all in use; end what listens there"
        )
    return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(server: str, port: int, remedy: str = "stop it or choose another port") -> None:
    """Raises PortBusy, naming the server and the port, when somebody listens there."""
    if not is_free(port):
        raise PortBusy(server, port, remedy)
