"""TCP ports on the loopback interface."""

import socket

from sge.embedded.failures import PortBusy

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


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
